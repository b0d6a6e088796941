// CUDA in tests: the library is loaded when it is there, as the program does it.
#pragma once

#include <ATen/Context.h>
#include <dlfcn.h>

#include <filesystem>
#include <string>

namespace braid::test {

inline bool has_nvidia_driver() { return std::filesystem::exists("/dev/nvidiactl"); }

// Before main: LibTorch asks once whether CUDA is there and remembers the answer. Machines without
// a driver are spared the gigabytes.
inline void* const cuda_library =
    has_nvidia_driver() ? dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) : nullptr;

// Why tests on a GPU cannot run, or empty when they can.
inline std::string cuda_problem() {
  if (!has_nvidia_driver()) return "no NVIDIA driver on this machine";
  if (cuda_library == nullptr) return "libtorch_cuda.so and its libraries are not installed";
  if (!at::globalContext().hasCUDA()) return "no usable GPU";
  return "";
}

}  // namespace braid::test

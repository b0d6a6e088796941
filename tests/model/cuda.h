// CUDA in tests: the library is loaded when it is there, as the program does it.
#pragma once

#include <ATen/Context.h>
#include <dlfcn.h>

#include <string>

namespace braid::test {

// Why tests on a GPU cannot run, or empty when they can.
inline std::string cuda_problem() {
  static void* const library = dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) return "libtorch_cuda.so and its libraries are not installed";
  if (!at::globalContext().hasCUDA()) return "no usable NVIDIA driver or GPU";
  return "";
}

}  // namespace braid::test

// Device, precision and threads.
#include "trainer/device.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <dlfcn.h>
#include <sched.h>
#include <sys/resource.h>

#include <charconv>
#include <cstdlib>
#include <string_view>

#include "base/error.h"

namespace braid {
namespace {

// Empty when CUDA kernels are registered and a device answers, else the reason.
std::string cuda_problem() {
  static void* const library = dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) {
    return "libtorch_cuda.so could not be loaded (CUDA libraries are not installed)";
  }
  if (!at::globalContext().hasCUDA()) return "no usable NVIDIA driver or GPU";
  return "";
}

// The GPU of this process on its machine, as launchers say.
c10::DeviceIndex local_rank() {
  const char* text = std::getenv("LOCAL_RANK");
  if (text == nullptr) return 0;
  const std::string_view word = text;
  const int count = at::detail::getCUDAHooks().deviceCount();
  int rank = -1;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), rank);
  if (error != std::errc() || end != word.data() + word.size() || rank < 0 || rank >= count) {
    fail("environment: LOCAL_RANK: {}; a number below {}, the GPUs of this machine", quote(word),
         count);
  }
  return static_cast<c10::DeviceIndex>(rank);
}

}  // namespace

c10::Device choose_device(const std::string& name) {
  if (name == "cpu") return c10::kCPU;
  const std::string problem = cuda_problem();
  if (problem.empty()) return {c10::kCUDA, local_rank()};
  if (name == "cuda") {
    fail("device: cuda: {}; use --device cpu or install the GPU libraries", problem);
  }
  return c10::kCPU;
}

c10::ScalarType parse_dtype(const std::string& name) {
  if (name == "bf16") return c10::kBFloat16;
  if (name == "fp32") return c10::kFloat;
  fail("dtype: {}; bf16 or fp32", quote(name));
}

int64_t set_threads(int64_t threads) {
  if (threads == 0) {
    cpu_set_t set;
    CPU_ZERO(&set);
    threads = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  }
  at::set_num_threads(static_cast<int>(threads));
  return threads;
}

std::string describe_device(c10::Device device) {
  if (device.is_cpu()) return fmt::format("cpu, {} threads", at::get_num_threads());
  return device.str();
}

int64_t peak_memory_bytes(c10::Device device) {
  if (!device.is_cpu()) {
    const auto stats = at::getDeviceAllocator(device.type())->getDeviceStats(device.index());
    return stats.allocated_bytes[0].peak;  // 0: of all pools together
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return int64_t{1024} * usage.ru_maxrss;
}

}  // namespace braid

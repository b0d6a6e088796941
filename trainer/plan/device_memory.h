// How much memory a run may use.
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace braid {

struct MemoryLimit {
  int64_t bytes = 0;  // that this process could have in all; 0: unknown
  std::string what;   // "available", "left of `ulimit -v`", "free on the GPU"
};

// CPU: what the system calls available and the process has already, or what the limits of its
// control groups or of `ulimit` leave when that is less. CUDA: free memory of the device.
MemoryLimit memory_limit(c10::Device device);

// The same for a CPU from files below `root` ("/" but for tests): proc/meminfo, proc/self/statm,
// proc/self/cgroup, sys/fs/cgroup.
MemoryLimit host_memory_limit(const std::filesystem::path& root);

}  // namespace braid

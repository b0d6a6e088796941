// Device choice at run time. The binary does not link CUDA; libtorch_cuda.so is loaded when its
// libraries are installed, so that the same binary starts on machines without a GPU.
#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <cstdint>
#include <string>

namespace braid {

// "auto": cuda:<LOCAL_RANK or 0> when a GPU is usable, else cpu. "cuda" without a usable GPU is an
// Error that says why.
c10::Device choose_device(const std::string& name);

// bf16 | fp32.
c10::ScalarType parse_dtype(const std::string& name);

// Sets intra-op threads (0: all cores this process may use) and returns the number.
int64_t set_threads(int64_t threads);

// "cpu, 2 threads" or the GPU's index.
std::string describe_device(c10::Device device);

// Most memory used so far, bytes: the resident set of this process on a CPU, what the allocator
// handed out on a GPU.
int64_t peak_memory_bytes(c10::Device device);

}  // namespace braid

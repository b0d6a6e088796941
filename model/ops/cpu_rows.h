// Row-wise CPU work in float32 on float and bfloat16 tensors: the types that the kernels behind
// base/instruction_sets are compiled for, and how rows are shared out.
#pragma once

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>

#include <algorithm>

namespace braid {

inline bool has_cpu_kernel(const at::Tensor& x) {
  return x.is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
}

// fn(T{}) with T the C++ type of a tensor that has_cpu_kernel().
template <typename Fn>
void with_cpu_type(const at::Tensor& x, const Fn& fn) {
  if (x.scalar_type() == at::kFloat) {
    fn(float{});
  } else {
    fn(c10::BFloat16{});
  }
}

// fn(row) for all rows, on all threads when there is enough to do. Rows must not share output.
template <typename Fn>
void for_each_row(int64_t rows, int64_t width, const Fn& fn) {
  constexpr int64_t kGrain = 1 << 14;  // elements: some microseconds, what waking a thread costs
  at::parallel_for(0, rows, std::max<int64_t>(1, kGrain / width), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) fn(row);
  });
}

}  // namespace braid

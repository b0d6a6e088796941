// One block per row. First sweep: maximum with its first index, and the sums of e^(x-m) and
// e^(x-m)(x-m), kept online per thread and merged in a fixed order. Second sweep, when asked for:
// one_hot - softmax over the row, which is in L2 by then.
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <algorithm>

#include "losses/kernels/logit_rows.h"

namespace braid::kernels {
namespace {

constexpr int kThreads = 512;
constexpr int kWarps = kThreads / 32;

// Partial result over some elements. `maximum` is -inf when there are none; then the sums are 0.
struct Partial {
  float maximum, exponentials, weighted;
  long long index;
};

// Sums of `p` re-expressed for a maximum that is `m` instead of p.maximum.
__device__ void rescale(Partial& p, float m) {
  if (p.maximum == m || p.exponentials == 0.0F) return;  // equal infinities included
  const float shift = p.maximum - m, factor = __expf(shift);
  p.weighted = factor == 0.0F ? 0.0F : factor * (p.weighted + p.exponentials * shift);
  p.exponentials *= factor;
}

__device__ Partial merge(Partial a, Partial b) {
  const bool take_b = b.maximum > a.maximum || (b.maximum == a.maximum && b.index < a.index);
  const float m = take_b ? b.maximum : a.maximum;
  rescale(a, m);
  rescale(b, m);
  return {m, a.exponentials + b.exponentials, a.weighted + b.weighted, take_b ? b.index : a.index};
}

__device__ Partial shuffle_down(const Partial& p, int offset) {
  constexpr unsigned kAll = 0xffffffffU;
  return {__shfl_down_sync(kAll, p.maximum, offset), __shfl_down_sync(kAll, p.exponentials, offset),
          __shfl_down_sync(kAll, p.weighted, offset), __shfl_down_sync(kAll, p.index, offset)};
}

__device__ Partial reduce_block(Partial p) {
  __shared__ Partial warps[kWarps];
  __shared__ Partial total;
  for (int offset = 16; offset > 0; offset /= 2) p = merge(p, shuffle_down(p, offset));
  if (threadIdx.x % 32 == 0) warps[threadIdx.x / 32] = p;
  __syncthreads();
  if (threadIdx.x == 0) {
    for (int w = 1; w < kWarps; ++w) p = merge(p, warps[w]);
    total = p;
  }
  __syncthreads();
  return total;
}

__device__ float widen(float x) { return x; }
__device__ float widen(__half x) { return __half2float(x); }
__device__ float widen(__nv_bfloat16 x) { return __bfloat162float(x); }
__device__ void narrow(float x, float& out) { out = x; }
__device__ void narrow(float x, __half& out) { out = __float2half_rn(x); }
__device__ void narrow(float x, __nv_bfloat16& out) { out = __float2bfloat16_rn(x); }

// 16 bytes of T, moved by one instruction.
template <typename T>
struct alignas(16) Pack {
  static constexpr int kCount = 16 / sizeof(T);
  T values[kCount];
};

// Takes `count` neighbours from `index` on into `p`; one rescaling at most.
template <typename T>
__device__ void take(const T* values, int count, long long index, Partial& p) {
  float m = p.maximum;
  for (int k = 0; k < count; ++k) {
    const float x = widen(values[k]);
    if (x > m) {
      m = x;
      p.index = index + k;
    }
  }
  rescale(p, m);
  p.maximum = m;
  for (int k = 0; k < count; ++k) {
    const float x = widen(values[k]), shifted = x - m;
    const float e = x == -INFINITY ? 0.0F : __expf(shifted);
    p.exponentials += e;
    p.weighted += e == 0.0F ? 0.0F : e * shifted;
  }
}

template <typename T>
__device__ Partial sweep(const T* row, long long vocab, long long packs) {
  Partial p{-INFINITY, 0.0F, 0.0F, 0x7fffffffffffffffLL};
  for (long long i = threadIdx.x; i < packs; i += kThreads) {
    const Pack<T> pack = reinterpret_cast<const Pack<T>*>(row)[i];
    take(pack.values, Pack<T>::kCount, i * Pack<T>::kCount, p);
  }
  for (long long i = packs * Pack<T>::kCount + threadIdx.x; i < vocab; i += kThreads)
    take(row + i, 1, i, p);
  return p;
}

template <typename T>
__device__ T difference(T logit, bool is_target, const Partial& total) {
  const float softmax = __expf(widen(logit) - total.maximum) / total.exponentials;
  T result;
  narrow(is_target ? 1.0F - softmax : -softmax, result);
  return result;
}

template <typename T>
__device__ void write(T* row, long long vocab, long long packs, long long target,
                      const Partial& total) {
  for (long long i = threadIdx.x; i < packs; i += kThreads) {
    Pack<T> pack = reinterpret_cast<Pack<T>*>(row)[i];
    for (int k = 0; k < Pack<T>::kCount; ++k) {
      pack.values[k] = difference(pack.values[k], i * Pack<T>::kCount + k == target, total);
    }
    reinterpret_cast<Pack<T>*>(row)[i] = pack;
  }
  for (long long i = packs * Pack<T>::kCount + threadIdx.x; i < vocab; i += kThreads) {
    row[i] = difference(row[i], i == target, total);
  }
}

template <typename T>
__global__ void __launch_bounds__(kThreads) logit_rows_kernel(LogitRowsArguments arguments) {
  const long long number = blockIdx.x, vocab = arguments.vocab;
  T* const row = static_cast<T*>(arguments.logits) + number * vocab;
  // A row of odd length leaves the next one unaligned; such rows go element by element.
  const bool aligned = reinterpret_cast<uintptr_t>(row) % sizeof(Pack<T>) == 0;
  const long long packs = aligned ? vocab / Pack<T>::kCount : 0;
  const Partial total = reduce_block(sweep(row, vocab, packs));
  const long long target = arguments.targets[number];
  if (threadIdx.x == 0) {
    const float logit = target >= 0 && target < vocab ? widen(row[target]) : NAN;
    const float log_sum = logf(total.exponentials);
    arguments.logps[number] = (logit - total.maximum) - log_sum;
    arguments.entropy[number] = log_sum - total.weighted / total.exponentials;
    arguments.target_logits[number] = logit;
    arguments.correct[number] = total.index == target;
  }
  if (!arguments.write_differences) return;
  __syncthreads();  // thread 0 has read its target logit
  write(row, vocab, packs, target, total);
}

template <typename T>
void launch(const LogitRowsArguments& arguments, cudaStream_t stream) {
  logit_rows_kernel<T><<<static_cast<unsigned>(arguments.rows), kThreads, 0, stream>>>(arguments);
}

}  // namespace

const char* launch_logit_rows(const LogitRowsArguments& arguments, void* stream) {
  if (arguments.rows == 0) return nullptr;
  const auto queue = static_cast<cudaStream_t>(stream);
  switch (arguments.type) {
    case LogitType::kBFloat16:
      launch<__nv_bfloat16>(arguments, queue);
      break;
    case LogitType::kFloat16:
      launch<__half>(arguments, queue);
      break;
    case LogitType::kFloat32:
      launch<float>(arguments, queue);
      break;
  }
  const cudaError_t error = cudaGetLastError();
  return error == cudaSuccess ? nullptr : cudaGetErrorString(error);
}

}  // namespace braid::kernels

// Attention of one group and one key/value head on the CPU, in float32 for float and bfloat16
// tensors.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/segments.h"

namespace braid {

// Token-major tensors: row t of q, out and their gradients starts at t * heads * dim, of k, v and
// theirs at t * kv_heads * dim; lse [T, heads]. Gradients are null in forward.
template <typename T>
struct AttentionTensors {
  const T *q, *k, *v;
  T* out;
  float* lse;  // log of the sum of exponentials of a row's scores
  const T* d_out;
  T *dq, *dk, *dv;
};

struct AttentionShape {
  int64_t heads, kv_heads, dim;
  float scale;
  int64_t window;  // 0: all
  float softcap;   // 0: none
};

// Memory of one thread, reused from task to task.
struct AttentionScratch {
  std::vector<float> k, k_transposed, v, v_transposed, q, d_out, scores, d_scores, slopes, dq, dk,
      dv;
};

// A root segment and the segments behind it. No two tasks write the same element, so they may run
// at the same time.
struct AttentionTask {
  const std::vector<Segment>& segments;
  const std::vector<size_t>& members;  // members[0] is the root
  int64_t kv_head;
};

template <typename T>
struct AttentionPasses {
  using Pass = void (*)(const AttentionTensors<T>&, const AttentionShape&, const AttentionTask&,
                        AttentionScratch&);
  std::string_view name;
  Pass forward;   // fills out and lse of the task's rows and heads
  Pass backward;  // reads lse and d_out, fills dq, dk and dv
};

// The compiled variants this processor can run, fastest first: "avx512", "avx2", "baseline". T:
// float or c10::BFloat16.
template <typename T>
std::vector<AttentionPasses<T>> attention_passes();

}  // namespace braid

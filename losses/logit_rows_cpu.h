// The row pass of logit_rows.h on the CPU, for one row of bf16 or fp32 logits.
#pragma once

#include <c10/util/BFloat16.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace braid {

struct LogitRow {
  float logp, entropy, target_logit;
  bool correct;
};

// (row, vocab, target, scratch). `scratch` is null, or holds `vocab` floats: then the row is
// overwritten by one_hot(target) - softmax.
template <typename T>
using LogitRowPass = LogitRow (*)(T*, int64_t, int64_t, float*);

template <typename T>
struct NamedRowPass {
  std::string_view name;
  LogitRowPass<T> pass;
};

// The compiled variants this processor can run, fastest first: "avx512", "avx2", "baseline". T:
// float or c10::BFloat16.
template <typename T>
std::vector<NamedRowPass<T>> logit_row_passes();

extern template std::vector<NamedRowPass<float>> logit_row_passes();
extern template std::vector<NamedRowPass<c10::BFloat16>> logit_row_passes();

}  // namespace braid

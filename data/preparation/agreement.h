// How far sources agree that judge the same answers to the same prompt.
#pragma once

#include <cstdint>
#include <vector>

#include "data/feedback/convert.h"

namespace braid {

// Two sources (indices, first < second) with prompts in common.
struct Agreement {
  uint32_t first = 0, second = 0;
  int64_t prompts = 0;  // in both
  // Two answers that both sources judge, and neither holds for equal: same order, or opposite.
  int64_t agree = 0, disagree = 0;
};

// One entry per two sources with common prompts, in the order of the sources. Answers are the same
// when their texts are, but for white space at the ends. Of one prompt at most 64 comparison sets
// per source and 64 common answers are looked at.
std::vector<Agreement> source_agreement(const std::vector<SourceFeedback>& feedback);

}  // namespace braid

// How the tokens of a flat micro-batch belong together. Nothing is padded: a group of one prompt
// and N branches is laid out [prompt | branch 0 | branch 1 | ...], the prompt once; every branch
// continues at the prompt's end position and attends to the prompt and to itself. Torch-free,
// because the packer (data) and the transformer (model) share it.
#pragma once

#include <cstdint>
#include <vector>

namespace braid {

struct Segment {
  int64_t begin = 0;     // first token in the flat batch
  int64_t length = 0;    // tokens; > 0
  int64_t prefix = -1;   // index of the segment attended to in full before this one, or -1
  int64_t position = 0;  // position id of the first token: 0, or the prefix's length

  bool operator==(const Segment&) const = default;
};

struct SegmentLayout {
  std::vector<Segment>
      segments;  // ordered by begin, contiguous; a prefix comes before the segments that use it
  int64_t tokens = 0;  // total

  bool operator==(const SegmentLayout&) const = default;
};

}  // namespace braid

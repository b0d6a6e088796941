// Feedback as comparisons: answers to one prompt with a utility each, from which preference pairs
// are made (pairing.h), and what gives no comparison: demonstrations and labels that stand alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/text/message.h"

namespace braid {

// The row a record came from. `file` counts the files of its source; `row` is that of SourceRow.
struct RowRef {
  uint32_t file = 0;
  int64_t row = 0;

  auto operator<=>(const RowRef&) const = default;
};

struct Response {
  std::string text;
  std::string author;  // who or what wrote it, where the source says so

  // One per axis of the source, in [0, 1], higher is better; NaN where it was not rated. (While a
  // source is being read: on the axis' own scale.)
  std::vector<double> ratings;
  // How far annotators differ: the standard deviation of their ratings, per axis like these. Empty
  // where all agree, as one annotator does.
  std::vector<double> spreads;
  double utility = 0;       // the weighted mean of the ratings
  double disagreement = 0;  // the same mean of the spreads
  RowRef where;
};

struct ComparisonSet {
  Conversation prompt;
  Json tools = nullptr;             // function descriptions for the chat template; null: none
  std::vector<Response> responses;  // best first; texts differ; two or more
  // Whether utilities say how much better, not only which is better. Only graded sets can be ranked
  // by quality.
  bool graded = true;
  double weight = 1.0;
  // Hash of the whole prompt: sets with the same key answer the same prompt, in whatever source.
  uint64_t prompt_key = 0;
  // Hash of what must stay on one side of a split: the first user turn, or what the source names.
  uint64_t group = 0;
  RowRef where;  // the first row that contributed
};

// One good answer.
struct Demonstration {
  Conversation prompt;
  Json tools = nullptr;
  std::string answer;
  double weight = 1.0;
  uint64_t prompt_key = 0;
  uint64_t group = 0;
  RowRef where;
};

// A label whose prompt has no answer of the other label: no pair, but KTO-type losses can use it.
struct UnpairedLabel {
  Demonstration example;
  bool good = true;
};

// The two hashes of a prompt. White space at the ends of turns, and its kind and amount inside the
// first user turn, do not count.
uint64_t prompt_key(const Conversation& prompt);
uint64_t prompt_group(const Conversation& prompt);

}  // namespace braid

// Feedback after reading: preference comparisons and demonstrations, with provenance.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/text/message.h"

namespace braid {

struct Provenance {
  std::string file;
  int64_t line = 0;  // 1-based
};

// Either text (messages and answers) or ids (pre-tokenised), never both.
struct FeedbackRecord {
  Conversation prompt;
  Json tools = nullptr;  // list of function descriptions for the template; null: none
  std::string chosen;
  std::optional<std::string> rejected;  // absent: a demonstration

  std::vector<int32_t> prompt_ids, chosen_ids, rejected_ids;  // pre-tokenised form
  bool pretokenised = false;

  double margin = 1.0;  // graded gap between the answers; 1 where the source has none
  double weight = 1.0;
  std::string source;  // name of the feedback source
  Provenance where;

  bool is_pair() const { return rejected.has_value() || !rejected_ids.empty(); }
};

}  // namespace braid

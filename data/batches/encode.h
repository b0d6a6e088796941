// From records to groups of token ids: encoding, limits and the reasons for which rows are dropped.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "data/batches/groups.h"
#include "data/feedback/records.h"
#include "data/text/chat_template.h"

namespace braid {

struct EncodeLimits {
  int64_t max_length = 1024;      // prompt + longest branch
  int64_t max_prompt_length = 0;  // 0: no separate limit
};

struct EncodeReport {
  int64_t groups = 0;
  int64_t truncated_answers = 0;           // of kept groups; cut answers have no stop token
  int64_t moved_boundaries = 0;            // kept groups with a token that spans prompt and answer
  int64_t generation_prompt_differs = 0;   // kept groups (comparison.h)
  std::map<std::string, int64_t> dropped;  // reason -> count

  void add(const EncodeReport& other);
  Json to_json() const;
  static EncodeReport from_json(const Json& json, const std::string& where);
};

// Encodes records on `threads` threads (0: all cores); groups come in the order of the records,
// counts are added to `report`. Ids of pre-tokenised rows are taken as they are (no stop token is
// added), within the same limits. `chat` may be null when every record is pre-tokenised. Dropped:
// - "prompt too long": over `max_prompt_length`, or no room for an answer within `max_length`; a
//   cut prompt would be another question
// - "equal after encoding" and, because answers are cut on the right to `max_length`, "equal after
//   truncation"
// - "empty prompt" and "empty answer": texts without tokens
// - the flaws of EncodedComparison, and "template refuses the conversation"
// Errors, with line, field and index: ids outside [0, vocab_size); texts that cannot be encoded.
std::vector<GroupTokens> encode_records(std::span<const FeedbackRecord> records,
                                        const ChatTemplate* chat, int64_t vocab_size,
                                        const EncodeLimits& limits, size_t threads,
                                        EncodeReport& report);

}  // namespace braid

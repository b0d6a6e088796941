// Encoded groups: one prompt and its branches as token ids, ready to be packed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "data/feedback/records.h"
#include "data/text/chat_template.h"

namespace braid {

// A group has 1 branch (demonstration), 2 (pair: chosen, rejected) or more (ranking, options; best
// first).
struct EncodedGroup {
  std::vector<int32_t> prompt;                 // not empty
  std::vector<std::vector<int32_t>> branches;  // each not empty; ends in its stop token unless cut
  double margin = 1.0;
  double weight = 1.0;
  std::string source;
  Provenance where;
  std::string key;  // hash of the prompt ids: decides the split, names the group in logs

  int64_t tokens() const;         // prompt once + all branches
  int64_t scored_tokens() const;  // all branches
};

struct EncodeLimits {
  int64_t max_length = 1024;      // prompt + longest branch
  int64_t max_prompt_length = 0;  // 0: no separate limit
};

struct EncodeReport {
  int64_t groups = 0;
  int64_t truncated_answers = 0;           // of kept groups; cut answers have no stop token
  std::map<std::string, int64_t> dropped;  // reason -> count
};

// Encodes records, in order; counts are added to `report`. Ids of pre-tokenised rows are taken as
// they are (no stop token is added), within the same limits. Dropped:
// - "prompt too long": over `max_prompt_length`, or no room for an answer within `max_length`; a
//   cut prompt would be another question
// - "equal after encoding" and, because answers are cut on the right to `max_length`, "equal after
//   truncation"
// - "empty prompt" and "empty answer": texts without tokens
// Errors: ids outside [0, vocab_size), with line, field and index.
std::vector<EncodedGroup> encode_records(const std::vector<FeedbackRecord>& records,
                                         const Tokenizer& tokenizer, const ChatTemplate& chat,
                                         const EncodeLimits& limits, EncodeReport& report);

// Deterministic split by prompt: true when the group belongs to the held-out part. Groups with the
// same prompt are on the same side, and adding data moves no other group. `fraction` in [0, 1).
bool is_held_out(const EncodedGroup& group, double fraction, uint64_t seed);

}  // namespace braid

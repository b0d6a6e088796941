// Reads preference pairs and demonstrations from JSON Lines, plain or gzip-compressed (by name:
// .gz).
//
// Rows, recognised by their keys:
//   {"prompt", "chosen", "rejected"}   strings, or lists of {"role", "content"} messages
//   {"chosen", "rejected"}             conversations or texts that share a prefix: the prompt
//   {"prompt", "completion"}           demonstration; text or messages
//   {"messages"}                       demonstration; the last turn is the answer
//   {"prompt_ids", "chosen_ids"[, "rejected_ids"]}   token ids as they are
// Optional: "margin" (graded gap, default 1), "weight" (default 1) and "source". Other keys are
// ignored, null is the same as absent.
//
// - A prompt that is text becomes a user turn. HH-style text ("\n\nHuman: ...\n\nAssistant: ...")
//   is parsed into messages, as a prompt and as a whole dialogue.
// - Roles are system (first only), user and assistant; the prompt ends with the user.
// - The shared prompt of two conversations is their longest common prefix of turns; of two plain
//   texts, of characters (common_prefix.h).
// - A text prompt beside conversations that have their own first turn is ignored (UltraFeedback).
// - Demonstrations with "label": false (KTO-style files) are dropped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "data/feedback/records.h"

namespace braid {

struct ReadReport {
  int64_t rows = 0;                        // lines that are not blank
  std::map<std::string, int64_t> dropped;  // reason -> count: "chosen equals rejected", ...

  void add(const ReadReport& other);
  Json to_json() const;
  static ReadReport from_json(const Json& json, const std::string& where);
};

// Records in the order of the file. `source` names those that name none themselves; counts are
// added to `report`. Memory: the records and one line. Rows that are not well-formed throw an Error
// of one line ("file:line: field: what, what to do"); well-formed rows that carry no signal
// (answers equal up to white space at their ends, empty answer or prompt, no shared prompt, answers
// of several turns, turns that do not alternate, a tie, zero weight) are dropped and counted.
std::vector<FeedbackRecord> read_feedback(const std::filesystem::path& path,
                                          const std::string& source, ReadReport& report);

}  // namespace braid

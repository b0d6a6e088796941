#include "trainer/evaluation/pair_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "data/feedback/rows/row_source.h"

namespace braid {
namespace {

constexpr size_t kHashDigits = 32;

std::string hash_of(TokenIds ids) {
  return hash_hex({reinterpret_cast<const char*>(ids.data()), ids.size_bytes()});
}

Json pair_json(const PairResult& pair) {
  const EncodedGroup& group = *pair.group;
  const PairIdentity identity = identity_of(group);
  const PairVerdict verdict = verdict_of(pair);
  return {{"prompt", identity.prompt},
          {"chosen", identity.chosen},
          {"rejected", identity.rejected},
          {"file", group.where.file},
          {"line", group.where.line},
          {"source", group.source},
          {"prompt_tokens", group.prompt.size()},
          {"chosen_tokens", group.branches[0].size()},
          {"rejected_tokens", group.branches[1].size()},
          {"logps_chosen", pair.chosen_logp},
          {"logps_rejected", pair.rejected_logp},
          {"reward_chosen", pair.chosen_reward},
          {"reward_rejected", pair.rejected_reward},
          {"loss", pair.loss},
          {"correct", verdict.correct},
          {"logps_correct", verdict.logps_correct}};
}

std::string read_hash(ObjectReader& row, const char* key) {
  std::string hash = row.require_string(key);
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (hash.size() != kHashDigits || !std::ranges::all_of(hash, is_digit)) {
    row.error(key, fmt::format("expected {} hexadecimal digits", kHashDigits));
  }
  return hash;
}

double read_verdict(ObjectReader& row, const char* key) {
  const double verdict = row.has(key) ? row.number(key, 0) : -1;
  if (verdict != 0 && verdict != 0.5 && verdict != 1) row.error(key, "expected 0, 0.5 or 1");
  return verdict;
}

void read_pair(const Json& value, const std::string& where, StoredPairs& stored) {
  ObjectReader row(value, where);
  if (!row.has("prompt") && row.has("logps_chosen")) {
    row.error("prompt", "is missing: an older version wrote this file; evaluate that run again");
  }
  const PairIdentity identity = {read_hash(row, "prompt"), read_hash(row, "chosen"),
                                 read_hash(row, "rejected")};
  stored.names.push_back(identity.name());
  stored.verdicts.push_back({identity.prompt, row.string("source", ""),
                             read_verdict(row, "correct"), read_verdict(row, "logps_correct")});
}

}  // namespace

std::filesystem::path pair_file(const std::filesystem::path& directory, const std::string& policy) {
  return directory / fmt::format("pairs-{}.jsonl", policy);
}

PairIdentity identity_of(const EncodedGroup& pair) {
  return {std::string(pair.key), hash_of(pair.branches[0]), hash_of(pair.branches[1])};
}

PairVerdict verdict_of(const PairResult& pair) {
  return {std::string(pair.group->key), std::string(pair.group->source), pair.correct(),
          pair.logps_correct()};
}

void write_pair_results(const std::filesystem::path& path, const PreferenceEvaluation& evaluation) {
  std::string text;
  for (const PairResult& pair : evaluation.pairs) {
    // File names need not be UTF-8.
    text += pair_json(pair).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  write_file_atomic(path, text);
}

StoredPairs read_stored_pairs(const std::filesystem::path& path) {
  StoredPairs stored;
  const auto rows = open_json_lines(path);
  for (SourceRow row; rows->next(row);) {
    if (!row.flaw.empty()) throw Error(row.flaw);
    read_pair(row.value, fmt::format("{}:{}", path.string(), row.number), stored);
  }
  if (stored.names.empty()) fail("{}: no pairs", path.string());
  return stored;
}

}  // namespace braid

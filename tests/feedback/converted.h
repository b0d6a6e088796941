// Rows made by tests, converted by a source.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "data/feedback/convert.h"
#include "tests/feedback/files.h"

namespace braid::test {

struct PairTexts {
  std::string prompt, chosen, rejected;
  double margin = 0;

  auto operator<=>(const PairTexts&) const = default;
};

inline std::string prompt_text(const Conversation& prompt) {
  std::string text;
  for (const Message& message : prompt) {
    text += (text.empty() ? "" : "|") + message.role + ":" + message.content;
  }
  return text;
}

struct Converted {
  SourceFeedback feedback;
  PairingReport pairing;
  std::vector<PairTexts> pairs;  // in the order of the sets
  std::string error;             // with the folder of the files taken off

  // What does not depend on the order of rows.
  std::vector<PairTexts> sorted_pairs() const {
    auto sorted = pairs;
    std::sort(sorted.begin(), sorted.end());
    return sorted;
  }
};

inline int64_t total(const Counts& counts) {
  int64_t sum = 0;
  for (const auto& [reason, count] : counts) sum += count;
  return sum;
}

// Empty when every row, set, response and pairing is accounted for; else which sum is wrong.
inline std::string unaccounted(const SourceFeedback& feedback, const PairingReport& pairing) {
  const ConversionReport& report = feedback.report;
  int64_t responses = static_cast<int64_t>(feedback.unpaired.size());
  for (const ComparisonSet& set : feedback.sets) {
    responses += static_cast<int64_t>(set.responses.size());
  }
  const auto sets = static_cast<int64_t>(feedback.sets.size());
  if (report.rows != report.used_rows + report.bad_rows + total(report.dropped_rows)) return "rows";
  if (report.made_sets != sets + report.unpaired_sets + total(report.dropped_sets)) return "sets";
  if (report.responses != responses + total(report.dropped_responses)) return "responses";
  if (pairing.sets != sets) return "sets looked at by pairing";
  if (pairing.sets != pairing.sets_paired + total(pairing.without_pair)) return "pairing";
  return "";
}

inline Converted convert_files(const Json& config, const std::filesystem::path& folder) {
  Converted result;
  try {
    const Source source = read_source(config, "source.json");
    result.feedback = convert_source(source, folder);
    const auto pairs =
        make_pairs(result.feedback.sets, result.feedback.axes, source.pairing, result.pairing);
    for (const PreferencePair& pair : pairs) {
      const ComparisonSet& set = result.feedback.sets[pair.set];
      result.pairs.push_back({prompt_text(set.prompt), set.responses[pair.chosen].text,
                              set.responses[pair.rejected].text, pair.margin});
    }
  } catch (const Error& error) {
    result.error = error.what();
    const std::string prefix = folder.string() + "/";
    if (result.error.starts_with(prefix)) result.error.erase(0, prefix.size());
  }
  return result;
}

// `bytes` as a file called `name`, converted by `config`, which needs no files.
inline Converted convert_bytes(const std::string& config, std::string_view bytes,
                               const std::string& name = "rows.jsonl") {
  const TemporaryDirectory directory;
  write_bytes(directory.path() / name, bytes);
  Json json = parse_json(config, "test");
  json["files"] = {name};
  return convert_files(json, directory.path());
}

inline std::string lines(const std::vector<Json>& rows) {
  std::string text;
  for (const Json& row : rows) text += row.dump() + "\n";
  return text;
}

inline Converted convert_rows(const std::string& config, const std::vector<Json>& rows) {
  return convert_bytes(config, lines(rows));
}

}  // namespace braid::test

// Feedback files made by tests, prepared into a directory.
#pragma once

#include <fmt/format.h>

#include <fstream>
#include <string>
#include <vector>

#include "base/file.h"
#include "data/preparation/outputs.h"
#include "data/preparation/prepared_directory.h"
#include "tests/support.h"

namespace braid::test {

// A folder of feedback files and what is prepared from them.
class Workshop {
 public:
  std::filesystem::path path(const std::string& name) const { return folder_.path() / name; }

  // Adds a file and a source that reads it. `source` needs no files.
  void add(const std::string& name, const std::string& rows, Json source) {
    std::ofstream(path(name), std::ios::binary) << rows;
    source["files"] = path(name).string();
    config.sources.push_back(std::move(source));
  }

  void add_pairs(const std::string& name, const std::string& rows) {
    add(name, rows, {{"preset", "trl"}, {"name", name}});
  }

  // {"prompt": prompt, "answers": [{"text", "score"}...]} per row, scores from 0 to 10.
  void add_ratings(const std::string& name, const std::string& rows) {
    add(name, rows, rating_source(name));
  }

  static Json rating_source(const std::string& name) {
    return {{"kind", "rating"},
            {"name", name},
            {"prompt", "prompt"},
            {"responses", Json::array({{{"each", "answers[]"}, {"text", "text"}}})},
            {"axes", Json::array({{{"name", "score"}, {"range", {0, 10}}}})}};
  }

  std::string key() const { return preparation_key(config, ""); }
  std::filesystem::path prepared() const { return path("prepared"); }

  Preparation prepare() const {
    return prepare_feedback(config, {}, [](const std::string&) {});
  }
  Json write() const { return write_prepared(prepared(), key(), config, prepare()); }

  std::vector<Json> rows(const char* file) const {
    std::vector<Json> result;
    std::ifstream in(prepared() / file);
    for (std::string line; std::getline(in, line);) result.push_back(Json::parse(line));
    return result;
  }

  PreparationConfig config;

 private:
  TemporaryDirectory folder_;
};

inline std::string pair_row(const std::string& prompt, const std::string& chosen,
                            const std::string& rejected) {
  return Json{{"prompt", prompt}, {"chosen", chosen}, {"rejected", rejected}}.dump() + "\n";
}

inline std::string rating_row(const std::string& prompt,
                              const std::vector<std::pair<std::string, double>>& answers) {
  Json list = Json::array();
  for (const auto& [text, score] : answers) list.push_back({{"text", text}, {"score", score}});
  return Json{{"prompt", prompt}, {"answers", list}}.dump() + "\n";
}

// Rows of rated answers about subjects that differ, so that nothing is a near duplicate.
inline std::string many_ratings(int count) {
  std::string rows;
  for (int i = 0; i < count; ++i) {
    rows += rating_row(fmt::format("What about {}?", i),
                       {{fmt::format("good {}", i), 5 + i % 5}, {fmt::format("bad {}", i), i % 4}});
  }
  return rows;
}

inline int64_t sum_of(const Json& counts) {
  int64_t total = 0;
  for (const auto& [reason, count] : counts.items()) total += count.get<int64_t>();
  return total;
}

// Empty when the numbers of a source in the summary add up; else which do not.
inline std::string unaccounted(const Json& source) {
  const Json &rows = source["rows"], &sets = source["comparisons"], &pairing = source["pairing"];
  const auto number = [](const Json& value) { return value.get<int64_t>(); };
  if (number(rows["read"]) !=
      number(rows["used"]) + number(rows["bad"]) + sum_of(rows["dropped"])) {
    return "rows";
  }
  if (number(sets["made"]) !=
      number(sets["kept"]) + number(sets["unpaired_labels"]) + sum_of(sets["dropped"])) {
    return "comparisons";
  }
  if (number(sets["kept"]) != number(pairing["sets_paired"]) + sum_of(pairing["without_pair"])) {
    return "pairing";
  }
  if (source["pairs"]["made"] != pairing["pairs"]) return "pairs made";
  for (const char* form : {"pairs", "demonstrations"}) {
    const Json& records = source[form];
    if (number(records["made"]) !=
        number(records["train"]) + number(records["held_out"]) + sum_of(records["dropped"])) {
      return form;
    }
  }
  return "";
}

}  // namespace braid::test

// metrics.jsonl and metrics.csv of a run: one record per logged step, TRL's names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "trainer/append_file.h"

namespace braid {

using Metrics = std::vector<std::pair<std::string, double>>;  // ordered: the columns of the CSV

// Where the records of a run go on.
struct MetricsEnd {
  int64_t step = -1;               // the last one; -1: start afresh
  std::optional<int64_t> records;  // of that step in the JSONL, when not all of them stay
};

class MetricsLog {
 public:
  // Opens both files for appending. Records behind `end` (left by a run that died before its next
  // checkpoint) are cut off first, so that a resumed run has neither gaps nor duplicates.
  MetricsLog(const std::filesystem::path& run_directory, const MetricsEnd& end);

  // `step` comes first. Training and evaluation records (names with "eval_" or "eval/") go to the
  // same JSONL; the CSV takes training records only. Its columns are those of the first record: a
  // name that is absent later leaves its field empty, a new one is an Error. Values that are not
  // finite are null in the JSONL. On a write failure (disk full) the files end with the last whole
  // record.
  void write(int64_t step, const Metrics& metrics);

  // A line {"step", "warning"} in the JSONL.
  void warn(int64_t step, const std::string& text);

  // Lines of `step` in the JSONL, of the last step that has some.
  int64_t records(int64_t step) const { return step == step_ ? records_ : 0; }

  // On disk for good; call it before a checkpoint, which counts on the records up to its step.
  void sync();

 private:
  void append(const Json& record);
  std::string csv_line(int64_t step, const Metrics& metrics);

  int64_t step_ = -1, records_ = 0;  // of the last step in the JSONL
  AppendFile jsonl_, csv_;
  std::vector<std::string> columns_;  // of the CSV, without "step"; empty before the first record
};

}  // namespace braid

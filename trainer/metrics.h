// metrics.jsonl and metrics.csv of a run: one record per logged step, TRL's names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "trainer/append_file.h"

namespace braid {

using Metrics = std::vector<std::pair<std::string, double>>;  // ordered: the columns of the CSV

class MetricsLog {
 public:
  // Opens both files for appending. Records after `resume_step` (left by a run that died before its
  // next checkpoint) are cut off first, so that a resumed run has neither gaps nor duplicates. -1:
  // start afresh.
  MetricsLog(const std::filesystem::path& run_directory, int64_t resume_step);

  // `step` comes first. Training and evaluation records (names with "eval_" or "eval/") go to the
  // same JSONL; the CSV takes training records only. Its columns are those of the first record: a
  // name that is absent later leaves its field empty, a new one is an Error. Values that are not
  // finite are null in the JSONL. On a write failure (disk full) the files end with the last whole
  // record.
  void write(int64_t step, const Metrics& metrics);

  // On disk for good; call it before a checkpoint, which counts on the records up to its step.
  void sync();

 private:
  std::string csv_line(int64_t step, const Metrics& metrics);

  AppendFile jsonl_, csv_;
  std::vector<std::string> columns_;  // of the CSV, without "step"; empty before the first record
};

}  // namespace braid

// Metrics of a run that do not depend on the clock or the machine, for comparing runs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "tests/binary/expect.h"

namespace braid::test {

inline std::vector<std::string> numbers_of(const std::filesystem::path& run) {
  std::vector<std::string> records;
  for (const std::string& line : lines_of(read_text_file(run / "metrics.jsonl"))) {
    Json record = parse_json(line, "metrics.jsonl");
    for (const char* key : {"step_seconds", "tokens_per_second", "pairs_per_second",
                            "flop_utilization", "peak_memory_mib"}) {
      record.erase(key);
    }
    records.push_back(record.dump());
  }
  return records;
}

}  // namespace braid::test

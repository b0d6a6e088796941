// From the files of a source to comparison sets, demonstrations and unpaired labels, with every row
// accounted for.
#pragma once

#include <filesystem>

#include "data/feedback/drop_log.h"
#include "data/feedback/records.h"
#include "data/feedback/sources/source.h"

namespace braid {

// rows = used_rows + bad_rows + the sum of dropped_rows.
// made_sets = sets kept + unpaired_sets + the sum of dropped_sets.
// responses = responses of kept sets + unpaired labels + the sum of dropped_responses.
struct ConversionReport {
  static constexpr size_t kMaxExamples = 10;

  int64_t rows = 0;                           // elements of `each` when the source has it
  int64_t used_rows = 0;                      // gave at least one response or demonstration
  int64_t bad_rows = 0;                       // malformed
  std::vector<std::string> bad_row_examples;  // the first messages
  Counts dropped_rows;

  int64_t made_sets = 0;  // after rows with the same prompt were joined
  int64_t unpaired_sets = 0;
  Counts dropped_sets;

  int64_t responses = 0;
  Counts dropped_responses;
};

struct SourceFeedback {
  std::string name;
  std::vector<std::string> files;
  std::vector<std::string> axes;
  std::vector<ComparisonSet> sets;
  std::vector<Demonstration> demonstrations;
  std::vector<UnpairedLabel> unpaired;
  ConversionReport report;
  DropLog drops;  // every bad row, and everything that `report` counts as dropped
};

// Reads all files of the source on all cores; their names are relative to `folder`. The result does
// not depend on the number of threads, nor on the order of rows, but for the order of sets, which
// is that of their first rows. Memory: the result, and rows of 16 MiB and one more. Error when more
// than max_bad_rows rows are malformed: "file:row: field: what", or when a file cannot be read.
SourceFeedback convert_source(const Source& source, const std::filesystem::path& folder);

// What training reads, with the file and row it came from.
FeedbackRecord to_record(const SourceFeedback& feedback, const PreferencePair& pair);
FeedbackRecord to_record(const SourceFeedback& feedback, const Demonstration& demonstration);

}  // namespace braid

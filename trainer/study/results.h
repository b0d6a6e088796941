// What the cells of a study gave, put together.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "data/tasks/metrics/bootstrap.h"
#include "trainer/evaluation/item_file.h"
#include "trainer/study/study.h"

namespace braid {

using Numbers = std::map<std::string, double>;  // "task/number" -> value

struct CellResult {
  const Cell* cell = nullptr;
  int64_t train_pairs = 0;
  double largest_source = 0;    // share of the source that has most of them
  StoredItems pairs;            // held_out_pairs.h
  double chosen_log_ratio = 0;  // to the base, mean over held-out pairs; NaN when there are none
  Numbers numbers;
};

// Cells that differ in nothing but the seed.
struct GroupResult {
  std::string label;
  std::vector<const CellResult*> cells;
  struct Spread {
    double mean = 0, low = 0, high = 0;  // lowest and highest over the seeds
  };
  Spread accuracy, bias;           // bias: distance from unbiased
  Estimate length_gap;             // held_out_pairs.h, over the pairs of all seeds
  std::vector<std::string> flags;  // failure_signatures.h
};

// The method against chance: quality_diversity minus random at the same sources and fraction.
// Paired bootstrap over items; a draw of an item takes it from all seeds.
struct Contrast {
  std::string sources;
  double fraction = 0;
  Estimate accuracy, bias;
};

struct StudyResults {
  Numbers base;
  std::vector<CellResult> cells;
  std::vector<GroupResult> groups;
  std::vector<Contrast> contrasts;
};

// Where a cell's evaluation, and that of the base, lie.
std::filesystem::path evaluation_directory(const Cell& cell);
std::filesystem::path base_directory(const Study& study);

// All cells have been trained and evaluated. Errors: a number that the tasks do not have, files
// that were changed.
StudyResults collect_results(const Study& study);

}  // namespace braid

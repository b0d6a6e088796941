// A study: one run repeated over a grid of sources, selection and seeds, and what came out of it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "trainer/configuration.h"

namespace braid {

// One point of the grid.
struct Cell {
  std::string sources;               // name of the set of sources
  std::vector<std::string> members;  // the sources in it
  Strategy strategy = Strategy::kNone;
  double fraction = 1.0;
  uint64_t seed = 0;
  std::filesystem::path directory;  // of its run
  std::filesystem::path prepared;   // its data, shared by cells whose data are the same

  // Where it stands in tables: everything but the seed.
  std::string label() const;
};

struct Study {
  RunConfiguration run;  // what all cells share
  std::filesystem::path output;
  std::vector<Cell> cells;
  std::string accuracy, bias;  // "task/number": the two that are set against each other
  double unbiased = 0;         // the bias of an unbiased model: 0, or 0.5 for shares

  // The run of a cell: the shared one with the cell's sources, selection, seed and directories.
  // References are kept in the study's directory unless the run says where.
  RunConfiguration configuration(const Cell& cell) const;
};

// A JSON file:
//   {"run": path or object, "output": directory,
//    "grid": {"sources": {name: [source names]}, "strategy": [...], "fraction": [...], "seed":
//    [...]}, "accuracy": "task/number", "bias": "task/number", "unbiased": 0 or 0.5}
// Absent "sources": {"all": all of them}. At fraction 1 every strategy keeps the same pairs: there
// is one cell, of the first strategy. Relative paths are relative to the file. Errors name the key.
Study read_study(const std::filesystem::path& file);

}  // namespace braid

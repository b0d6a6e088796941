#include "trainer/study/study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "data/feedback/sources/source.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

using SourceSets = std::map<std::string, std::vector<std::string>>;

std::string source_name(const Json& source) { return read_source(source, "data.sources").name; }

std::set<std::string> names_of(const Json& sources) {
  std::set<std::string> names;
  for (const Json& source : sources) names.insert(source_name(source));
  return names;
}

RunConfiguration read_run(ObjectReader& object, const fs::path& folder) {
  const Json* run = object.find("run");
  if (run == nullptr || !run->is_string()) {
    object.error("run", "expected the path of a run file, which all cells share");
  }
  RunConfiguration config = load_configuration(folder / run->get<std::string>(), {});
  config.validate(/*needs_model=*/true);
  if (config.data.sources.empty())
    object.error("run", "the run has no data.sources to select from");
  if (config.evaluation.empty()) object.error("run", "the run has no tasks in evaluation");
  return config;
}

SourceSets read_source_sets(ObjectReader& grid, const Json& sources) {
  const auto known = names_of(sources);
  const Json* sets = grid.find("sources");
  if (sets == nullptr) return {{"all", {known.begin(), known.end()}}};
  if (!sets->is_object() || sets->empty()) grid.error("sources", "expected {name: [source names]}");
  SourceSets result;
  auto reader = *grid.object("sources");
  for (const auto& [name, list] : sets->items()) {
    result[name] = reader.strings(name);
    for (const std::string& source : result[name]) {
      if (!known.contains(source)) {
        reader.error(name, fmt::format("the run has no source {}", quote(source)));
      }
    }
  }
  return result;
}

std::vector<Strategy> read_strategies(ObjectReader& grid) {
  std::vector<Strategy> result;
  for (const std::string& name : grid.strings("strategy")) {
    const auto found = std::ranges::find(kStrategyNames, name);
    if (found == kStrategyNames.end()) grid.error("strategy", quote(name) + " is no strategy");
    result.push_back(static_cast<Strategy>(found - kStrategyNames.begin()));
  }
  if (result.empty()) grid.error("strategy", "expected a list of strategies");
  return result;
}

std::vector<double> read_numbers(ObjectReader& grid, const char* key) {
  const Json* list = grid.find(key);
  std::vector<double> numbers;
  if (list != nullptr && list->is_array()) {
    for (const Json& number : *list) {
      if (!number.is_number()) grid.error(key, "expected a list of numbers");
      numbers.push_back(number.get<double>());
    }
  }
  if (numbers.empty()) grid.error(key, "expected a list of numbers");
  return numbers;
}

std::vector<double> read_fractions(ObjectReader& grid) {
  auto fractions = read_numbers(grid, "fraction");
  for (const double fraction : fractions) {
    if (!(fraction > 0 && fraction <= 1)) grid.error("fraction", "expected numbers in (0, 1]");
  }
  return fractions;
}

std::vector<uint64_t> read_seeds(ObjectReader& grid) {
  std::vector<uint64_t> seeds;
  for (const double seed : read_numbers(grid, "seed")) {
    if (!(seed >= 0 && seed < 1e15) || seed != std::floor(seed)) {
      grid.error("seed", "expected integers from 0");
    }
    seeds.push_back(static_cast<uint64_t>(seed));
  }
  return seeds;
}

std::vector<Cell> read_grid(ObjectReader grid, const DataConfig& data, const fs::path& output) {
  const auto sets = read_source_sets(grid, data.sources);
  const auto strategies = read_strategies(grid);
  const auto fractions = read_fractions(grid);
  const auto seeds = read_seeds(grid);
  grid.reject_unknown();
  std::vector<Cell> cells;
  for (const auto& [name, members] : sets) {
    for (const double fraction : fractions) {
      for (const Strategy strategy : strategies) {
        if (fraction == 1 && strategy != strategies.front()) continue;
        for (const uint64_t seed : seeds) {
          Cell cell{name, members, strategy, fraction, seed, {}, {}};
          const std::string one = fmt::format("{}-seed{}", cell.label(), seed);
          cell.directory = output / one;
          cell.prepared = output / "prepared" / (data.seed ? cell.label() : one);
          cells.push_back(std::move(cell));
        }
      }
    }
  }
  return cells;
}

std::string read_number_name(ObjectReader& object, const char* key) {
  const std::string name = object.require_string(key);
  if (name.find('/') == std::string::npos) object.error(key, "expected task/number");
  return name;
}

}  // namespace

std::string Cell::label() const {
  if (fraction == 1) return sources + "-1";
  return fmt::format("{}-{}-{:g}", sources, name_of(strategy), fraction);
}

RunConfiguration Study::configuration(const Cell& cell) const {
  RunConfiguration config = run;
  config.seed = cell.seed;
  config.output = cell.directory.string();
  config.data.prepared = cell.prepared.string();
  if (config.train.reference_cache.empty()) {
    config.train.reference_cache = (output / "reference").string();
  }
  config.data.sources = Json::array();
  for (const Json& source : run.data.sources) {
    if (std::ranges::find(cell.members, source_name(source)) != cell.members.end()) {
      config.data.sources.push_back(source);
    }
  }
  config.selection.strategy = cell.strategy;
  config.selection.fraction = cell.fraction;
  config.selection.match_size = cell.strategy == Strategy::kRandom;
  return config;
}

Study read_study(const fs::path& file) {
  const Json document = read_json_file(file);
  if (!document.is_object()) fail("{}: expected an object", file.string());
  ObjectReader object(document, file.string());
  const fs::path folder = fs::absolute(file).parent_path();
  Study study;
  study.run = read_run(object, folder);
  study.output = (folder / object.require_string("output")).lexically_normal();
  auto grid = object.object("grid");
  if (!grid) object.error("grid", "is missing");
  study.cells = read_grid(*grid, study.run.data, study.output);
  study.accuracy = read_number_name(object, "accuracy");
  study.bias = read_number_name(object, "bias");
  study.unbiased = object.number("unbiased", 0);
  object.reject_unknown();
  return study;
}

}  // namespace braid

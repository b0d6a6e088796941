// Tasks against the golden files that scripts/golden/evaluation*.py write.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "data/tasks/task.h"
#include "tests/support.h"

namespace braid::test {

struct GoldenTask {
  const char* name;        // in the golden file
  const char* definition;  // without files
};

inline int64_t row_of(const TaskItem& item) {
  return std::stoll(item.id.substr(item.id.rfind(':') + 1));
}

// The definition with the files that the golden entry names, which lie in `data`.
inline Json with_files(const char* definition, const Json& golden,
                       const std::filesystem::path& data) {
  Json config = Json::parse(definition);
  const Json& files = golden.at("files");
  const auto path = [&](size_t i) { return (data / files[i].get<std::string>()).string(); };
  if (config["task"] == "winobias_paper") {
    config["files"] = {{"path", path(0)}, {"beside", path(1)}};
    return config;
  }
  if (config["task"] == "winobias") {
    for (size_t i = 0; i < 2; ++i) {
      config["files"].push_back(
          {{"path", path(i)}, {"tags", {{"stereotype", i == 0 ? "pro" : "anti"}}}});
      config["occupations"].push_back(path(i + 2));
    }
    return config;
  }
  if (config["task"] == "winogender") config["statistics"] = path(1);
  config["files"] = path(0);
  return config;
}

// Every option of every row; a row may be several items.
inline void expect_scores(const Json& golden, const std::vector<ScoredItem>& scored) {
  std::map<int64_t, std::vector<OptionScore>> by_row;
  for (const ScoredItem& item : scored) {
    auto& options = by_row[row_of(*item.item)];
    options.insert(options.end(), item.options.begin(), item.options.end());
  }
  ASSERT_EQ(by_row.size(), golden.at("items").size());
  for (const Json& item : golden.at("items")) {
    const auto& options = by_row.at(item.at("row").get<int64_t>());
    const auto logps = item.at("logps").get<std::vector<double>>();
    const auto tokens = item.at("tokens").get<std::vector<int64_t>>();
    ASSERT_EQ(options.size(), logps.size()) << item;
    for (size_t i = 0; i < logps.size(); ++i) {
      EXPECT_EQ(options[i].tokens, tokens[i]) << item;
      // float32 sums of up to 200 terms of size 3, and six digits in the file.
      EXPECT_NEAR(options[i].logp, logps[i], 1e-3 + 5e-6 * std::abs(logps[i])) << item;
      if (item.contains("greedy")) {
        EXPECT_EQ(options[i].greedy, item["greedy"][i].get<bool>());
      }
    }
  }
}

// The task's numbers that the golden file has; at least one.
inline void expect_numbers(const Json& golden, const Task& task, const ScoredItems& items) {
  size_t compared = 0;
  for (const MetricSpec& metric : task.metrics) {
    if (!golden.at("metrics").contains(metric.name)) continue;
    const double expected = golden["metrics"][metric.name].get<double>();
    // Shares are exact up to printing; means of log-probabilities as above.
    EXPECT_NEAR(metric.value(items), expected, 1e-5 * std::max(1.0, std::abs(expected)))
        << metric.name;
    ++compared;
  }
  EXPECT_GE(compared, 1u);
}

}  // namespace braid::test

#include "trainer/study/study_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/file.h"
#include "base/html.h"
#include "trainer/evaluation/task_report.h"
#include "trainer/study/trade_off_plot.h"
#include "trainer/text_table.h"

namespace braid {
namespace {

std::string cells_csv(const StudyResults& results) {
  std::string text = "sources,strategy,fraction,seed,train_pairs";
  for (const auto& [name, value] : results.base) text += "," + name;
  text += "\nbase,,,,";
  for (const auto& [name, value] : results.base) text += fmt::format(",{}", value);
  text += "\n";
  for (const CellResult& result : results.cells) {
    const Cell& cell = *result.cell;
    text += fmt::format("{},{},{:g},{},{}", cell.sources, name_of(cell.strategy), cell.fraction,
                        cell.seed, result.train_pairs);
    for (const auto& [name, value] : results.base) {
      const auto found = result.numbers.find(name);
      text += found == result.numbers.end() ? "," : fmt::format(",{}", found->second);
    }
    text += "\n";
  }
  return text;
}

Json number_json(double value) { return std::isnan(value) ? Json(nullptr) : Json(value); }

Json numbers_json(const Numbers& numbers) {
  Json json = Json::object();
  for (const auto& [name, value] : numbers) json[name] = number_json(value);
  return json;
}

Json spread_json(const GroupResult::Spread& spread) {
  return {{"mean", spread.mean}, {"low", spread.low}, {"high", spread.high}};
}

Json results_json(const Study& study, const StudyResults& results) {
  Json json = {{"accuracy", study.accuracy},
               {"bias", study.bias},
               {"unbiased", study.unbiased},
               {"base", numbers_json(results.base)}};
  for (const CellResult& result : results.cells) {
    const Cell& cell = *result.cell;
    json["cells"].push_back({{"sources", cell.sources},
                             {"strategy", name_of(cell.strategy)},
                             {"fraction", cell.fraction},
                             {"seed", cell.seed},
                             {"train_pairs", result.train_pairs},
                             {"largest_source", result.largest_source},
                             {"chosen_log_ratio", number_json(result.chosen_log_ratio)},
                             {"numbers", numbers_json(result.numbers)}});
  }
  for (const GroupResult& group : results.groups) {
    json["groups"].push_back({{"label", group.label},
                              {"seeds", group.cells.size()},
                              {"accuracy", spread_json(group.accuracy)},
                              {"distance_from_unbiased", spread_json(group.bias)},
                              {"length_gap", estimate_json(group.length_gap)},
                              {"flags", group.flags}});
  }
  json["filtered_minus_random"] = Json::array();
  for (const Contrast& contrast : results.contrasts) {
    json["filtered_minus_random"].push_back({{"sources", contrast.sources},
                                             {"fraction", contrast.fraction},
                                             {"accuracy", estimate_json(contrast.accuracy)},
                                             {"bias", estimate_json(contrast.bias)}});
  }
  return json;
}

std::string spread_text(const GroupResult::Spread& spread) {
  return fmt::format("{:.3f} ({:.3f} to {:.3f})", spread.mean, spread.low, spread.high);
}

using Rows = std::vector<std::vector<std::string>>;

Rows group_rows(const Study& study, const StudyResults& results) {
  Rows rows = {{"pairs", "number", study.accuracy, study.bias + ", from unbiased"}};
  rows.push_back({"base", "", fmt::format("{:.3f}", results.base.at(study.accuracy)),
                  fmt::format("{:.3f}", std::abs(results.base.at(study.bias) - study.unbiased))});
  for (const GroupResult& group : results.groups) {
    rows.push_back({group.label, std::to_string(group.cells[0]->train_pairs),
                    spread_text(group.accuracy), spread_text(group.bias)});
  }
  return rows;
}

Rows contrast_rows(const StudyResults& results) {
  Rows rows;
  for (const Contrast& contrast : results.contrasts) {
    rows.push_back({html::escape(contrast.sources), fmt::format("{:g}", contrast.fraction),
                    estimate_text(contrast.accuracy), estimate_text(contrast.bias)});
  }
  return rows;
}

std::string flags_list(const StudyResults& results) {
  std::string text;
  for (const GroupResult& group : results.groups) {
    for (const std::string& flag : group.flags) {
      text += fmt::format("<li>{}: {}</li>\n", html::escape(group.label), html::escape(flag));
    }
  }
  return text.empty() ? "<p class=\"soft\">None.</p>\n" : "<ul>\n" + text + "</ul>\n";
}

// What the signatures go by, beside accuracy and bias.
std::string signs_table(const StudyResults& results) {
  Rows rows;
  for (const GroupResult& group : results.groups) {
    double largest = 0;
    std::string log_ratios;
    for (const CellResult* cell : group.cells) {
      largest = std::max(largest, cell->largest_source);
      log_ratios += fmt::format("{}{:.2f}", log_ratios.empty() ? "" : ", ", cell->chosen_log_ratio);
    }
    rows.push_back({html::escape(group.label), fmt::format("{:.0f} %", 100 * largest), log_ratios,
                    estimate_text(group.length_gap)});
  }
  return "<p class=\"soft\">Largest source: its share of the pairs. Log-ratio: tuned to base, mean "
         "over "
         "chosen held-out answers, per seed. Length gap: how much more often held-out pairs are "
         "judged right where the chosen answer is the longer one than where it is the shorter one, "
         "with a 95 % interval; 0 under the base.</p>\n" +
         html::table({"pairs", "largest source", "log-ratio", "length gap"}, rows, 1);
}

std::string page(const Study& study, const StudyResults& results) {
  Rows rows = group_rows(study, results);
  for (auto& row : rows) {
    for (std::string& cell : row) cell = html::escape(cell);
  }
  const std::vector<std::string> header = rows.front();
  rows.erase(rows.begin());
  std::string body = html::section(
      "Accuracy and bias",
      "<p class=\"soft\">Means over seeds; bars from the lowest to the highest. Up and to the left "
      "is better.</p>\n" +
          trade_off_svg(study, results) + html::table(header, rows, 1));
  const Rows contrasts = contrast_rows(results);
  if (!contrasts.empty()) {
    body += html::section(
        "The method against chance",
        "<p class=\"soft\">quality_diversity minus random pairs of the same number, with 95 % "
        "intervals (paired bootstrap over items, all seeds together).</p>\n" +
            html::table(
                {"sources", "fraction", html::escape(study.accuracy), html::escape(study.bias)},
                contrasts, 1));
  }
  body += html::section("Signatures of failure", flags_list(results) + signs_table(results));
  return html::page("Study", body);
}

}  // namespace

std::string report_study(const Study& study, const StudyResults& results) {
  write_file_atomic(study.output / "results.csv", cells_csv(results));
  write_file_atomic(study.output / "results.json", results_json(study, results).dump(2) + "\n");
  write_file_atomic(study.output / "report.html", page(study, results));
  return align_columns(group_rows(study, results), 1);
}

}  // namespace braid

// IFEval from prompts to numbers, as eval does it, against
// scripts/golden/ifeval_answers.py: the answers of a plain greedy loop and the
// official checker's verdicts on them.
#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/model.h"
#include "tests/support.h"
#include "trainer/evaluation/task_suite.h"

namespace braid {
namespace {

// Verdicts as the golden file has them; `?` stands where the official checker draws at random.
std::string digits(const std::vector<bool>& verdicts, const std::string& golden) {
  std::string text;
  for (const bool verdict : verdicts) {
    const bool drawn = text.size() < golden.size() && golden[text.size()] == '?';
    text += drawn ? '?' : verdict ? '1' : '0';
  }
  return text;
}

// The built-in task on the golden file's prompts.
RunConfiguration configuration(const std::string& model, const std::string& prompts,
                               const Json& golden) {
  RunConfiguration config;
  config.model = model;
  config.data.chat_template.name = test::golden_path("plain_turns.jinja").string();
  config.evaluation = Json::array({{{"task", "ifeval"},
                                    {"files", prompts},
                                    {"limit", golden.at("prompts")},
                                    {"max_new_tokens", golden.at("new_tokens")}}});
  return config;
}

TEST(IfevalGolden, AnswersVerdictsAndNumbersEqualThePlainLoop) {
  const auto prompts = test::shared_path("data/ifeval/input_data.jsonl");
  const auto path = test::shared_path("models/stories260K");
  if (!prompts || !path) GTEST_SKIP() << "the shared prompts or the model stories260K are not here";
  const Json golden = read_json_file(test::golden_path("ifeval_answers.json"));
  const RunConfiguration config = configuration(path->string(), prompts->string(), golden);
  const LoadedModel model = load_model(*path, at::kFloat, at::kCPU);
  const TaskSuite suite(config, model.config, ModelTokenizer(config.model));
  const TaskSuite::Entry& entry = suite.entries().at(0);
  const TaskScores scores = suite.score(entry, "base", model.transformer, nullptr);

  const Json& rows = golden.at("rows");
  ASSERT_GE(rows.size(), 50u);
  ASSERT_EQ(scores.items.size(), rows.size());
  EXPECT_EQ(entry.report.skipped.at("too long"),
            static_cast<int64_t>(golden.at("too_long").size()));
  ScoredItems counted;  // by the official checker
  double checks = 0;
  std::vector<std::string> differences;
  for (size_t i = 0; i < rows.size(); ++i) {
    const Json& row = rows[i];
    const ScoredItem& item = scores.items[i];
    ASSERT_EQ(item.item->id, std::to_string(row.at("key").get<int64_t>()));
    const Answer& answer = item.answers.at(0);
    EXPECT_EQ(answer.text, row.at("answer").get<std::string>()) << row;
    EXPECT_EQ(answer.complete, row.at("complete").get<bool>()) << row;
    const auto strict = row.at("strict").get<std::string>();
    const auto loose = row.at("loose").get<std::string>();
    EXPECT_EQ(digits(answer.judgement.strict, strict), strict) << row;
    if (const std::string own = digits(answer.judgement.loose, loose); own != loose) {
      differences.push_back(fmt::format("{}: {}, official {}", item.item->id, own, loose));
    }
    if ((strict + loose).find('?') != std::string::npos) continue;
    counted.push_back(&item);
    checks += static_cast<double>(strict.size());
  }
  EXPECT_EQ(counted.size(), rows.size() - 2);
  // What is left of this answer without its first line is the letter T: Vietnamese to langdetect,
  // and not in English capitals.
  EXPECT_THAT(differences, testing::ElementsAre("3456: 01, official 00"));
  ASSERT_EQ(entry.task.metrics.size(), golden.at("metrics").size());
  for (const MetricSpec& metric : entry.task.metrics) {
    const double expected = golden.at("metrics").at(metric.name).get<double>();
    const double known = metric.name == "instruction_loose" ? 1 / checks : 0;
    EXPECT_NEAR(metric.value(counted), expected + known, 1e-12) << metric.name;
  }
}

}  // namespace
}  // namespace braid

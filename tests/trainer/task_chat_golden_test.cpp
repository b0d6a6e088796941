// Tasks with prompts in a chat template, as eval reads and scores them, against
// scripts/golden/evaluation_chat.py.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "model/model.h"
#include "tests/support.h"
#include "tests/trainer/task_golden.h"
#include "trainer/evaluation/task_suite.h"

namespace braid {
namespace {

constexpr test::GoldenTask kCases[] = {
    {"arc_easy", R"({"task": "multiple_choice", "prompt": {"template": "{query}\nAnswer:"}})"},
    {"winogrande", R"({"task": "winogrande", "id": null})"},
    {"crows_pairs", R"({"task": "crows_pairs"})"},
    {"stereoset_intersentence", R"({"task": "stereoset_intersentence"})"},
    {"bbq", R"({"task": "bbq"})"},
    {"winogender", R"({"task": "winogender"})"},
};

class ChatTaskGolden : public ::testing::TestWithParam<test::GoldenTask> {};

TEST_P(ChatTaskGolden, EqualsThePlainLoop) {
  const auto data = test::shared_path("data");
  const auto path = test::shared_path("models/stories260K");
  if (!data || !path) GTEST_SKIP() << "the shared sets or the model stories260K are not here";
  const Json golden = read_json_file(test::golden_path("evaluation_chat.json")).at(GetParam().name);
  const int64_t skipped = golden.at("skipped").get<int64_t>();
  Json task = test::with_files(GetParam().definition, golden, *data);
  task["chat"] = true;
  task["limit"] = static_cast<int64_t>(golden.at("items").size()) + skipped;

  RunConfiguration config;
  config.model = path->string();
  config.data.chat_template.name = test::golden_path("plain_turns.jinja").string();
  config.evaluation = Json::array({task});
  const LoadedModel model = load_model(*path, at::kFloat, at::kCPU);
  const TaskSuite suite(config, model.config, ModelTokenizer(config.model));
  const TaskSuite::Entry& entry = suite.entries().at(0);
  ASSERT_GE(entry.report.items, 50);
  const TaskScores scores = suite.score(entry, "base", model.transformer, nullptr);
  test::expect_scores(golden, scores.items);
  test::expect_numbers(golden, entry.task, pointers(scores.items));
}

INSTANTIATE_TEST_SUITE_P(Sets, ChatTaskGolden, ::testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace braid

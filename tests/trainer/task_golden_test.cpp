// Tasks on real sets against scripts/golden/evaluation.py: every option's log-probability, and the
// numbers made of them.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "base/file.h"
#include "data/feedback/conversation.h"
#include "data/tasks/kinds/words.h"
#include "data/tasks/task.h"
#include "model/model.h"
#include "tests/support.h"
#include "tests/trainer/task_golden.h"
#include "trainer/evaluation/answer_questions.h"
#include "trainer/evaluation/score_items.h"
#include "trainer/evaluation/task_suite.h"

namespace braid {
namespace {

// Sets whose rows have another form than the original ones are given their prompt here (queries of
// piqa end in a line break).
constexpr test::GoldenTask kCases[] = {
    {"arc_easy", R"({"task": "multiple_choice", "prompt": {"template": "{query}\nAnswer:"}})"},
    {"arc_challenge", R"({"task": "multiple_choice", "prompt": {"template": "{query}\nAnswer:"}})"},
    {"piqa", R"({"task": "multiple_choice", "prompt": {"template": "{query}Answer:"}})"},
    {"commonsense_qa", R"({"task": "multiple_choice", "prompt": {"template": "{query}"}})"},
    {"winogrande", R"({"task": "winogrande", "id": null})"},
    {"truthfulqa_mc1", R"({"task": "truthfulqa_mc1"})"},
    {"truthfulqa_mc2", R"({"task": "truthfulqa_mc2"})"},
    {"crows_pairs", R"({"task": "crows_pairs"})"},
    {"stereoset_intrasentence", R"({"task": "stereoset_intrasentence"})"},
    {"stereoset_intersentence", R"({"task": "stereoset_intersentence"})"},
    {"lambada", R"({"task": "lambada"})"},
    {"bbq", R"({"task": "bbq"})"},
    {"winogender", R"({"task": "winogender"})"},
    {"winobias_type1", R"({"task": "winobias"})"},
    {"winobias_type2", R"({"task": "winobias"})"},
};

// The pairs of a set as the paper measures them.
constexpr test::GoldenTask kPaperCases[] = {
    {"winobias_type1", R"({"task": "winobias_paper"})"},
    {"winobias_type2", R"({"task": "winobias_paper"})"},
};

class TaskGolden : public ::testing::TestWithParam<test::GoldenTask> {
 protected:
  void SetUp() override {
    const auto data = test::shared_path("data");
    const auto model = test::shared_path("models/stories260K");
    if (!data || !model) GTEST_SKIP() << "the shared sets or the model stories260K are not here";
    data_ = *data;
    model_.emplace(load_model(*model, at::kFloat, at::kCPU));
    tokenizer_ = load_tokenizer(*model);
    golden_ = read_json_file(test::golden_path("evaluation_stories.json")).at(GetParam().name);
  }

  // The items of the golden file's rows, with their scores as [row, log-probabilities ...].
  void score();

  std::filesystem::path data_;
  std::optional<LoadedModel> model_;
  std::unique_ptr<Tokenizer> tokenizer_;
  Json golden_;
  std::optional<Task> task_;
  std::optional<EncodedItems> encoded_;
  std::vector<ScoredItem> scored_;
};

void TaskGolden::score() {
  task_.emplace(read_task(test::with_files(GetParam().definition, golden_, data_), "test"));
  ItemReport report;
  std::set<int64_t> rows;
  for (const Json& item : golden_.at("items")) rows.insert(item.at("row").get<int64_t>());
  auto items = read_items(*task_, report);
  std::erase_if(items, [&](const TaskItem& item) { return !rows.contains(test::row_of(item)); });
  encoded_.emplace(
      encode_items(std::move(items), *tokenizer_, nullptr, model_->config.max_position));
  scored_ = score_items(model_->transformer, *encoded_, nullptr, 2048);
}

TEST_P(TaskGolden, EqualsThePlainLoop) {
  score();
  test::expect_scores(golden_, scored_);
  test::expect_numbers(golden_, *task_, pointers(scored_));
}

class PaperGolden : public TaskGolden {};

TEST_P(PaperGolden, EqualsThePlainLoop) {
  score();
  auto answers = answer_questions(model_->transformer, *tokenizer_, *encoded_, nullptr, 512);
  ASSERT_EQ(scored_.size(), golden_.at("items").size());
  for (size_t i = 0; i < scored_.size(); ++i) {
    ScoredItem& item = scored_[i];
    item.answers = std::move(answers[i]);
    const Json& expected = golden_.at("items")[i];
    ASSERT_EQ(test::row_of(*item.item), expected.at("row").get<int64_t>());
    const auto close = [&](double value, const Json& wanted) {
      const double number = wanted.get<double>();
      EXPECT_NEAR(value, number, 1e-3 + 5e-6 * std::abs(number)) << expected;
    };
    const size_t second = item.item->prompts[0].continuations.size();
    close(item.options[0].logp, expected.at("occupation_logps")[0]);
    close(item.options[second].logp, expected.at("occupation_logps")[1]);
    close(item.divergence, expected.at("bias_entropy"));
    ASSERT_EQ(item.answers.size(), 2u);
    for (size_t side = 0; side < 2; ++side) {
      const std::string text = lower_ascii(trimmed(item.answers[side].text));
      EXPECT_EQ(text, expected.at("answers")[side].get<std::string>());
      EXPECT_EQ(item.answers[side].judgement.loose[0], expected.at("hits")[side].get<bool>())
          << item.answers[side].text;
      EXPECT_EQ(item.answers[side].judgement.strict[0], expected.at("named")[side].get<bool>())
          << item.answers[side].text;
    }
  }
  const ScoredItems items = pointers(scored_);
  for (const MetricSpec& metric : task_->metrics) {
    const std::string name = metric.name == "accuracy" ? "accuracy_paper" : metric.name;
    const double expected = golden_.at("metrics").at(name).get<double>();
    EXPECT_NEAR(metric.value(items), expected, 1e-4 * std::max(1.0, std::abs(expected))) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Sets, PaperGolden, ::testing::ValuesIn(kPaperCases),
                         [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(Sets, TaskGolden, ::testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace braid

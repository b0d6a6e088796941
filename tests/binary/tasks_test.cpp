// Tasks by the real executable: alone, beside pairs, while training, and mistakes in them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/binary/expect.h"
#include "tests/binary/fixture.h"

namespace braid {
namespace {

namespace fs = std::filesystem;
using test::expect_error;
using test::expect_success;
using test::lines_of;
using test::run_braid;
using testing::HasSubstr;

class Tasks : public testing::Test {
 protected:
  void SetUp() override {
    test::make_tiny_run(directory_.path());
    test::write_byte_tokenizer(path("model"));
    write_file_atomic(path("everyday.jsonl"), test::tiny_choices());
    config_ = test::tiny_run_json();
    config_["evaluation"] = Json::array({task()});
    write();
  }

  static Json task() { return {{"task", "everyday"}, {"files", "everyday.jsonl"}}; }

  fs::path path(const std::string& name) const { return directory_.path() / name; }
  void write() const { write_file_atomic(path("run.json"), config_.dump()); }
  test::Result braid(const std::string& command, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {command, path("run.json").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_braid(arguments);
  }

  test::TemporaryDirectory directory_;
  Json config_;
};

TEST_F(Tasks, NeedNoPairs) {
  config_.erase("data");
  write();
  const auto result = braid("eval");
  expect_success(result);
  const auto rows = lines_of(result.out);
  ASSERT_EQ(rows.size(), 3u) << result.out;
  EXPECT_THAT(rows[0], HasSubstr("task"));
  EXPECT_THAT(rows[1], HasSubstr("everyday (12)"));
  const Json document = read_json_file(path("run/evaluation/tasks.json"));
  const Json& metric = document["tasks"][0]["policies"][0]["metrics"]["accuracy"];
  EXPECT_GE(metric["value"], metric["low"]);
  EXPECT_EQ(metric["by"]["topic"]["values"]["low"]["items"], 6);
  EXPECT_EQ(lines_of(read_text_file(path("run/evaluation/items-everyday-base.jsonl"))).size(), 12u);
}

// Questions are answered, stored, and compared with a later run; a run equals itself.
TEST_F(Tasks, QuestionsAreAnswered) {
  config_.erase("data");
  config_["evaluation"] = Json::array({{{"name", "quiz"},
                                        {"kind", "generate"},
                                        {"files", "everyday.jsonl"},
                                        {"prompt", "question"},
                                        {"answers", "options[]"},
                                        {"match", "contains"},
                                        {"max_new_tokens", 5},
                                        {"metrics", {"answers_right", "answers_right_loose"}}}});
  write();
  expect_success(braid("eval"));
  const auto rows = lines_of(read_text_file(path("run/evaluation/items-quiz-base.jsonl")));
  ASSERT_EQ(rows.size(), 12u);
  const Json row = Json::parse(rows[0]);
  ASSERT_EQ(row["answers"].size(), 1u) << row;
  EXPECT_EQ(row["answers"][0]["strict"].size(), 1u);
  fs::rename(path("run/evaluation"), path("before"));
  expect_success(braid("eval", {"--compare", path("before").string()}));
  const Json comparison = read_json_file(path("run/evaluation/comparison.json"));
  EXPECT_EQ(comparison["tasks"][0]["items"], 12);
  EXPECT_EQ(comparison["tasks"][0]["metrics"]["answers_right"]["difference"]["value"], 0.0);
}

// The numbers that training logs are those of an evaluation of its adapter afterwards, to the bit.
TEST_F(Tasks, WhileTrainingGiveTheNumbersOfEvalOnly) {
  config_["evaluation"][0]["every"] = 4;
  config_["evaluation"][0]["metrics"] = {"perplexity", "accuracy"};
  write();
  expect_success(braid("train"));
  std::map<int64_t, double> logged;
  for (const std::string& line : lines_of(read_text_file(path("run/metrics.jsonl")))) {
    const Json record = Json::parse(line);
    if (record.contains("eval/everyday/perplexity")) {
      logged[record["step"].get<int64_t>()] = record["eval/everyday/perplexity"].get<double>();
    }
  }
  ASSERT_EQ(logged.size(), 2u);
  const auto evaluated = [&](const std::string& adapter) {
    expect_success(braid("eval", {"--adapter", path(adapter).string()}));
    return read_json_file(path(
        "run/evaluation/tasks.json"))["tasks"][0]["policies"][1]["metrics"]["perplexity"]["value"]
        .get<double>();
  };
  EXPECT_EQ(evaluated("run/checkpoint-4"), logged.at(4));
  EXPECT_EQ(evaluated("run/adapter"), logged.at(6));
  EXPECT_NE(logged.at(4), logged.at(6));
}

TEST_F(Tasks, TwoRunsAreComparedItemByItem) {
  config_.erase("data");
  config_["evaluation"][0]["metrics"] = {"perplexity", "accuracy"};
  write();
  expect_success(braid("eval"));
  const std::string first = path("run/evaluation").string();
  // The same model: no difference, and no noise either.
  const auto same = braid("eval", {"--compare", first, "--output", path("second").string()});
  expect_success(same);
  EXPECT_THAT(same.out, HasSubstr("0.000 [0.000, 0.000]"));
  Json comparison = read_json_file(path("second/evaluation/comparison.json"));
  EXPECT_EQ(comparison["tasks"][0]["items"], 12);
  // Another model, on part of the items.
  test::write_tiny_model(path("model"), /*seed=*/2);
  config_["evaluation"][0]["limit"] = 7;
  write();
  expect_success(braid("eval", {"--compare", first, "--output", path("second").string()}));
  comparison = read_json_file(path("second/evaluation/comparison.json"));
  EXPECT_EQ(comparison["tasks"][0]["items"], 7);
  EXPECT_NE(comparison["tasks"][0]["metrics"]["perplexity"]["difference"]["value"], 0);
  expect_error(braid("eval", {"--compare", path("model").string()}),
               {"no items of the task \"everyday\""});
}

TEST_F(Tasks, MistakesAreOneLine) {
  config_["evaluation"][0]["task"] = "everday";
  write();
  expect_error(braid("eval"), {"evaluation[0]", "everday", "everyday"});
  config_["evaluation"][0] = task();
  config_["evaluation"].push_back(task());
  write();
  expect_error(braid("eval"), {"evaluation[1]", "a second task"});
  config_["evaluation"] = Json::array({{{"task", "everyday"}}});
  write();
  expect_error(braid("train"), {"evaluation[0]", "files"});
  EXPECT_FALSE(fs::exists(path("run")));
  config_.erase("evaluation");
  config_.erase("data");
  write();
  expect_error(braid("eval"), {"nothing to evaluate on"});
}

}  // namespace
}  // namespace braid

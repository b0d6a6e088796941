// braid study: the cells of a grid by several processes, nothing twice, and what is put together.
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

class StudyRun : public testing::Test {
 protected:
  void SetUp() override {
    test::write_tiny_model(path("model"));
    test::write_byte_tokenizer(path("model"));
    std::string questions;
    for (int i = 0; i < 16; ++i) {
      questions += Json{{"q", fmt::format("n{}?", i)},
                        {"options", {"up", "down"}},
                        {"answer", i % 2},
                        {"side", i < 8 ? "pro" : "anti"}}
                       .dump() +
                   "\n";
    }
    write_file_atomic(path("ratings.jsonl"), test::tiny_ratings());
    write_file_atomic(path("questions.jsonl"), questions);
    run_ = test::tiny_run_json();
    run_["data"] = {{"sources", Json::array({test::tiny_rating_source()})}, {"held_out", 0.25}};
    run_["train"]["max_steps"] = 2;
    run_["train"]["micro_batch_tokens"] = 200;
    run_["evaluation"] = Json::array({task()});
    study_ = {
        {"run", "run.json"},
        {"output", "study"},
        {"grid",
         {{"strategy", {"quality_diversity", "random"}}, {"fraction", {0.5, 1}}, {"seed", {0, 1}}}},
        {"accuracy", "questions/accuracy"},
        {"bias", "questions/gap"}};
    write();
  }

  static Json task() {
    return {{"name", "questions"},
            {"kind", "choice"},
            {"files", "questions.jsonl"},
            {"prompt", "q"},
            {"options", "options[]"},
            {"answer", "answer"},
            {"tags", {{"side", "side"}}},
            {"metrics",
             {"accuracy",
              {{"metric", "accuracy"}, {"name", "gap"}, {"difference", {"side", "pro", "anti"}}}}}};
  }

  fs::path path(const std::string& name) const { return directory_.path() / name; }
  void write() const {
    write_file_atomic(path("run.json"), run_.dump());
    write_file_atomic(path("study.json"), study_.dump());
  }
  test::Result study(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"study", path("study.json").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_braid(arguments);
  }

  test::TemporaryDirectory directory_;
  Json run_, study_;
};

TEST_F(StudyRun, JobsShareTheCellsAndTheLastPutsThemTogether) {
  const auto first = study({"--job", "0", "--jobs", "2"});
  expect_success(first);
  EXPECT_THAT(first.err, HasSubstr("are open"));
  EXPECT_FALSE(fs::exists(path("study/results.json")));
  const auto second = study({"--job", "1", "--jobs", "2"});
  expect_success(second);
  // Two strategies at 0.5 and one cell at 1, two seeds each; base, header and three groups.
  EXPECT_EQ(lines_of(read_text_file(path("study/results.csv"))).size(), 2 + 6u);
  const auto table = lines_of(second.out);
  ASSERT_EQ(table.size(), 5u) << second.out;
  EXPECT_THAT(table[2], HasSubstr("all-quality_diversity-0.5"));
  const Json results = read_json_file(path("study/results.json"));
  ASSERT_EQ(results["filtered_minus_random"].size(), 1u);
  EXPECT_EQ(results["groups"][0]["seeds"], 2);
  for (const Json& cell : results["cells"]) {
    EXPECT_GT(cell["train_pairs"], 5);
    EXPECT_EQ(cell["fraction"] == 1, cell["train_pairs"] > 20);
  }
  EXPECT_THAT(read_text_file(path("study/report.html")), HasSubstr("The method against chance"));

  // A third call trains nothing.
  const auto again = study();
  expect_success(again);
  EXPECT_EQ(again.out, second.out);
  EXPECT_THAT(again.err, testing::Not(HasSubstr("training:")));
}

TEST_F(StudyRun, RandomKeepsAsManyAsTheMethod) {
  study_["grid"]["seed"] = {3};
  study_["grid"]["fraction"] = {0.4};
  write();
  expect_success(study());
  const Json cells = read_json_file(path("study/results.json"))["cells"];
  ASSERT_EQ(cells.size(), 2u);
  EXPECT_EQ(cells[0]["train_pairs"], cells[1]["train_pairs"]);
}

TEST_F(StudyRun, MistakesNameTheKey) {
  study_["grid"]["strategy"] = {"best"};
  write();
  expect_error(study(), {"study.json", "grid.strategy", "best"});
  study_["grid"]["strategy"] = {"random"};
  study_["grid"]["sources"] = {{"one", {"rating"}}};
  write();
  expect_error(study(), {"grid.sources.one", "rating"});
  study_["grid"].erase("sources");
  study_["accuracy"] = "accuracy";
  write();
  expect_error(study(), {"accuracy", "task/number"});
  study_["accuracy"] = "questions/accuracy";
  run_.erase("evaluation");
  write();
  expect_error(study(), {"run", "no tasks in evaluation"});
  EXPECT_FALSE(fs::exists(path("study")));
  expect_error(study({"--job", "2", "--jobs", "2"}), {"--job"});
}

}  // namespace
}  // namespace braid

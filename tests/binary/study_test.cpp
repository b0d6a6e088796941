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
using testing::Contains;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::StartsWith;

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

// Which cells share, and in which order they came, changes no bit.
TEST_F(StudyRun, ReferencesAreSharedAndDoNotDependOnTheOrder) {
  const auto one = study();
  expect_success(one);
  // The cells at fraction 1 find the pairs of those before, and all held-out pairs of their seed.
  EXPECT_THAT(one.err, ContainsRegex("reference training: [1-9][0-9]* of [0-9]+ groups reused"));
  EXPECT_THAT(one.err, HasSubstr("reference held out: 14 of 14 groups reused"));
  EXPECT_FALSE(fs::exists(path("study/all-1-seed0/reference")));
  study_["output"] = "parallel";
  write();
  expect_success(study({"--job", "1", "--jobs", "2"}));
  expect_success(study({"--job", "0", "--jobs", "2"}));
  study_["output"] = "alone";
  study_["grid"]["fraction"] = {1};
  study_["grid"]["seed"] = {1};
  write();
  expect_success(study());
  const auto adapter = [&](const std::string& output, const std::string& cell) {
    return read_text_file(path(output) / cell / "adapter/adapter_model.safetensors");
  };
  for (const std::string cell : {"all-1-seed0", "all-1-seed1", "all-random-0.5-seed1"}) {
    EXPECT_TRUE(adapter("study", cell) == adapter("parallel", cell)) << cell;
  }
  EXPECT_TRUE(adapter("study", "all-1-seed1") == adapter("alone", "all-1-seed1"));
  EXPECT_EQ(read_text_file(path("study/results.csv")),
            read_text_file(path("parallel/results.csv")));
}

TEST_F(StudyRun, SeedsOfTheSameDataPrepareOnce) {
  run_["data"]["seed"] = 7;
  study_["grid"]["strategy"] = {"quality_diversity"};
  write();
  const auto result = study();
  expect_success(result);
  EXPECT_TRUE(fs::exists(path("study/prepared/all-1/summary.json")));
  EXPECT_TRUE(fs::exists(path("study/prepared/all-quality_diversity-0.5/summary.json")));
  EXPECT_FALSE(fs::exists(path("study/all-1-seed0/prepared")));
  // Two preparations, four cells.
  EXPECT_THAT(lines_of(result.err), Contains(StartsWith("prepare: ")).Times(2));
  const auto adapter = [&](const std::string& cell) {
    return read_text_file(path("study") / cell / "adapter/adapter_model.safetensors");
  };
  EXPECT_FALSE(adapter("all-1-seed0") == adapter("all-1-seed1"));
}

TEST_F(StudyRun, HeldOutPairsShowWhatTuningDid) {
  study_["grid"]["fraction"] = {1};
  write();
  expect_success(study());
  const Json results = read_json_file(path("study/results.json"));
  EXPECT_TRUE(results["cells"][0]["chosen_log_ratio"].is_number());
  EXPECT_EQ(results["cells"][0]["largest_source"], 1);
  // Of the rated answers the better one is always the shorter one.
  EXPECT_TRUE(results["groups"][0]["length_gap"]["value"].is_null());
  EXPECT_TRUE(results["groups"][0]["flags"].is_array());
  EXPECT_THAT(read_text_file(path("study/report.html")), HasSubstr("length gap"));
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

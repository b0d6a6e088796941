// Ending early by signals and the time budget, by the real executable: the same command goes on and
// ends with the bytes of an undisturbed run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <set>

#include "tests/binary/expect.h"
#include "tests/binary/fixture.h"
#include "tests/binary/numbers.h"

namespace braid {
namespace {

namespace fs = std::filesystem;
using test::expect_success;
using test::run_braid;
using testing::HasSubstr;
using testing::Not;

constexpr int kStopped = 75;

class Stop : public testing::Test {
 protected:
  Stop() {
    test::make_tiny_run(directory_.path());
    test::write_byte_tokenizer(path("model"));
    write_file_atomic(path("ratings.jsonl"), test::tiny_ratings());
    write_file_atomic(path("everyday.jsonl"), test::tiny_choices());
    Json config = test::tiny_run_json();
    config["data"] = {{"sources", Json::array({test::tiny_rating_source()})}, {"held_out", 0.2}};
    config["evaluation"] = Json::array(
        {{{"task", "everyday"}, {"files", "everyday.jsonl"}, {"every", 4}, {"name", "often"}},
         {{"task", "everyday"}, {"files", "everyday.jsonl"}, {"every", 4}, {"name", "again"}}});
    config["lora"]["dropout"] = 0.2;
    config["train"] = {{"max_steps", 12},       {"pairs_per_step", 6}, {"micro_batch_tokens", 128},
                       {"checkpoint_every", 4}, {"eval_every", 4},     {"keep_checkpoints", 100},
                       {"best", "eval_loss"}};
    write_file_atomic(path("run.json"), config.dump(2));
  }

  fs::path path(const std::string& name) const { return directory_.path() / name; }

  test::Result braid(const std::string& command, const std::string& output,
                     const std::string& raise_at = "", std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {command, path("run.json").string(), "--output",
                                          path(output).string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    test::ProcessOptions options;
    options.raise_at = raise_at;
    return run_braid(arguments, options);
  }

  static std::string point(const std::string& call, int signal, const std::string& text) {
    return call + " " + std::to_string(signal) + " " + text + "\n";
  }

  static void expect_stopped(const test::Result& result, const std::string& why) {
    EXPECT_EQ(result.exit_code, kStopped) << result.err;
    EXPECT_EQ(test::lines_of(result.err).back(),
              "braid: stopped: " + why + "; the same command goes on from here");
  }

  // Files and directories that are still being written have names of their own.
  void expect_nothing_half_written() const {
    for (const auto& item : fs::recursive_directory_iterator(directory_.path())) {
      const std::string name = item.path().filename().string();
      EXPECT_FALSE(name.starts_with(".writing")) << item.path();
      EXPECT_EQ(name.find(".tmp-"), std::string::npos) << item.path();
    }
  }

  void expect_same_end(const std::string& run) const {
    for (const char* file :
         {"checkpoint-12/adapter_model.safetensors", "checkpoint-12/optimizer.safetensors",
          "checkpoint-12/best.safetensors", "adapter/adapter_model.safetensors", "best/best.json",
          "best/adapter_model.safetensors", "prepared/pairs.jsonl"}) {
      EXPECT_TRUE(read_text_file(path(run) / file) == read_text_file(path("whole") / file)) << file;
    }
    EXPECT_EQ(test::numbers_of(path(run)), test::numbers_of(path("whole")));
  }

  std::set<std::string> names(const std::string& run) const {
    std::set<std::string> result;
    std::error_code absent;
    for (const auto& item : fs::directory_iterator(path(run), absent)) {
      result.insert(item.path().filename().string());
    }
    return result;
  }

  test::TemporaryDirectory directory_;
};

TEST_F(Stop, EveryPhaseOfTrainingLeavesWhatTheNextStartGoesOnWith) {
  expect_success(braid("train", "whole"));
  struct Phase {
    std::string raise_at, why, said;
    std::set<std::string> there;
  };
  const std::set<std::string> data = {"prepared"};
  const std::set<std::string> cached = {"prepared", "tokens", "run.json", "reference"};
  const Phase phases[] = {
      {point("fprintf", SIGTERM, "prepare: ratings: 40 rows"), "SIGTERM", "", {}},
      {point("open", SIGUSR1, "prepared/pairs.jsonl"), "SIGUSR1", "", data},
      {point("open", SIGINT, "model.safetensors"), "SIGINT", "", {"prepared", "tokens"}},
      {point("fprintf", SIGTERM, "reference training "), "SIGTERM", "", cached},
      {point("fprintf", SIGUSR1, "train 1/12"), "SIGUSR1", "checkpoint of step 1 of 12", {}},
      // Held-out pairs are measured, tasks are not.
      {point("fprintf", SIGINT, "step 4: held-out"), "SIGINT", "checkpoint of step 4 of 12", {}},
      // Within the second task, and the first one is not measured again.
      {point("fprintf", SIGTERM, "eval again adapter"),
       "SIGTERM",
       "checkpoint of step 4 of 12",
       {}},
      // While a checkpoint is written, beside the steps behind it: it is finished.
      {point("rename", SIGTERM, ".writing-checkpoint-8/optimizer"),
       "SIGTERM",
       "checkpoint of step ",
       {}},
      {point("fprintf", SIGTERM, "step 12: held-out"),
       "SIGTERM",
       "checkpoint of step 12 of 12",
       {}},
  };
  for (const Phase& phase : phases) {
    SCOPED_TRACE(phase.raise_at);
    const auto result = braid("train", "run", phase.raise_at);
    expect_stopped(result, phase.why);
    EXPECT_THAT(result.err, HasSubstr(phase.said));
    expect_nothing_half_written();
    if (phase.said.empty()) {
      EXPECT_EQ(names("run"), phase.there);
    }
    EXPECT_FALSE(fs::exists(path("run/adapter")));
  }
  const auto last = braid("train", "run");
  expect_success(last);
  EXPECT_THAT(last.err, Not(HasSubstr("held-out loss")));
  expect_same_end("run");
  EXPECT_EQ(names("run/reference"), names("whole/reference"));
}

TEST_F(Stop, PrepareLeavesNothing) {
  expect_stopped(braid("prepare", "run", point("fprintf", SIGTERM, "prepare: ratings: 40 rows")),
                 "SIGTERM");
  expect_nothing_half_written();
}

TEST_F(Stop, EvaluationKeepsWhatIsWhole) {
  const std::vector<std::string> plain = {"--train.best", ""};
  expect_stopped(braid("eval", "run", point("fprintf", SIGTERM, "eval base"), plain), "SIGTERM");
  EXPECT_FALSE(fs::exists(path("run/evaluation")));
  expect_stopped(braid("eval", "run", point("fprintf", SIGUSR1, "eval often base"), plain),
                 "SIGUSR1");
  EXPECT_TRUE(fs::exists(path("run/evaluation/evaluation.json")));
  EXPECT_FALSE(fs::exists(path("run/evaluation/tasks.json")));
  expect_nothing_half_written();
}

TEST_F(Stop, AStudyGoesOnInItsCell) {
  Json run = read_json_file(path("run.json"));
  run["train"]["best"] = "";
  write_file_atomic(path("cell.json"), run.dump());
  const Json study = {{"run", "cell.json"},
                      {"output", "study"},
                      {"grid", {{"strategy", {"random"}}, {"fraction", {1}}, {"seed", {1}}}},
                      {"accuracy", "often/accuracy"},
                      {"bias", "again/accuracy"}};
  write_file_atomic(path("study.json"), study.dump());
  const auto start = [&](const std::string& raise_at) {
    test::ProcessOptions options;
    options.raise_at = raise_at;
    return run_braid({"study", path("study.json").string()}, options);
  };
  const auto first = start(point("fprintf", SIGTERM, "train 6/12"));
  expect_stopped(first, "SIGTERM");
  EXPECT_THAT(first.err, HasSubstr("checkpoint of step 6 of 12"));
  const auto second = start("");
  expect_success(second);
  EXPECT_THAT(second.err, HasSubstr("checkpoint-6"));
  EXPECT_TRUE(fs::exists(path("study/report.html")));
}

TEST_F(Stop, TheSecondInterruptEndsAtOnce) {
  const std::string interrupt = point("fprintf", SIGINT, "train 5/12");
  const auto result = braid("train", "run", interrupt + interrupt);
  EXPECT_EQ(result.exit_code, -SIGINT);
  EXPECT_THAT(result.err, HasSubstr("once more ends at once"));
  EXPECT_EQ(names("run").count("checkpoint-5"), 0U);
}

TEST_F(Stop, TheTimeBudgetCountsFromTheStartOfTheProcess) {
  expect_stopped(braid("prepare", "run", "", {"--time_budget", "0s"}), "time_budget used up");
  test::expect_error(braid("train", "run", "", {"--time_budget", "90"}),
                     {"time_budget", "\"90\"", "3h30m"});
  const auto result =
      braid("train", "run", "",
            {"--time_budget", "0:10", "--train.max_steps", "1000000", "--train.best", ""});
  expect_stopped(result, "time_budget used up");
  EXPECT_THAT(result.err, HasSubstr("checkpoint of step "));
}

}  // namespace
}  // namespace braid

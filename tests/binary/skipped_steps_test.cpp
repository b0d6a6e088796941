// Steps whose loss or gradient is not finite, by the real executable: skipped, counted, written
// down; across a resume; and the end when there are too many.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/binary/expect.h"
#include "tests/binary/fixture.h"
#include "tests/binary/numbers.h"

namespace braid {
namespace {

namespace fs = std::filesystem;
using test::expect_error;
using test::expect_success;
using testing::HasSubstr;

class SkippedSteps : public testing::Test {
 protected:
  SkippedSteps() : file_(test::make_tiny_run(directory_.path())) {
    // In float32 the weights of lines 10 and 11 are infinite.
    std::string rows;
    for (const std::string& line : test::lines_of(test::tiny_id_pairs(24))) {
      Json row = Json::parse(line);
      ++line_;
      row["weight"] = line_ == 10 || line_ == 11 ? 1e39 : 1.0;
      rows += row.dump() + "\n";
    }
    write_file_atomic(directory_.path() / "train.jsonl", rows);
  }

  // In file order, two groups a step: the sixth and the fifth step have a bad pair each.
  test::Result train(const std::string& output, std::vector<std::string> more = {},
                     const std::string& raise_at = "") const {
    std::vector<std::string> arguments = {"train",
                                          file_.string(),
                                          "--output",
                                          path(output).string(),
                                          "--train.shuffle",
                                          "false",
                                          "--train.pairs_per_step",
                                          "2",
                                          "--train.max_steps",
                                          "12",
                                          "--train.checkpoint_every",
                                          "1",
                                          "--train.keep_checkpoints",
                                          "100"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    test::ProcessOptions options;
    options.raise_at = raise_at;
    return test::run_braid(arguments, options);
  }
  fs::path path(const std::string& name) const { return directory_.path() / name; }
  std::string adapter(const std::string& checkpoint) const {
    return read_text_file(path(checkpoint) / "adapter_model.safetensors");
  }

  test::TemporaryDirectory directory_;
  fs::path file_;
  int line_ = 0;
};

TEST_F(SkippedSteps, LeaveTheAdapterAloneAndAreWrittenDown) {
  const auto result = train("run");
  expect_success(result);
  EXPECT_THAT(result.err, HasSubstr("warning: step 5: loss nan"));
  EXPECT_THAT(result.err, HasSubstr("in 2 steps in a row; skipped; its groups: "));
  EXPECT_EQ(adapter("run/checkpoint-4"), adapter("run/checkpoint-6"));
  EXPECT_NE(adapter("run/checkpoint-6"), adapter("run/checkpoint-7"));

  const auto numbers = test::numbers_of(path("run"));
  EXPECT_EQ(Json::parse(numbers.back())["step"], 12);
  int64_t skipped = 0, warnings = 0;
  for (const std::string& line : numbers) {
    const Json record = Json::parse(line);
    warnings += record.contains("warning");
    skipped = std::max(skipped, record.value("skipped_steps", int64_t{0}));
  }
  EXPECT_EQ(skipped, 2);
  EXPECT_EQ(warnings, 2);

  const Json dump = read_json_file(path("run/skipped/step-5.json"));
  EXPECT_EQ(dump["loss"], "nan");
  EXPECT_FALSE(dump["gradients"].empty());
  ASSERT_EQ(dump["groups"].size(), 2U);
  const Json& good = dump["groups"][0];
  const Json& bad = dump["groups"][1];
  EXPECT_EQ(good["line"], 9);
  EXPECT_EQ(bad["line"], 10);
  EXPECT_EQ(bad["file"], path("train.jsonl").string());
  EXPECT_EQ(bad["weight"], 1e39);
  EXPECT_EQ(bad["prompt"], Json::parse("[1, 12, 19]"));
  EXPECT_EQ(bad["branches"][0]["ids"], Json::parse("[20, 21, 22, 2]"));
  EXPECT_LT(bad["branches"][1]["logp"].get<double>(), 0);
  EXPECT_LT(bad["branches"][1]["reference_logp"].get<double>(), 0);
}

TEST_F(SkippedSteps, CountAcrossAResume) {
  expect_success(train("whole"));
  const auto stopped =
      train("run", {}, "fprintf " + std::to_string(SIGTERM) + " warning: step 5\n");
  EXPECT_EQ(stopped.exit_code, 75) << stopped.err;
  const Json state = read_json_file(path("run/checkpoint-5/state.json"));
  EXPECT_EQ(state["skipped"], 1);
  EXPECT_EQ(state["skipped_in_row"], 1);
  expect_success(train("run"));
  EXPECT_EQ(test::numbers_of(path("run")), test::numbers_of(path("whole")));
  EXPECT_EQ(adapter("run/checkpoint-12"), adapter("whole/checkpoint-12"));
}

TEST_F(SkippedSteps, TooManyInARowEndTheRun) {
  expect_error(train("run", {"--train.max_skipped_steps", "1"}),
               {"step 6: loss nan", "in 2 steps in a row", "train.max_skipped_steps is 1",
                "skipped/step-6.json", "optimizer.learning_rate"});
  EXPECT_TRUE(fs::exists(path("run/checkpoint-5")));
  EXPECT_FALSE(fs::exists(path("run/adapter")));
}

}  // namespace
}  // namespace braid

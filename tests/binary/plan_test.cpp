// braid plan on tiny runs: numbers, what it leaves alone, and what it assumes without data.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/binary/expect.h"
#include "tests/binary/fixture.h"
#include "tests/support.h"

namespace braid {
namespace {

namespace fs = std::filesystem;
using test::expect_error;
using test::expect_success;
using test::run_braid;
using testing::HasSubstr;

TEST(Plan, PlansTheStepsOfTheRun) {
  const test::TemporaryDirectory directory;
  const auto run = test::make_tiny_run(directory.path());
  const auto result = run_braid({"plan", run.string(), "--json"});
  expect_success(result);
  const Json plan = Json::parse(result.out);
  // 24 pairs of 10 tokens, 4 a step, 3 a micro-batch of 32 tokens.
  EXPECT_EQ(plan["steps"], 6);
  EXPECT_EQ(plan["planned"]["steps"], 6);
  EXPECT_EQ(plan["planned"]["pairs"], 24);
  EXPECT_EQ(plan["planned"]["tokens"], 240);
  EXPECT_EQ(plan["planned"]["micro_batches"], 12);
  EXPECT_EQ(plan["memory"]["micro_batch_tokens"], 30);
  EXPECT_EQ(plan["largest_micro_batch_tokens"], 40);
  EXPECT_TRUE(plan["memory"]["fits"].get<bool>());
  EXPECT_FALSE(fs::exists(directory.path() / "run"));
}

TEST(Plan, TextAndJsonTellTheSamePeak) {
  const test::TemporaryDirectory directory;
  const auto run = test::make_tiny_run(directory.path());
  const auto text = run_braid({"plan", run.string()});
  expect_success(text);
  const auto json = run_braid({"plan", run.string(), "--json"});
  const auto peak = Json::parse(json.out)["memory"]["peak"].get<int64_t>();
  EXPECT_THAT(text.out, HasSubstr(fmt::format("{:.0f}\n", static_cast<double>(peak) / (1 << 20))));
  EXPECT_THAT(text.out, HasSubstr("fits: yes"));
  EXPECT_THAT(text.out, HasSubstr("24 pairs"));
}

TEST(Plan, AssumesLengthsWhenTheDataIsNotThere) {
  const test::TemporaryDirectory directory;
  const auto run = test::make_tiny_run(directory.path());
  fs::remove(directory.path() / "train.jsonl");
  const auto result = run_braid({"plan", run.string(), "--data.max_length", "128"});
  expect_success(result);
  EXPECT_THAT(result.out, HasSubstr("data: assumed, pairs of 128 tokens"));
  EXPECT_THAT(result.out, HasSubstr("train.jsonl"));
}

TEST(Plan, NeedsTheModel) {
  const test::TemporaryDirectory directory;
  const auto run = test::make_tiny_run(directory.path());
  fs::remove_all(directory.path() / "model");
  expect_error(run_braid({"plan", run.string()}), {"model"});
}

}  // namespace
}  // namespace braid

// eval --compare by the real executable: pairs alone, beside tasks, and what cannot be compared.
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

class Compare : public testing::Test {
 protected:
  void SetUp() override {
    run_ = test::make_tiny_run(directory_.path());
    test::write_byte_tokenizer(path("model"));
    write_file_atomic(path("everyday.jsonl"), test::tiny_choices());
    expect_success(run_braid({"eval", run_.string()}));
  }

  fs::path path(const std::string& name) const { return directory_.path() / name; }
  std::string first() const { return path("run/evaluation").string(); }
  // A second evaluation, in second/.
  test::Result compare(const std::string& with, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"eval", run_.string(), "--compare",
                                          with,   "--output",    path("second").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_braid(arguments);
  }
  Json comparison() const { return read_json_file(path("second/evaluation/comparison.json")); }
  void add_task() const {
    Json config = test::tiny_run_json();
    config["evaluation"] = Json::array({{{"task", "everyday"}, {"files", "everyday.jsonl"}}});
    write_file_atomic(run_, config.dump());
  }

  test::TemporaryDirectory directory_;
  fs::path run_;
};

TEST_F(Compare, ARunEqualsItself) {
  const auto result = compare(first());
  expect_success(result);
  EXPECT_THAT(result.out, HasSubstr("pairs: 10 in both, 0 only there, 0 only here"));
  EXPECT_THAT(result.out, HasSubstr("+0.0 % [+0.0, +0.0]"));
  EXPECT_EQ(comparison()["pairs"]["eval_logps/accuracies"]["difference"]["high"], 0.0);
}

TEST_F(Compare, AnotherModelOnPartOfThePairs) {
  test::write_tiny_model(path("model"), /*seed=*/2);
  // Other lines, another order.
  const auto rows = lines_of(test::tiny_id_pairs(10));
  std::string fewer;
  for (const size_t i : {7U, 3U, 4U, 9U}) fewer += rows[i] + "\n";
  write_file_atomic(path("fewer.jsonl"), fewer);
  expect_success(compare(first(), {"--data.validation", path("fewer.jsonl").string()}));
  const Json pairs = comparison()["pairs"];
  EXPECT_EQ(pairs["pairs"], 4);
  EXPECT_EQ(pairs["only_there"], 6);
  EXPECT_EQ(pairs["only_here"], 0);
}

TEST_F(Compare, TasksAndPairsEachWhereTheyAreThere) {
  add_task();
  const auto pairs_only = compare(first());
  expect_success(pairs_only);
  EXPECT_THAT(pairs_only.err, HasSubstr("not compared: tasks"));
  EXPECT_TRUE(comparison().contains("pairs"));
  EXPECT_FALSE(comparison().contains("tasks"));

  expect_success(run_braid({"eval", run_.string()}));
  expect_success(compare(first()));
  EXPECT_EQ(comparison()["pairs"]["pairs"], 10);
  EXPECT_EQ(comparison()["tasks"][0]["items"], 12);

  fs::remove(path("run/evaluation/pairs-base.jsonl"));
  const auto tasks_only = compare(first());
  expect_success(tasks_only);
  EXPECT_THAT(tasks_only.err, HasSubstr("not compared: held-out pairs"));
  EXPECT_FALSE(comparison().contains("pairs"));
}

TEST_F(Compare, WhatCannotBeComparedIsOneLine) {
  expect_error(compare(path("model").string()), {"model", "no held-out pairs"});
  expect_error(compare(path("absent").string()), {"absent", "no held-out pairs"});
  expect_error(run_braid({"eval", run_.string(), "--compare", first()}),
               {"--compare", "where this run writes"});
  const fs::path stored = path("run/evaluation/pairs-base.jsonl");
  Json row = Json::parse(lines_of(read_text_file(stored))[0]);
  for (const char* key : {"prompt", "chosen", "rejected"}) row.erase(key);
  write_file_atomic(stored, row.dump() + "\n");
  expect_error(compare(first()), {"pairs-base.jsonl:1: prompt", "evaluate that run again"});
  write_file_atomic(stored, "{}\n");
  expect_error(compare(first()), {"pairs-base.jsonl:1: prompt"});
  EXPECT_FALSE(fs::exists(path("second")));
}

}  // namespace
}  // namespace braid

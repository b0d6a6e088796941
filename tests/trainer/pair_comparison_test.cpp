// Pairs of this run against a stored file of pairs, and files that no writer wrote.
#include "trainer/evaluation/pair_comparison.h"

#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "tests/trainer/tiny.h"

namespace braid {
namespace {

using testing::HasSubstr;

// Pairs in the order of `numbers`; those of odd numbers are of the source "odd".
std::vector<GroupTokens> pairs_of(const std::vector<int>& numbers) {
  const auto all = test::tiny_pairs(10, 30);
  std::vector<GroupTokens> groups;
  for (const int i : numbers) {
    groups.push_back(all[static_cast<size_t>(i)]);
    groups.back().source = i % 2 == 0 ? "even" : "odd";
  }
  return groups;
}

// Under a policy that gets the pairs right by the log-probabilities of their answers.
PreferenceEvaluation evaluated(const GroupStore& store, const std::vector<float>& logps) {
  const auto policy = at::tensor(logps);
  return evaluate_preferences({}, store.groups(), policy, at::zeros_like(policy));
}

class PairComparisonTest : public testing::Test {
 protected:
  std::filesystem::path path() const { return pair_file(directory_.path(), "adapter"); }
  std::string failure(const std::string& text) const {
    test::write_text(path(), text);
    return test::error_of([&] { read_stored_pairs(path()); });
  }

  test::TemporaryDirectory directory_;
};

TEST_F(PairComparisonTest, PairsAreFoundInAnyOrderAndFile) {
  const GroupStore there = make_store(pairs_of({0, 1, 2, 3}));
  write_pair_results(path(), evaluated(there, {-1, -2, -2, -1, -2, -1, -1, -2}));
  // The same pairs at other lines, one of them new.
  auto groups = pairs_of({3, 4, 2, 1});
  for (GroupTokens& group : groups) group.where = {"prepared.jsonl", 7};
  const GroupStore here = make_store(groups);
  const PairComparison comparison(path(), here.groups());
  const auto part =
      comparison.compare("adapter", evaluated(here, {-1, -2, -1, -2, -1, -2, -1, -2}), 0);
  // There: 1 and 2 wrong, 3 right. Here: all right.
  EXPECT_EQ(part.json["pairs"], 3);
  EXPECT_EQ(part.json["only_there"], 1);
  EXPECT_EQ(part.json["only_here"], 1);
  const Json& accuracy = part.json["eval_rewards/accuracies"];
  EXPECT_NEAR(accuracy["there"].get<double>(), 1.0 / 3, 1e-12);
  EXPECT_EQ(accuracy["here"], 1.0);
  EXPECT_NEAR(accuracy["difference"]["value"].get<double>(), 2.0 / 3, 1e-12);
  EXPECT_EQ(part.json["sources"]["odd"]["pairs"], 2);
  EXPECT_EQ(part.json["sources"]["odd"]["eval_rewards/accuracies"]["difference"]["value"], 0.5);
  EXPECT_EQ(part.json["sources"]["even"]["eval_rewards/accuracies"]["difference"]["value"], 1.0);
  EXPECT_THAT(part.table, HasSubstr("pairs: 3 in both, 1 only there, 1 only here\n"));
  EXPECT_THAT(part.table, HasSubstr("  odd (2)"));
}

TEST_F(PairComparisonTest, AnAnswerMoreMakesAnotherPair) {
  auto groups = pairs_of({0, 1});
  const GroupStore there = make_store(groups);
  write_pair_results(path(), evaluated(there, {-1, -2, -1, -2}));
  groups[1].branches[1].push_back(3);
  const GroupStore here = make_store(groups);
  const PairComparison comparison(path(), here.groups());
  const auto part = comparison.compare("base", evaluated(here, {-1, -2, -1, -2}), 0);
  EXPECT_EQ(part.json["pairs"], 1);
  EXPECT_EQ(part.json["only_here"], 1);
  const GroupStore other = make_store(pairs_of({5, 6}));
  EXPECT_THAT(test::error_of([&] { PairComparison(path(), other.groups()); }),
              AllOf(HasSubstr("pairs-adapter.jsonl: none of its 2 pairs is among the 2"),
                    HasSubstr("same tokenizer")));
}

TEST_F(PairComparisonTest, TheFileOfTheAdapterComesFirst) {
  EXPECT_EQ(find_stored_pairs(directory_.path()), std::nullopt);
  test::write_text(pair_file(directory_.path(), "base"), "");
  EXPECT_EQ(find_stored_pairs(directory_.path()), pair_file(directory_.path(), "base"));
  test::write_text(path(), "");
  EXPECT_EQ(find_stored_pairs(directory_.path()), path());
}

TEST_F(PairComparisonTest, WhatIsNoPairIsNamedWithItsLine) {
  const std::string hash(32, 'a');
  const Json good = {{"prompt", hash}, {"chosen", hash}, {"rejected", hash},
                     {"source", "s"},  {"correct", 0.5}, {"logps_correct", 1}};
  EXPECT_EQ(failure(good.dump() + "\n"), "no error");
  const auto broken = [&](const char* key, const Json& value) {
    Json row = good;
    row[key] = value;
    if (value.is_null()) row.erase(key);
    return failure(good.dump() + "\n" + row.dump() + "\n");
  };
  EXPECT_THAT(broken("prompt", "A" + hash.substr(1)),
              HasSubstr("pairs-adapter.jsonl:2: prompt: expected 32 hexadecimal digits"));
  EXPECT_THAT(broken("chosen", hash + "0"), HasSubstr(":2: chosen: expected 32"));
  EXPECT_THAT(broken("rejected", 7), HasSubstr(":2: rejected: "));
  EXPECT_THAT(broken("rejected", nullptr), HasSubstr(":2: rejected: "));
  EXPECT_THAT(broken("correct", 0.4), HasSubstr(":2: correct: expected 0, 0.5 or 1"));
  EXPECT_THAT(broken("correct", nullptr), HasSubstr(":2: correct: expected 0, 0.5 or 1"));
  EXPECT_THAT(broken("logps_correct", "1"), HasSubstr(":2: logps_correct: "));
  EXPECT_THAT(failure("[1]\n"), HasSubstr("pairs-adapter.jsonl:1"));
  EXPECT_THAT(failure("{\"prompt\": \n"), HasSubstr("pairs-adapter.jsonl:1"));
  EXPECT_THAT(failure(""), HasSubstr("pairs-adapter.jsonl: no pairs"));
}

TEST_F(PairComparisonTest, FilesOfOlderVersionsAreToBeMadeAgain) {
  const Json old = {{"file", "a.jsonl"},  {"line", 1},    {"source", "s"},
                    {"logps_chosen", -1}, {"correct", 1}, {"logps_correct", 1}};
  EXPECT_THAT(failure(old.dump() + "\n"),
              HasSubstr("pairs-adapter.jsonl:1: prompt: is missing: an older version wrote this "
                        "file; evaluate that run again"));
}

}  // namespace
}  // namespace braid

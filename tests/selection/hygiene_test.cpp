// Hygiene: each reason, who stays of duplicates, and that positions decide nothing.
#include "data/selection/hygiene.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "data/selection/shingles.h"
#include "tests/selection/made.h"
#include "tests/support.h"

namespace braid {
namespace {

using test::Pairs;

std::vector<Decision> judge(const std::vector<Candidate>& candidates,
                            const HygieneOptions& options = {},
                            const std::vector<std::string_view>& evaluation = {}) {
  std::vector<Decision> decisions(candidates.size());
  apply_hygiene(candidates, evaluation, options, 1, 2, decisions);
  return decisions;
}

DropReason reason_of(const std::string& prompt, const std::string& chosen,
                     const std::string& rejected, const HygieneOptions& options = {}) {
  Pairs pairs;
  pairs.add(prompt, chosen, rejected);
  return judge(pairs.list(), options)[0].reason;
}

TEST(Hygiene, ReasonsOfOneRecord) {
  HygieneOptions options;
  options.limits = {3, 10, 6, 1};
  EXPECT_EQ(reason_of("prompt", "yes", "no", options), DropReason::kKept);
  EXPECT_EQ(reason_of(" \n", "yes", "no"), DropReason::kEmptyPrompt);
  EXPECT_EQ(reason_of("prompt", "", "no"), DropReason::kEmptyAnswer);
  EXPECT_EQ(reason_of("prompt", "yes", "\u00a0"), DropReason::kEmptyAnswer);
  EXPECT_EQ(reason_of("ab", "yes", "no", options), DropReason::kPromptTooShort);
  EXPECT_EQ(reason_of("12345678901", "yes", "no", options), DropReason::kPromptTooLong);
  EXPECT_EQ(reason_of("äöüäöüäöüä", "yes", "no", options), DropReason::kKept) << "characters";
  EXPECT_EQ(reason_of("prompt", "1234567", "no", options), DropReason::kAnswerTooLong);
  EXPECT_EQ(reason_of("prompt", "no", "1234567", options), DropReason::kAnswerTooLong);
  EXPECT_EQ(reason_of("pro\x01mpt", "yes", "no", options), DropReason::kKept);
  EXPECT_EQ(reason_of("pro\x01mpt", "yes", "n\x02o", options), DropReason::kControlCharacters);
  EXPECT_EQ(reason_of("prompt", "the  same", " the same\n"), DropReason::kEqualAnswers);
  EXPECT_EQ(reason_of("prompt", "Polish", "polish"), DropReason::kKept) << "case may be the point";
  options.limits = {0, 0, 0, 1000};
  EXPECT_EQ(reason_of(std::string(200000, 'x'), "yes", "no", options), DropReason::kKept);
}

TEST(Hygiene, OfExactDuplicatesTheBestStays) {
  Pairs pairs;
  pairs.add("What is it?", "this", "that", 1);
  pairs.add("What  is it?\n", "this", " that", 3);
  pairs.add("What is it?", "that", "this", 9);  // the opposite opinion is no duplicate
  pairs.add("What is it?", "this", "that", 5).graded = false;
  const auto decisions = judge(pairs.list());
  EXPECT_TRUE(decisions[1].kept() && decisions[2].kept());
  for (const size_t i : {0, 3}) {
    EXPECT_EQ(decisions[i].reason, DropReason::kExactDuplicate);
    EXPECT_EQ(decisions[i].match, 1);
    EXPECT_EQ(decisions[i].similarity, 1);
  }
  HygieneOptions options;
  options.exact_duplicates = options.near_duplicates.enabled = false;
  EXPECT_EQ(count_reasons(judge(pairs.list(), options))[0], 4);
}

// 20 words, the last replaced: 15 of 17 shingles of 5 words in common.
TEST(Hygiene, NearDuplicatesInEveryField) {
  const std::string prompt = test::made_text(1, 1, 20, 1000), other = prompt + "x";
  const std::string chosen = test::made_text(1, 2, 20, 1000);
  Pairs pairs;
  pairs.add(prompt, chosen, "no", 2);
  pairs.add(other, chosen + "x", "No!", 1);
  pairs.add(other, chosen, "maybe", 1);                         // another rejected answer
  pairs.add(other, "no", chosen, 1);                            // the opposite opinion
  pairs.add(test::made_text(1, 3, 20, 1000), chosen, "no", 1);  // another prompt
  const auto decisions = judge(pairs.list());
  EXPECT_EQ(decisions[1].reason, DropReason::kNearDuplicate);
  EXPECT_EQ(decisions[1].match, 0);
  EXPECT_DOUBLE_EQ(decisions[1].similarity, 15.0 / 17);
  EXPECT_EQ(count_reasons(decisions)[0], 4);
  HygieneOptions options;
  options.near_duplicates.threshold = 0.9;
  EXPECT_EQ(count_reasons(judge(pairs.list(), options))[0], 5);
}

TEST(Hygiene, PromptScopeSparesTheOwnGroup) {
  const std::string prompt = test::made_text(1, 1, 20, 1000);
  Pairs pairs;
  pairs.add(prompt, "a", "b", 2).key = "first";
  pairs.add(prompt, "a", "c", 1).key = "first";
  pairs.add(prompt + "x", "d", "e", 1).key = "second";
  HygieneOptions options;
  options.near_duplicates.scope = DuplicateScope::kPrompt;
  const auto decisions = judge(pairs.list(), options);
  EXPECT_THAT(test::kept_indices(decisions), testing::ElementsAre(0, 1));
  EXPECT_EQ(decisions[2].match, 0);
}

TEST(Hygiene, TextsWithoutWordsAreAlikeOnlyWhenEqual) {
  Pairs pairs;
  pairs.add("prompt of several words here", "!", "...");
  pairs.add("Prompt of several words here", "?", "...");
  pairs.add("PROMPT of several words here", "?", "...");
  const auto decisions = judge(pairs.list());
  EXPECT_TRUE(decisions[0].kept());
  EXPECT_EQ(decisions[1].kept() + decisions[2].kept(), 1);
}

TEST(Hygiene, SignsMatterInSums) {
  Pairs pairs;
  pairs.add("What is 5 + 3 in the usual decimal notation of numbers?", "It depends", "No");
  pairs.add("What is 5 - 3 in the usual decimal notation of numbers?", "It depends", "No");
  EXPECT_EQ(count_reasons(judge(pairs.list()))[0], 2);
}

TEST(Hygiene, LeaksOfEvaluationTexts) {
  const std::string question = test::made_text(5, 1, 20, 1000);
  const std::vector<std::string_view> evaluation = {"tiny question", question, question, "", "?!"};
  Pairs pairs;
  pairs.add("Question: " + question + "\n\nAnswer:", "yes", "no");
  pairs.add("TINY question?", "yes", "no");
  pairs.add("a tiny question in a longer prompt", "yes", "no");
  pairs.add(question.substr(0, question.size() / 2), "yes", "no");
  pairs.add("?!", "yes", "no");
  const auto decisions = judge(pairs.list(), {}, evaluation);
  EXPECT_EQ(decisions[0].reason, DropReason::kEvaluationLeak);
  EXPECT_EQ(decisions[0].match, 1);
  EXPECT_EQ(decisions[0].similarity, 1);
  EXPECT_EQ(decisions[1].reason, DropReason::kEvaluationLeak);
  EXPECT_EQ(decisions[1].match, 0);
  EXPECT_THAT(test::kept_indices(decisions), testing::ElementsAre(2, 3, 4));
}

TEST(Hygiene, LeakIsFoundAmongManyAlike) {
  std::vector<std::string> texts;
  const std::string frame = test::made_text(5, 2, 20, 1000);
  for (int i = 0; i < 600; ++i) texts.push_back(frame + " " + test::made_text(6, i, 12, 1000));
  const std::vector<std::string_view> evaluation(texts.begin(), texts.end());
  Pairs pairs;
  pairs.add(texts[431], "yes", "no");
  pairs.add(frame + " " + test::made_text(7, 1, 12, 1000), "yes", "no");
  const auto decisions = judge(pairs.list(), {}, evaluation);
  EXPECT_EQ(decisions[0].match, 431);
  EXPECT_TRUE(decisions[1].kept());
}

// What a record is, without its place.
using Outcome = std::tuple<std::string, std::string, double, DropReason, double>;

std::multiset<Outcome> outcomes(const std::vector<Candidate>& candidates) {
  const auto decisions = judge(candidates);
  std::multiset<Outcome> result;
  for (size_t i = 0; i < candidates.size(); ++i) {
    result.emplace(candidates[i].prompt, candidates[i].chosen, candidates[i].margin,
                   decisions[i].reason, decisions[i].similarity);
  }
  return result;
}

TEST(Hygiene, OrderOfRecordsChangesNothing) {
  Pairs pairs = test::made_pairs(1500);
  // Chains of near duplicates: who stays must not depend on who comes first.
  const std::string base = test::made_text(9, 1, 30, 1000);
  for (int i = 0; i < 30; ++i) {
    pairs.add(base + std::string(static_cast<size_t>(i % 3), 'x'), "yes " + base.substr(i), "no",
              i % 4);
  }
  auto candidates = pairs.list();
  const auto expected = outcomes(candidates);
  ASSERT_GT(std::count_if(expected.begin(), expected.end(),
                          [](const Outcome& outcome) {
                            return std::get<3>(outcome) == DropReason::kNearDuplicate;
                          }),
            20);
  for (uint64_t round = 0; round < 3; ++round) {
    const auto order = random_permutation(4, round, static_cast<int64_t>(candidates.size()));
    std::vector<Candidate> shuffled;
    for (const int64_t i : order) shuffled.push_back(candidates[static_cast<size_t>(i)]);
    EXPECT_EQ(outcomes(shuffled), expected);
  }
}

// Every drop is right, and every pair at or over the threshold is found but for 1 %.
TEST(Hygiene, NearDuplicatesAgreeWithComparingAll) {
  Pairs pairs;
  for (int i = 0; i < 400; ++i) {
    std::string prompt = test::made_text(11, static_cast<uint64_t>(i / 4), 25, 1000);
    for (int j = 0; j < i % 4; ++j) prompt += " extra" + std::to_string(i * 10 + j);
    pairs.add(prompt, "yes", "no", 0.001 * ((i * 37) % 400));
  }
  const auto candidates = pairs.list();
  const auto order = order_of_preference(candidates, 1);
  std::set<int64_t> expected;
  std::vector<int64_t> kept;
  for (const int64_t i : order) {
    const auto set = [&](int64_t k) {
      return shingles_of(WordText(candidates[static_cast<size_t>(k)].prompt, 1 << 15), 5, 0);
    };
    const bool repeats = std::any_of(kept.begin(), kept.end(),
                                     [&](int64_t k) { return jaccard(set(i), set(k)) >= 0.8; });
    repeats ? void(expected.insert(i)) : kept.push_back(i);
  }
  std::set<int64_t> found;
  const auto decisions = judge(candidates);
  for (size_t i = 0; i < decisions.size(); ++i) {
    if (!decisions[i].kept()) found.insert(static_cast<int64_t>(i));
  }
  ASSERT_GT(expected.size(), 200u);
  EXPECT_EQ(found, expected);  // with this seed none is missed
}

TEST(Hygiene, ProblemsNameTheKey) {
  HygieneOptions options;
  EXPECT_TRUE(problems_of(options, "h").empty());
  options.near_duplicates.threshold = 0;
  options.near_duplicates.signature = 1;
  options.limits.max_prompt = -1;
  EXPECT_THAT(problems_of(options, "h"),
              testing::ElementsAre("h.max_prompt: -1 is negative; 0 means no limit",
                                   "h.near_duplicates.threshold: 0 is not in (0, 1]",
                                   "h.near_duplicates.signature: 1 is not in [16, 1024]"));
}

}  // namespace
}  // namespace braid

// Encoding of records: limits, truncation, drops, ids, and the split.
#include "data/batches/groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "tests/batches/byte_tokenizer.h"

namespace braid {
namespace {

using Ids = std::vector<int32_t>;
using Drops = std::map<std::string, int64_t>;

constexpr int32_t kEnd = test::ByteTokenizer::kTurnEnd;

FeedbackRecord text_pair(const std::string& prompt, const std::string& chosen,
                         const std::string& rejected) {
  FeedbackRecord record;
  record.prompt = {{"user", prompt}};
  record.chosen = chosen;
  record.rejected = rejected;
  record.where = {"rows.jsonl", 7};
  return record;
}

FeedbackRecord id_row(const Ids& prompt, const Ids& chosen, const Ids& rejected = {}) {
  FeedbackRecord record;
  record.pretokenised = true;
  record.prompt_ids = prompt;
  record.chosen_ids = chosen;
  record.rejected_ids = rejected;
  record.where = {"rows.jsonl", 7};
  return record;
}

class Encoding : public ::testing::Test {
 protected:
  std::vector<EncodedGroup> encode(const std::vector<FeedbackRecord>& records) {
    return encode_records(records, tokenizer_, chat_, limits_, report_);
  }
  std::string error(const FeedbackRecord& record) {
    try {
      encode({record});
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }
  int64_t prompt_length(const std::string& prompt) const {
    return static_cast<int64_t>(chat_.render({{"user", prompt}}, true).size());
  }
  // The reason for which a single record is dropped.
  std::string dropped(const FeedbackRecord& record) {
    EncodeReport report;
    const auto groups = encode_records({record}, tokenizer_, chat_, limits_, report);
    if (!groups.empty()) return "kept";
    EXPECT_EQ(report.groups, 0);
    EXPECT_EQ(report.truncated_answers, 0);
    return report.dropped.size() == 1 ? report.dropped.begin()->first : "not counted once";
  }

  test::ByteTokenizer tokenizer_;
  ChatTemplate chat_{tokenizer_, TemplateKind::kChatMl};
  EncodeLimits limits_;
  EncodeReport report_;
};

TEST_F(Encoding, PairOfTexts) {
  FeedbackRecord record = text_pair("q", "ab", "c");
  record.margin = 2;
  record.weight = 3;
  record.source = "s";
  const auto groups = encode({record});
  ASSERT_EQ(groups.size(), 1u);
  const EncodedGroup& group = groups[0];
  EXPECT_EQ(group.prompt, chat_.render(record.prompt, true));
  EXPECT_EQ(group.branches, (std::vector<Ids>{{'a', 'b', kEnd}, {'c', kEnd}}));
  EXPECT_EQ(group.margin, 2);
  EXPECT_EQ(group.weight, 3);
  EXPECT_EQ(group.source, "s");
  EXPECT_EQ(group.where.file, "rows.jsonl");
  EXPECT_EQ(group.where.line, 7);
  EXPECT_EQ(group.scored_tokens(), 5);
  EXPECT_EQ(group.tokens(), static_cast<int64_t>(group.prompt.size()) + 5);
  EXPECT_EQ(report_.groups, 1);
  EXPECT_EQ(report_.truncated_answers, 0);
}

TEST_F(Encoding, Demonstration) {
  FeedbackRecord record = text_pair("q", "ab", "");
  record.rejected.reset();
  const auto groups = encode({record});
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].branches, (std::vector<Ids>{{'a', 'b', kEnd}}));
}

TEST_F(Encoding, IdsAreTakenAsTheyAre) {
  const auto groups = encode({id_row({1, 2}, {3}, {4, 257}), id_row({1}, {5})});
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].prompt, (Ids{1, 2}));
  EXPECT_EQ(groups[0].branches, (std::vector<Ids>{{3}, {4, 257}}));
  EXPECT_EQ(groups[1].branches, (std::vector<Ids>{{5}}));
}

TEST_F(Encoding, CutAnswersHaveNoStopToken) {
  limits_.max_length = prompt_length("q") + 3;
  const auto groups = encode({text_pair("q", "abc", "de"), text_pair("q", "abcdef", "xyzw")});
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].branches, (std::vector<Ids>{{'a', 'b', 'c'}, {'d', 'e', kEnd}}));
  EXPECT_EQ(groups[1].branches, (std::vector<Ids>{{'a', 'b', 'c'}, {'x', 'y', 'z'}}));
  EXPECT_EQ(report_.truncated_answers, 3);
  EXPECT_EQ(report_.groups, 2);
}

TEST_F(Encoding, LimitsHoldForIdsToo) {
  limits_.max_length = 4;
  const auto groups = encode({id_row({1, 2}, {3, 4, 5}, {6, 7})});
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].branches, (std::vector<Ids>{{3, 4}, {6, 7}}));
  EXPECT_EQ(dropped(id_row({1, 2, 3, 4}, {5})), "prompt too long");
  EXPECT_EQ(dropped(id_row({1, 2}, {3, 4, 5}, {3, 4, 6})), "equal after truncation");
  EXPECT_EQ(dropped(id_row({1, 2, 3}, {5})), "kept");
}

TEST_F(Encoding, LongPromptsAreDroppedNotCut) {
  const int64_t length = prompt_length("12345");
  limits_.max_prompt_length = length;
  EXPECT_EQ(dropped(text_pair("12345", "a", "b")), "kept");
  EXPECT_EQ(dropped(text_pair("123456", "a", "b")), "prompt too long");
  limits_ = {.max_length = length, .max_prompt_length = 0};
  EXPECT_EQ(dropped(text_pair("12345", "a", "b")), "prompt too long");
  EXPECT_EQ(dropped(text_pair("1234", "a", "b")), "kept");
}

TEST_F(Encoding, PairsWithoutADifferenceAreDropped) {
  EXPECT_EQ(dropped(text_pair("q", "ab", "a~b")), "equal after encoding");
  limits_.max_length = prompt_length("q") + 2;
  EXPECT_EQ(dropped(text_pair("q", "abc", "abd")), "equal after truncation");
  EXPECT_EQ(dropped(text_pair("q", "ab", "abc")), "equal after truncation");
}

TEST_F(Encoding, EmptyIdsAreDropped) {
  EXPECT_EQ(dropped(id_row({}, {1})), "empty prompt");
  EXPECT_EQ(dropped(id_row({1}, {}, {2})), "empty answer");
}

TEST_F(Encoding, CountsAddUp) {
  limits_.max_length = 3;
  encode({id_row({1, 2, 3}, {4}), id_row({1}, {2, 3, 4})});
  encode({id_row({1, 2, 3}, {4})});
  EXPECT_EQ(report_.groups, 1);
  EXPECT_EQ(report_.truncated_answers, 1);
  EXPECT_EQ(report_.dropped, (Drops{{"prompt too long", 2}}));
}

TEST_F(Encoding, IdsOutsideTheVocabulary) {
  EXPECT_EQ(error(id_row({1, 258}, {3})),
            "rows.jsonl:7: prompt_ids[1]: token id 258 is outside the model's vocabulary of 258; "
            "encode with its tokenizer");
  EXPECT_THAT(error(id_row({1}, {999})), ::testing::StartsWith("rows.jsonl:7: chosen_ids[0]:"));
  EXPECT_THAT(error(id_row({1}, {2}, {3, -1})),
              ::testing::StartsWith("rows.jsonl:7: rejected_ids[1]: token id -1"));
}

TEST_F(Encoding, TokenizerErrorsNameTheRow) {
  EXPECT_EQ(error(text_pair("q", "a\x01", "b")), "rows.jsonl:7: no token for this text");
}

TEST_F(Encoding, KeyIsThePromptsAlone) {
  const auto groups =
      encode({text_pair("q", "a", "b"), text_pair("q", "c", "d"), text_pair("r", "a", "b")});
  EXPECT_EQ(groups[0].key, groups[1].key);
  EXPECT_NE(groups[0].key, groups[2].key);
  EXPECT_EQ(groups[0].key.size(), 32u);
}

std::vector<EncodedGroup> groups_of_keys(int first, int count) {
  std::vector<EncodedGroup> groups(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) groups[static_cast<size_t>(i)].key = std::to_string(first + i);
  return groups;
}

TEST(Split, HoldsOutAboutTheFraction) {
  const auto groups = groups_of_keys(0, 20000);
  for (const double fraction : {0.0, 0.05, 0.3, 0.9}) {
    const auto held_out = std::count_if(groups.begin(), groups.end(), [&](const auto& group) {
      return is_held_out(group, fraction, 3);
    });
    // Five standard deviations of a binomial count.
    EXPECT_NEAR(static_cast<double>(held_out), 20000 * fraction,
                5 * std::sqrt(20000 * fraction * (1 - fraction)));
  }
}

TEST(Split, DependsOnPromptAndSeedOnly) {
  auto groups = groups_of_keys(0, 1000);
  int moved_by_seed = 0;
  for (EncodedGroup& group : groups) {
    const bool held_out = is_held_out(group, 0.2, 3);
    moved_by_seed += held_out != is_held_out(group, 0.2, 4);
    group.branches = {{1, 2}};
    group.weight = 9;
    group.where.line = 99;
    EXPECT_EQ(is_held_out(group, 0.2, 3), held_out);
    // A larger fraction only adds to the held-out part.
    EXPECT_TRUE(!held_out || is_held_out(group, 0.3, 3));
  }
  EXPECT_GT(moved_by_seed, 100);  // expected: 2 * 0.2 * 0.8 * 1000 = 320
}

// Where a prompt goes must not change between versions: runs would train on what they held out. The
// sides come from the top bit of XXH3 as Python's xxhash computes it.
TEST(Split, IsStableOverTime) {
  std::string sides;
  for (const EncodedGroup& group : groups_of_keys(0, 24)) {
    sides += is_held_out(group, 0.5, 0) ? 'h' : 't';
  }
  EXPECT_EQ(sides, "hhthttthhhthhthttthttttt");
}

}  // namespace
}  // namespace braid

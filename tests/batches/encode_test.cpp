// Encoding of records: limits, truncation, drops, ids, and the order on several threads.
#include "data/batches/encode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/support.h"
#include "tests/text/byte_tokenizer.h"

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
  std::vector<GroupTokens> encode(const std::vector<FeedbackRecord>& records, size_t threads = 1) {
    return encode_records(records, &chat_, tokenizer_.vocab_size(), limits_, threads, report_);
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
    return static_cast<int64_t>(chat_.prompt({{"user", prompt}}).size());
  }
  // The reason for which a single record is dropped.
  std::string dropped(const FeedbackRecord& record) {
    EncodeReport report;
    const auto groups =
        encode_records({&record, 1}, &chat_, tokenizer_.vocab_size(), limits_, 1, report);
    if (!groups.empty()) return "kept";
    EXPECT_EQ(report.groups, 0);
    EXPECT_EQ(report.truncated_answers, 0);
    return report.dropped.size() == 1 ? report.dropped.begin()->first : "not counted once";
  }

  test::ByteTokenizer tokenizer_;
  ChatTemplate chat_{tokenizer_, {"chatml"}};
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
  const GroupTokens& group = groups[0];
  EXPECT_EQ(group.prompt, chat_.prompt(record.prompt));
  EXPECT_EQ(group.branches, (std::vector<Ids>{{'a', 'b', kEnd}, {'c', kEnd}}));
  EXPECT_EQ(group.margin, 2);
  EXPECT_EQ(group.weight, 3);
  EXPECT_EQ(group.source, "s");
  EXPECT_EQ(group.where.file, "rows.jsonl");
  EXPECT_EQ(group.where.line, 7);
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

// 1,000 records on 8 threads, one in seven too long.
TEST_F(Encoding, ThreadsChangeNothing) {
  std::vector<FeedbackRecord> records;
  for (int i = 0; i < 1000; ++i) {
    records.push_back(text_pair(std::string(i % 7 == 0 ? 2000 : 3, 'q'), std::to_string(i), "b"));
  }
  const auto groups = encode(records, 8);
  const EncodeReport report = report_;
  report_ = {};
  const auto expected = encode(records);
  ASSERT_EQ(groups.size(), 857u);
  for (size_t i = 0; i < groups.size(); ++i) EXPECT_EQ(groups[i].branches, expected[i].branches);
  EXPECT_EQ(report.dropped, (Drops{{"prompt too long", 143}}));
  EXPECT_EQ(report.to_json(), report_.to_json());
  EXPECT_EQ(EncodeReport::from_json(report.to_json(), "x").to_json(), report.to_json());
}

TEST_F(Encoding, TheFirstBadRowIsNamedWhateverTheThreads) {
  std::vector<FeedbackRecord> records(500, text_pair("q", "a", "b"));
  for (size_t i = 0; i < records.size(); ++i) {
    records[i].where.line = static_cast<int64_t>(i) + 1;
    if (i >= 300) records[i].chosen.assign(1, '\x01');
  }
  for (int repeat = 0; repeat < 20; ++repeat) {
    EXPECT_EQ(test::error_of([&] { encode(records, 8); }),
              "rows.jsonl:301: no token for this text");
  }
}

TEST_F(Encoding, TextNeedsIdsOfTheModel) {
  EXPECT_EQ(test::error_of([&] {
              const FeedbackRecord record = text_pair("q", "a", "b");
              encode_records({&record, 1}, &chat_, 200, limits_, 1, report_);
            }),
            "rows.jsonl:7: token id 256 is not below 200, the model's vocabulary; does the "
            "tokenizer belong to this model?");
}

TEST_F(Encoding, RefusedConversationsAreCounted) {
  const test::ByteTokenizer tokenizer({"<end>"}, {"<end>"},
                                      "{% for m in messages %}{% if m.role == 'system' %}{{ "
                                      "raise_exception('no system') }}{% endif "
                                      "%}{{ m.content }}<end>{% endfor %}");
  const ChatTemplate chat(tokenizer, {});
  FeedbackRecord record = text_pair("q", "a", "b");
  record.prompt.insert(record.prompt.begin(), {"system", "s"});
  encode_records({&record, 1}, &chat, tokenizer.vocab_size(), limits_, 1, report_);
  EXPECT_EQ(report_.dropped, (Drops{{"template refuses the conversation", 1}}));
}

}  // namespace
}  // namespace braid

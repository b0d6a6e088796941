// Demonstrations and rows of token ids.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/feedback/files.h"

namespace braid {
namespace {

using test::drop_reason;
using test::read_one;

using Turns = std::vector<Message>;
using Ids = std::vector<int32_t>;

void expect_demonstration(std::string_view row, const Turns& prompt, const std::string& answer) {
  const FeedbackRecord record = read_one(row);
  EXPECT_EQ(record.prompt, prompt) << row;
  EXPECT_EQ(record.chosen, answer) << row;
  EXPECT_FALSE(record.is_pair());
}

TEST(DemonstrationRow, PromptAndCompletion) {
  expect_demonstration(R"({"prompt":"q","completion":" a"})", {{"user", "q"}}, " a");
  expect_demonstration(R"({"prompt":[{"role":"user","content":"q"}],)"
                       R"("completion":[{"role":"assistant","content":"a"}]})",
                       {{"user", "q"}}, "a");
  expect_demonstration(R"({"prompt":"\n\nHuman: q\n\nAssistant:","completion":" a"})",
                       {{"user", "q"}}, "a");
}

TEST(DemonstrationRow, Messages) {
  expect_demonstration(R"({"messages":[{"role":"system","content":"s"},)"
                       R"({"role":"user","content":"q"},{"role":"assistant","content":"a"},)"
                       R"({"role":"user","content":"r"},{"role":"assistant","content":"b"}],)"
                       R"("label":true})",
                       {{"system", "s"}, {"user", "q"}, {"assistant", "a"}, {"user", "r"}}, "b");
}

TEST(DemonstrationRow, DropsRowsWithoutSignal) {
  EXPECT_EQ(drop_reason(R"({"prompt":"q","completion":" "})"), "empty answer");
  EXPECT_EQ(drop_reason(R"({"prompt":"q","completion":[]})"), "empty answer");
  EXPECT_EQ(drop_reason(R"({"prompt":"","completion":"a"})"), "empty prompt");
  EXPECT_EQ(drop_reason(R"({"messages":[]})"), "empty answer");
  EXPECT_EQ(drop_reason(R"({"messages":[{"role":"assistant","content":"a"}]})"), "empty prompt");
  EXPECT_EQ(drop_reason(R"({"messages":[{"role":"user","content":"a"}]})"),
            "turns do not alternate");
  EXPECT_EQ(drop_reason(R"({"prompt":"q","completion":"a","label":false})"),
            "labelled as a bad answer");
}

TEST(DemonstrationRow, HasNoTie) {
  EXPECT_EQ(read_one(R"({"prompt":"q","completion":"a","margin":0})").margin, 0.0);
}

TEST(TokenRow, PairsAndDemonstrations) {
  const FeedbackRecord pair =
      read_one(R"({"prompt_ids":[1,2],"chosen_ids":[3],"rejected_ids":[4,2147483647]})");
  EXPECT_TRUE(pair.pretokenised);
  EXPECT_TRUE(pair.is_pair());
  EXPECT_EQ(pair.prompt_ids, (Ids{1, 2}));
  EXPECT_EQ(pair.chosen_ids, Ids{3});
  EXPECT_EQ(pair.rejected_ids, (Ids{4, 2147483647}));
  const FeedbackRecord single = read_one(R"({"prompt_ids":[0],"chosen_ids":[3]})");
  EXPECT_TRUE(single.pretokenised);
  EXPECT_FALSE(single.is_pair());
}

TEST(TokenRow, DropsRowsWithoutSignal) {
  EXPECT_EQ(drop_reason(R"({"prompt_ids":[],"chosen_ids":[3]})"), "empty prompt");
  EXPECT_EQ(drop_reason(R"({"prompt_ids":[1],"chosen_ids":[]})"), "empty answer");
  EXPECT_EQ(drop_reason(R"({"prompt_ids":[1],"chosen_ids":[3],"rejected_ids":[]})"),
            "empty answer");
  EXPECT_EQ(drop_reason(R"({"prompt_ids":[1],"chosen_ids":[3],"rejected_ids":[3]})"),
            "chosen equals rejected");
}

}  // namespace
}  // namespace braid

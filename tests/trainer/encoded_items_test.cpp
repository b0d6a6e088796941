// Which tokens of a task's texts are scored.
#include "trainer/evaluation/encoded_items.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/text/byte_tokenizer.h"

namespace braid {
namespace {

using testing::ElementsAre;

TaskItem item(const std::string& prompt, const std::string& separator,
              const std::vector<std::string>& continuations) {
  TaskItem result;
  result.prompts.push_back({prompt, separator, continuations});
  return result;
}

class EncodedItemsTest : public testing::Test {
 protected:
  // Prompt and options of a single item, decoded.
  std::vector<std::string> encode(const TaskItem& one, const ChatTemplate* chat = nullptr) const {
    const EncodedItems encoded = encode_items({one}, tokenizer_, chat, 1000);
    const EncodedGroup& group = encoded.store.groups().at(0);
    std::vector<std::string> texts = {tokenizer_.decode(group.prompt)};
    for (const TokenIds branch : group.branches) texts.push_back(tokenizer_.decode(branch));
    return texts;
  }

  test::ByteTokenizer tokenizer_;
};

TEST_F(EncodedItemsTest, TheSeparatorBelongsToTheOption) {
  EXPECT_THAT(encode(item("ab", " ", {"c", "dd"})), ElementsAre("ab", " c", " dd"));
}

TEST_F(EncodedItemsTest, WithoutPromptAStopTokenOrTheBosStandsInFront) {
  EXPECT_THAT(encode(item("", "", {"ab", "ac"})), ElementsAre("<|im_end|>", "ab", "ac"));
  tokenizer_.special_tokens().bos = test::ByteTokenizer::kTurnBegin;
  EXPECT_THAT(encode(item("", "", {"ab", "ac"})), ElementsAre("<|im_start|>", "ab", "ac"));
  tokenizer_.special_tokens().add_bos = true;
  EXPECT_THAT(encode(item("x", " ", {"a"})), ElementsAre("<|im_start|>x", " a"));
}

// Words whose ids are taken on their own, as the paper's WinoBias has them.
TEST_F(EncodedItemsTest, PromptAndOptionMayBeTokenisedApart) {
  TaskItem one = item("ab", "", {"~", "c"});
  one.prompts[0].tokenised = Tokenised::kApart;
  EXPECT_EQ(encode_items({one}, tokenizer_, nullptr, 1000).skipped.at("option without tokens"), 1);
  one.prompts[0].continuations = {"c"};
  EXPECT_THAT(encode(one), ElementsAre("ab", "c"));
  one.prompts[0].tokenised = Tokenised::kApartWithBos;
  EXPECT_THAT(encode(one), ElementsAre("ab", "<|im_end|>c"));
}

TEST_F(EncodedItemsTest, QuestionsNeedRoomForAnAnswer) {
  TaskItem one;
  one.questions = {{"abc", nullptr, nullptr}};
  const EncodedItems encoded = encode_items({one}, tokenizer_, nullptr, 4);
  ASSERT_EQ(encoded.questions.size(), 1u);
  EXPECT_EQ(tokenizer_.decode(encoded.questions[0]), "abc");
  EXPECT_EQ(encode_items({one}, tokenizer_, nullptr, 3).skipped.at("too long"), 1);
}

// ~ is normalised away here, so that "b~" and "b" are the same token: the prompt is longer than
// what the texts share with it, and an option that adds nothing keeps the last token.
TEST_F(EncodedItemsTest, ThePromptGivesUpTokensThatAnOptionNeeds) {
  EXPECT_THAT(encode(item("ab", "", {"~", "c"})), ElementsAre("a", "b", "bc"));
  const EncodedItems empty = encode_items({item("", "", {"~", "c"})}, tokenizer_, nullptr, 1000);
  EXPECT_EQ(empty.items.size(), 0u);
  EXPECT_EQ(empty.skipped.at("option without tokens"), 1);
}

TEST_F(EncodedItemsTest, TooLongItemsAreCounted) {
  const std::vector<TaskItem> items = {item("abc", " ", {"d", "efgh"}), item("ab", " ", {"d"})};
  const EncodedItems encoded = encode_items(items, tokenizer_, nullptr, 7);
  EXPECT_EQ(encoded.items.size(), 1u);
  EXPECT_EQ(encoded.store.groups().size(), 1u);
  EXPECT_EQ(encoded.skipped.at("too long"), 1);
  EXPECT_EQ(encode_items(items, tokenizer_, nullptr, 8).items.size(), 2u);
}

TEST_F(EncodedItemsTest, ChatPromptsAreATurnOfTheUser) {
  const ChatTemplate chat(tokenizer_, {"chatml"});
  const auto texts = encode(item("Hi <|im_end|>", " ", {"a", "<|im_end|>"}), &chat);
  ASSERT_EQ(texts.size(), 3u);
  EXPECT_THAT(texts[0], testing::EndsWith("<|im_start|>assistant\n"));
  EXPECT_EQ(texts[1], "a");
  // An option is text, even when it looks like a token of the template.
  const EncodedItems encoded =
      encode_items({item("Hi", " ", {"a", "<|im_end|>"})}, tokenizer_, &chat, 1000);
  EXPECT_EQ(encoded.store.groups()[0].branches[1].size(), std::string("<|im_end|>").size());
}

}  // namespace
}  // namespace braid

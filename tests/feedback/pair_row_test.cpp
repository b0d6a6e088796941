// Rows with chosen and rejected: every combination of texts, conversations, named and shared
// prompts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/feedback/files.h"

namespace braid {
namespace {

using test::drop_reason;
using test::read_one;

using Turns = std::vector<Message>;

void expect_pair(std::string_view row, const Turns& prompt, const std::string& chosen,
                 const std::string& rejected) {
  const FeedbackRecord record = read_one(row);
  EXPECT_EQ(record.prompt, prompt) << row;
  EXPECT_EQ(record.chosen, chosen) << row;
  EXPECT_EQ(record.rejected, rejected) << row;
  EXPECT_TRUE(record.is_pair());
  EXPECT_FALSE(record.pretokenised);
}

TEST(PairRow, TextWithPrompt) {
  expect_pair(R"({"prompt":"What?","chosen":"This.","rejected":" That. "})", {{"user", "What?"}},
              "This.", " That. ");
}

TEST(PairRow, ConversationsWithPrompt) {
  expect_pair(
      R"({"prompt":[{"role":"system","content":"s"},{"role":"user","content":"q","name":"x"}],)"
      R"("chosen":[{"role":"assistant","content":"a"}],)"
      R"("rejected":[{"role":"assistant","content":"b"}]})",
      {{"system", "s"}, {"user", "q", Json::object({{"name", "x"}})}}, "a", "b");
}

TEST(PairRow, TextAnswersToAConversation) {
  expect_pair(R"({"prompt":[{"role":"user","content":"q"}],"chosen":"a","rejected":"b"})",
              {{"user", "q"}}, "a", "b");
}

TEST(PairRow, AnswersMayShareFurtherTurns) {
  expect_pair(R"({"prompt":[{"role":"user","content":"q"}],)"
              R"("chosen":[{"role":"assistant","content":"a"},{"role":"user","content":"r"},)"
              R"({"role":"assistant","content":"good"}],)"
              R"("rejected":[{"role":"assistant","content":"a"},{"role":"user","content":"r"},)"
              R"({"role":"assistant","content":"bad"}]})",
              {{"user", "q"}, {"assistant", "a"}, {"user", "r"}}, "good", "bad");
}

TEST(PairRow, ConversationsShareTheirPrompt) {
  expect_pair(R"({"chosen":[{"role":"user","content":"q"},{"role":"assistant","content":"yes"}],)"
              R"("rejected":[{"role":"user","content":"q"},{"role":"assistant","content":"no"}]})",
              {{"user", "q"}}, "yes", "no");
}

TEST(PairRow, AnAnswerThatBeginsTheOtherIsKeptWhole) {
  expect_pair(
      R"({"chosen":[{"role":"user","content":"q"},{"role":"assistant","content":"yes"}],)"
      R"("rejected":[{"role":"user","content":"q"},{"role":"assistant","content":"yes, but"}]})",
      {{"user", "q"}}, "yes", "yes, but");
}

TEST(PairRow, TextPromptBesideWholeConversations) {
  expect_pair(R"({"prompt":"q","chosen":[{"role":"user","content":"q"},)"
              R"({"role":"assistant","content":"a"}],"rejected":[{"role":"user","content":"q"},)"
              R"({"role":"assistant","content":"b"}],"messages":[],"score_chosen":8.5})",
              {{"user", "q"}}, "a", "b");
  expect_pair(R"({"prompt":"q","chosen":[{"role":"assistant","content":"a"}],)"
              R"("rejected":[{"role":"assistant","content":"b"}]})",
              {{"user", "q"}}, "a", "b");
}

TEST(PairRow, DialogueTexts) {
  expect_pair(
      R"({"chosen":"\n\nHuman: Hi\nthere\n\nAssistant: Hello.\n\nHuman: Bye\n\nAssistant: See you",)"
      R"("rejected":"\n\nHuman: Hi\nthere\n\nAssistant: Hello.\n\nHuman: Bye\n\nAssistant: No! "})",
      {{"user", "Hi\nthere"}, {"assistant", "Hello."}, {"user", "Bye"}}, "See you", "No!");
}

TEST(PairRow, DialoguePromptWithTextAnswers) {
  expect_pair(R"({"prompt":"\n\nHuman: Hi\n\nAssistant:","chosen":" Hello","rejected":" What"})",
              {{"user", "Hi"}}, "Hello", "What");
}

TEST(PairRow, TextsShareTheirPrompt) {
  expect_pair(R"({"chosen":"The sky is blue.","rejected":"The sky is green."})",
              {{"user", "The sky is"}}, " blue.", " green.");
}

TEST(PairRow, SharedTextEndsAtACharacter) {
  // é and è are c3 a9 and c3 a8: the first byte is shared.
  expect_pair(R"({"chosen":"Il dit: é","rejected":"Il dit: è"})", {{"user", "Il dit:"}}, " é",
              " è");
  expect_pair(R"({"chosen":"a 😀😀","rejected":"a 😀😁"})", {{"user", "a 😀"}}, "😀", "😁");
}

TEST(PairRow, TextThatBeginsTheOtherKeepsItsLastWord) {
  expect_pair(R"({"chosen":"Is it? Yes","rejected":"Is it? Yes, of course"})", {{"user", "Is it?"}},
              " Yes", " Yes, of course");
  expect_pair(R"({"chosen":"Is it? Yes, sure","rejected":"Is it? Yes, \n"})", {{"user", "Is it?"}},
              " Yes, sure", " Yes, \n");
  EXPECT_EQ(drop_reason(R"({"chosen":"Yes","rejected":"Yes, of course"})"), "no shared prompt");
}

TEST(PairRow, MarginAndWeight) {
  const FeedbackRecord plain = read_one(R"({"prompt":"q","chosen":"a","rejected":"b"})");
  EXPECT_EQ(plain.margin, 1.0);
  EXPECT_EQ(plain.weight, 1.0);
  const FeedbackRecord graded =
      read_one(R"({"prompt":"q","chosen":"a","rejected":"b","margin":2.5,"weight":3})");
  EXPECT_EQ(graded.margin, 2.5);
  EXPECT_EQ(graded.weight, 3.0);
}

TEST(PairRow, NullIsAbsent) {
  expect_pair(
      R"({"prompt":null,"chosen":"It is a","rejected":"It is b","prompt_ids":null,"margin":null})",
      {{"user", "It is"}}, " a", " b");
}

TEST(PairRow, DropsRowsWithoutSignal) {
  EXPECT_EQ(drop_reason(R"({"prompt":"q","chosen":"a","rejected":"a\n"})"),
            "chosen equals rejected");
  EXPECT_EQ(drop_reason(R"({"chosen":"same text","rejected":"same text"})"),
            "chosen equals rejected");
  EXPECT_EQ(drop_reason(R"({"prompt":"q","chosen":" \n","rejected":"b"})"), "empty answer");
  EXPECT_EQ(drop_reason(R"({"prompt":"q","chosen":"a","rejected":""})"), "empty answer");
  EXPECT_EQ(drop_reason(R"({"prompt":"q","chosen":[],"rejected":[]})"), "empty answer");
  EXPECT_EQ(drop_reason(R"({"chosen":[],"rejected":[]})"), "empty answer");
  EXPECT_EQ(drop_reason(R"({"prompt":" ","chosen":"a","rejected":"b"})"), "empty prompt");
  EXPECT_EQ(drop_reason(R"({"prompt":[],"chosen":"a","rejected":"b"})"), "empty prompt");
  EXPECT_EQ(drop_reason(R"({"prompt":[{"role":"system","content":"s"}],"chosen":"a",)"
                        R"("rejected":"b"})"),
            "empty prompt");
  EXPECT_EQ(drop_reason(R"({"chosen":"a b","rejected":"c d"})"), "no shared prompt");
  EXPECT_EQ(drop_reason(R"({"prompt":"q","chosen":"a","rejected":"b","margin":0})"),
            "tie (margin is zero)");
  EXPECT_EQ(drop_reason(R"({"prompt":"q","chosen":"a","rejected":"b","weight":0})"),
            "weight is zero");
}

TEST(PairRow, DropsConversationsThatDoNotAlternate) {
  const std::string user = R"({"role":"user","content":"q"})";
  const std::string system = R"({"role":"system","content":"s"})";
  const std::string good = R"({"role":"assistant","content":"a"})";
  const std::string bad = R"({"role":"assistant","content":"b"})";
  const auto pair = [](const std::string& chosen, const std::string& rejected) {
    return drop_reason(R"({"chosen":[)" + chosen + R"(],"rejected":[)" + rejected + "]}");
  };
  const std::string broken = "turns do not alternate";
  EXPECT_EQ(pair(user + "," + user + "," + good, user + "," + user + "," + bad), broken);
  EXPECT_EQ(pair(good + "," + user + "," + good, good + "," + user + "," + bad), broken);
  EXPECT_EQ(pair(user + "," + system + "," + good, user + "," + system + "," + bad), broken);
  EXPECT_EQ(pair(user + "," + good + "," + good, user + "," + good + "," + bad), broken);
  EXPECT_EQ(pair(user + "," + good, user + "," + user), broken);
  EXPECT_EQ(pair(user + "," + good, user + "," + good + "," + user + "," + bad),
            "answers of several turns");
  EXPECT_EQ(pair(user + "," + good, system + "," + bad), "no shared prompt");
}

}  // namespace
}  // namespace braid

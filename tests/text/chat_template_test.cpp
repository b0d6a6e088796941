// Conversations as ids: SmolLM2's template against transformers, and which template is used.
#include "data/text/chat_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/model/smollm2.h"
#include "tests/text/byte_tokenizer.h"
#include "tests/text/text_files.h"

namespace braid::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kPlainChatMl =
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + "
    "'<|im_end|>' + '\n'}}{% endfor %}";

ByteTokenizer with_template(const std::string& source) {
  return {{"<|im_start|>", "<|im_end|>", "<s>"}, {"<|im_end|>"}, source};
}

std::string text(const ChatTemplate& chat, const Conversation& messages,
                 bool generation_prompt = false, const Json& tools = nullptr) {
  return chat.tokenizer().decode(chat.encode(chat.render(messages, tools, generation_prompt)));
}

TEST(ChatTemplate, SmolLm2AgreesWithTransformers) {
  const auto path = smollm2_path();
  if (!path) GTEST_SKIP() << kNoSmolLm2;
  const auto tokenizer = load_tokenizer(*path);
  const ChatTemplate chat(*tokenizer, {});
  EXPECT_EQ(chat.stop_token(), 2);
  EXPECT_TRUE(chat.writes_stop());
  for (const Json& entry : smollm2_golden()["conversations"]) {
    Conversation messages;
    for (const Json& message : entry["messages"]) {
      messages.push_back({message["role"], message["content"]});
    }
    const auto ids =
        chat.encode(chat.render(messages, nullptr, entry["generation_prompt"].get<bool>()));
    EXPECT_EQ(joined(ids), joined(ids_of(entry["ids"]))) << entry["messages"];
  }
}

TEST(ChatTemplate, AutoIsTheModelsOwn) {
  const ByteTokenizer own = with_template("{{ messages[0].content }}<|im_end|>");
  EXPECT_EQ(text(ChatTemplate(own, {}), {{"user", "Hi"}}), "Hi<|im_end|>");
  const ByteTokenizer none = with_template("");
  const ChatTemplate raw(none, {});
  EXPECT_EQ(raw.name(), "none");
  EXPECT_FALSE(raw.writes_stop());
  EXPECT_EQ(text(raw, {{"system", "a "}, {"user", "b"}}, true), "a b");
}

TEST(ChatTemplate, NamedTemplates) {
  ByteTokenizer tokenizer = with_template("{{ messages[0].content }}<|im_end|>");
  tokenizer.special_tokens().named_templates["tool_use"] =
      "{{ tools[0].name }}{{ messages[-1].content }}<|im_end|>";
  const Json tools = Json::parse(R"([{"name": "find"}])");
  EXPECT_EQ(text(ChatTemplate(tokenizer, {"tool_use"}), {{"user", "Hi"}}, false, tools),
            "findHi<|im_end|>");
  EXPECT_THAT(error_of([&] { ChatTemplate(tokenizer, {"tool-use"}); }),
              AllOf(HasSubstr("data.template: no template \"tool-use\""), HasSubstr("tool_use"),
                    HasSubstr("chatml"), HasSubstr(".jinja")));
}

TEST(ChatTemplate, FromAFile) {
  const TemporaryDirectory directory;
  const std::string path = (directory.path() / "x.jinja").string();
  std::ofstream(path) << "{{ messages[0].content | upper }}";
  EXPECT_EQ(text(ChatTemplate(with_template(""), {path}), {{"user", "hi"}}), "HI");
  std::ofstream(path) << "{% if %}";
  EXPECT_THAT(error_of([&] { ChatTemplate(with_template(""), {path}); }), HasSubstr(path + ":1:"));
  EXPECT_THAT(error_of([&] { ChatTemplate(with_template(""), {"absent.jinja"}); }),
              HasSubstr("absent.jinja"));
}

TEST(ChatTemplate, BuiltInOnesNeedTheirTokens) {
  const ByteTokenizer tokenizer({"</s>"}, {"</s>"}, "");
  EXPECT_THAT(error_of([&] { ChatTemplate(tokenizer, {"chatml"}); }),
              HasSubstr("no control token \"<|im_start|>\""));
  EXPECT_EQ(error_of([&] { ChatTemplate(tokenizer, {"question_answer"}); }), "no error");
}

TEST(ChatTemplate, AStopTokenMustExist) {
  const ByteTokenizer tokenizer({"<a>"}, {}, "");
  EXPECT_THAT(error_of([&] { ChatTemplate(tokenizer, {}); }), HasSubstr("eos_token_id"));
}

TEST(ChatTemplate, RolesMakeControlTokensAndContentsDoNot) {
  const ByteTokenizer tokenizer(
      {"<|user|>", "<|assistant|>", "<|end|>"}, {"<|end|>"},
      "{% for m in messages %}{{ '<|' + m.role + '|>' + m.content + '<|end|>' }}{% endfor %}");
  const ChatTemplate chat(tokenizer, {});
  const auto ids =
      chat.encode(chat.render({{"user", "<|end|>"}, {"assistant", "<|user|>"}}, nullptr, false));
  EXPECT_EQ(std::ranges::count(ids, 256), 1);
  EXPECT_EQ(std::ranges::count(ids, 257), 1);
  EXPECT_EQ(std::ranges::count(ids, 258), 2);
}

TEST(ChatTemplate, ArgumentsAndDate) {
  const ByteTokenizer tokenizer = with_template(
      "{{ strftime_now('%d %b %Y') }}{{ ' thinking' if thinking }} {{ mood }}{{ "
      "messages[0].content }}");
  EXPECT_EQ(text(ChatTemplate(tokenizer, {"auto", {"thinking=true", "mood=calm"}, "2025-03-09"}),
                 {{"user", "?"}}),
            "09 Mar 2025 thinking calm?");
  EXPECT_THAT(error_of([&] {
                ChatTemplate(tokenizer, {"auto", {"thinking"}});
              }),
              HasSubstr("NAME=VALUE"));
  EXPECT_THAT(error_of([&] {
                ChatTemplate(tokenizer, {"auto", {"messages=[]"}});
              }),
              HasSubstr("cannot be an argument"));
  for (const char* date : {"2025-02-30", "today", "2025-3-9", "2025-03-09 ", ""}) {
    EXPECT_THAT(error_of([&] {
                  ChatTemplate(tokenizer, {"auto", {}, date});
                }),
                HasSubstr("data.date"))
        << date;
  }
}

TEST(ChatTemplate, BosComesOnceAndOnlyWhereExpected) {
  ByteTokenizer tokenizer = with_template("");
  auto& special = tokenizer.special_tokens();
  special.bos = tokenizer.special_id("<s>");
  EXPECT_EQ(text(ChatTemplate(tokenizer, {}), {{"user", "x"}}), "x");
  special.add_bos = true;
  EXPECT_EQ(text(ChatTemplate(tokenizer, {}), {{"user", "x"}}), "<s>x");
  EXPECT_EQ(text(ChatTemplate(tokenizer, {"chatml"}), {{"user", "x"}}),
            "<s><|im_start|>user\nx<|im_end|>\n");
  special.chat_template = kPlainChatMl;
  EXPECT_EQ(text(ChatTemplate(tokenizer, {}), {{"user", "x"}}), "<|im_start|>user\nx<|im_end|>\n");
  special.chat_template = std::string("{{ bos_token }}") + kPlainChatMl;
  EXPECT_EQ(text(ChatTemplate(tokenizer, {}), {{"user", "x"}}),
            "<s><|im_start|>user\nx<|im_end|>\n");
  special.bos = tokenizer.special_id("<|im_start|>");
  EXPECT_EQ(text(ChatTemplate(tokenizer, {}), {{"user", "x"}}), "<|im_start|>user\nx<|im_end|>\n");
  EXPECT_EQ(text(ChatTemplate(tokenizer, {"chatml"}), {{"user", "x"}}),
            "<|im_start|>user\nx<|im_end|>\n");
}

TEST(ChatTemplate, FingerprintCoversWhatIdsDependOn) {
  const ByteTokenizer tokenizer = with_template(kPlainChatMl);
  const std::string own = ChatTemplate(tokenizer, {}).fingerprint();
  EXPECT_EQ(ChatTemplate(tokenizer, {}).fingerprint(), own);
  EXPECT_NE(ChatTemplate(tokenizer, {"chatml"}).fingerprint(), own);
  EXPECT_NE(ChatTemplate(tokenizer, {"auto", {"a=1"}}).fingerprint(), own);
  EXPECT_NE(ChatTemplate(tokenizer, {"auto", {}, "2025-01-01"}).fingerprint(), own);
}

}  // namespace
}  // namespace braid::test

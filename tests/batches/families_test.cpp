// Boundary, loss mask and stop token of comparisons in the formats of real model families. The
// texts come from transformers (scripts/golden/chat_templates.py).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "data/batches/encode.h"
#include "data/text/comparison.h"
#include "tests/support.h"
#include "tests/text/byte_tokenizer.h"

namespace braid::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Answers = std::vector<std::string>;

struct Family {
  const char* name;
  const char* stop;      // what ends an answer
  bool writes = true;    // the template writes it
  bool differs = false;  // its generation prompt holds more than it writes in front of an answer
  // It shows the system message beside the last message only when that is the user's.
  bool loses_system = false;
};

// From the models' documentation.
constexpr Family kFamilies[] = {
    {"alpaca", "</s>", true, true},
    {"chatml", "<|im_end|>", true, true},
    {"command_r", "<|END_OF_TURN_TOKEN|>"},
    {"deepseek_r1", "<｜end▁of▁sentence｜>", true, true},
    {"falcon", "<|endoftext|>", false},
    {"gemma", "<end_of_turn>"},
    {"gemma3", "<end_of_turn>"},
    {"granite", "<|end_of_text|>"},
    {"hermes", "<|im_end|>"},
    {"llama2", "</s>"},
    {"llama3", "<|eot_id|>"},
    {"llama31", "<|eot_id|>"},
    {"llama32", "<|eot_id|>"},
    {"mistral_nemo", "</s>", true, false, true},
    {"mistral_v1", "</s>"},
    {"mistral_v3", "</s>", true, false, true},
    {"nemotron", "</s>", false},
    {"olmo", "<|endoftext|>"},
    {"openchat", "<|end_of_turn|>"},
    {"phi3", "<|end|>"},
    {"phi35", "<|end|>"},
    {"phi4_mini", "<|end|>"},
    {"qwen2", "<|im_end|>"},
    {"qwen25", "<|im_end|>"},
    {"qwen3", "<|im_end|>"},
    {"qwq", "<|im_end|>", true, true},
    {"smollm2", "<|im_end|>"},
    {"smollm3", "<|im_end|>"},
    {"stablelm", "<|endoftext|>"},
    {"tinyllama", "</s>"},
    {"vicuna", "</s>"},
    {"yi", "<|im_end|>"},
    {"zephyr", "</s>"},
};

const Json& golden() {
  static const Json content = read_json_file(golden_path("chat_templates.json"));
  return content;
}

const Json& template_of(const std::string& name) {
  for (const Json& entry : golden().at("templates")) {
    if (entry.at("name") == name) return entry;
  }
  fail("no golden template {}", name);
}

Conversation conversation(const std::string& title) {
  Conversation messages;
  for (const Json& message : golden().at("conversations").at(title).at("messages")) {
    messages.push_back({message.at("role"), message.at("content")});
  }
  return messages;
}

TemplateConfig on_the_golden_day() {
  TemplateConfig config;
  config.date = "2025-03-09";
  return config;
}

ByteTokenizer tokenizer_of(const Family& family) {
  const Json& entry = template_of(family.name);
  const std::string bos = entry.at("own").at("bos_token"), eos = entry.at("own").at("eos_token");
  std::set<std::string> control = {bos, eos, family.stop};
  for (const std::string token : entry.at("tokens")) {
    if (token.starts_with('<')) control.insert(token);
  }
  ByteTokenizer tokenizer({control.begin(), control.end()}, {eos}, entry.at("source"));
  tokenizer.special_tokens().bos = tokenizer.special_id(bos);
  return tokenizer;
}

class Families : public ::testing::TestWithParam<Family> {
 protected:
  std::string text(const std::vector<int32_t>& ids) const { return tokenizer_.decode(ids); }
  std::string rendered(const std::string& title) const {
    const Json& text = template_of(GetParam().name).at("rendered").at(title);
    return text.is_null() ? "" : text.get<std::string>();
  }
  int32_t stop() const { return *tokenizer_.special_id(GetParam().stop); }
  int64_t stops_in(const std::vector<int32_t>& ids) const {
    const auto& stops = chat_.stop_tokens();
    return std::ranges::count_if(
        ids, [&](int32_t id) { return std::ranges::find(stops, id) != stops.end(); });
  }

  ByteTokenizer tokenizer_ = tokenizer_of(GetParam());
  ChatTemplate chat_{tokenizer_, on_the_golden_day()};
};

TEST_P(Families, StopToken) {
  EXPECT_EQ(tokenizer_.piece(chat_.stop_token()), GetParam().stop);
  EXPECT_EQ(chat_.writes_stop(), GetParam().writes);
}

// The prompt is what transformers renders; the answer begins where it ends.
TEST_P(Families, BoundaryOnEveryKindOfPrompt) {
  for (const char* title : {"single", "system", "empty_system", "multi"}) {
    SCOPED_TRACE(title);
    const std::string expected = rendered(title);
    const Answers answers = {"yes", "no"};
    if (expected.empty()) {
      EXPECT_THROW(encode_comparison(chat_, conversation(title), nullptr, answers), Error);
      continue;
    }
    const auto result = encode_comparison(chat_, conversation(title), nullptr, answers);
    if (GetParam().loses_system && conversation(title).front().role == "system") {
      EXPECT_EQ(result.flaw, "template rewrites the prompt");
      continue;
    }
    ASSERT_EQ(result.flaw, "");
    EXPECT_EQ(text(result.full_prompt), expected);
    EXPECT_THAT(expected, StartsWith(text(result.prompt)));
    EXPECT_EQ(result.generation_prompt_differs, GetParam().differs);
    EXPECT_EQ(result.prompt == result.full_prompt, !GetParam().differs);
  }
}

// Prompt and answer together are what transformers renders for the conversation, up to the stop
// token.
TEST_P(Families, AnswerAsTransformersRendersIt) {
  const Answers answers = {"Hello!"};
  const auto result = encode_comparison(chat_, conversation("single"), nullptr, answers);
  ASSERT_EQ(result.flaw, "");
  const std::string whole = text(result.prompt) + text(result.answers[0]);
  const std::string stop = GetParam().stop;
  if (GetParam().writes) {
    EXPECT_THAT(rendered("answered"), StartsWith(whole));
    EXPECT_EQ(rendered("answered").find(stop, whole.size() - stop.size()),
              whole.size() - stop.size());
  } else {
    EXPECT_EQ(whole, rendered("answered").substr(0, whole.size() - stop.size()) + stop);
  }
}

TEST_P(Families, OneStopTokenWhateverTheAnswerSays) {
  const std::string stop = GetParam().stop;
  const Answers answers = {
      "yes", "yes, and", " x", "\ny", "e\xcc\x81", "\xcc\x81 first", "a " + stop + " b", stop};
  const auto result = encode_comparison(chat_, conversation("single"), nullptr, answers);
  ASSERT_EQ(result.flaw, "");
  for (size_t i = 0; i < answers.size(); ++i) {
    SCOPED_TRACE(answers[i]);
    const auto& ids = result.answers[i];
    EXPECT_EQ(ids.back(), this->stop());
    EXPECT_EQ(stops_in(ids), 1);
    const size_t first = answers[i].find_first_not_of(" \n");
    EXPECT_THAT(text(ids), HasSubstr(answers[i].substr(first)));
  }
  EXPECT_NE(result.answers[0], result.answers[1]);
}

TEST_P(Families, CutAnswersHaveNoStopToken) {
  FeedbackRecord record;
  record.prompt = conversation("single");
  record.chosen = std::string(200, 'c');
  record.rejected = std::string(200, 'r');
  const auto prompt = encode_comparison(chat_, record.prompt, nullptr, Answers{"x"}).prompt;
  EncodeLimits limits;
  limits.max_length = static_cast<int64_t>(prompt.size()) + 60;
  EncodeReport report;
  const auto groups =
      encode_records({&record, 1}, &chat_, tokenizer_.vocab_size(), limits, 1, report);
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].prompt, prompt);
  for (const auto& branch : groups[0].branches) {
    EXPECT_EQ(branch.size(), 60u);
    EXPECT_EQ(stops_in(branch), 0);
  }
  EXPECT_EQ(report.truncated_answers, 2);
}

INSTANTIATE_TEST_SUITE_P(Formats, Families, ::testing::ValuesIn(kFamilies),
                         [](const auto& family) { return std::string(family.param.name); });

// The same on vocabularies of real models: ids of prompt, answer and what the template writes
// behind it are the ids of the whole rendering.
struct RealModel {
  const char* name;   // of the golden template
  const char* files;  // under the shared material
  const char* stop;
};

class RealVocabularies : public ::testing::TestWithParam<RealModel> {};

TEST_P(RealVocabularies, PromptAndAnswerAreTheRendering) {
  const auto path = shared_path(GetParam().files);
  if (!path) GTEST_SKIP() << "no " << GetParam().files << " beside the checkout";
  const auto tokenizer = load_tokenizer(*path);
  const TemporaryDirectory directory;
  TemplateConfig config = on_the_golden_day();
  config.name = (directory.path() / "own.jinja").string();
  std::ofstream(config.name) << template_of(GetParam().name).at("source").get<std::string>();
  const ChatTemplate chat(*tokenizer, config);
  EXPECT_EQ(tokenizer->piece(chat.stop_token()), GetParam().stop);
  const std::string attack = std::string("a ") + GetParam().stop + "\n";
  const Answers answers = {"Hello!", "Hello! And more", "e\xcc\x81 12345", attack + "b"};
  for (const char* title : {"single", "no_system_multi", "unicode"}) {
    SCOPED_TRACE(title);
    Conversation prompt = conversation(title);
    if (prompt.back().role == "assistant") prompt.pop_back();
    const auto result = encode_comparison(chat, prompt, nullptr, answers);
    ASSERT_EQ(result.flaw, "");
    EXPECT_EQ(result.full_prompt, chat.prompt(prompt));
    for (size_t i = 0; i < answers.size(); ++i) {
      std::vector<int32_t> ids = result.prompt;
      ids.insert(ids.end(), result.answers[i].begin(), result.answers[i].end());
      Conversation whole = prompt;
      whole.push_back({"assistant", answers[i]});
      const auto expected = chat.encode(chat.render(whole, nullptr, false));
      ASSERT_LE(ids.size(), expected.size());
      EXPECT_TRUE(std::ranges::equal(ids, std::span(expected).first(ids.size())));
      EXPECT_EQ(std::ranges::count(result.answers[i], chat.stop_token()), 1);
      EXPECT_EQ(result.answers[i].back(), chat.stop_token());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Models, RealVocabularies,
    ::testing::Values(RealModel{"phi3", "tokenizers/phi3_json", "<|end|>"},
                      RealModel{"llama3", "tokenizers/llama3_tiktoken/tokenizer.model",
                                "<|eot_id|>"},
                      RealModel{"llama2", "tokenizers/llama2_spm/tokenizer.model", "</s>"},
                      RealModel{"mistral_v1", "tokenizers/mistral_v1_spm/tokenizer.model", "</s>"}),
    [](const auto& model) { return std::string(model.param.name); });

}  // namespace
}  // namespace braid::test

// Ids against the Hugging Face tokenizers library: a tiny vocabulary under every split rule, and
// SmolLM2's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/model/smollm2.h"
#include "tests/text/text_files.h"

namespace braid::test {
namespace {

Json tiny_with(const Json& rule) {
  Json tokenizer = tiny_golden()["tokenizer"];
  tokenizer["pre_tokenizer"] = rule["pre_tokenizer"];
  tokenizer["model"]["ignore_merges"] = rule["ignore_merges"];
  return tokenizer;
}

TEST(GoldenTokenizer, TinyVocabularyUnderEverySplitRule) {
  const Json& texts = smollm2_golden()["plain"];
  std::set<std::string> fingerprints;
  for (const Json& rule : tiny_golden()["rules"]) {
    ModelDirectory model;
    const auto tokenizer = model.with("tokenizer.json", tiny_with(rule)).load();
    EXPECT_EQ(tokenizer->vocab_size(), 334);
    fingerprints.insert(tokenizer->fingerprint());
    ASSERT_EQ(rule["ids"].size(), texts.size());
    for (size_t i = 0; i < texts.size(); ++i) {
      const auto text = texts[i]["text"].get<std::string>();
      const auto ids = tokenizer->encode(text);
      EXPECT_EQ(joined(ids), joined(ids_of(rule["ids"][i]))) << rule["name"] << ": " << text;
      EXPECT_EQ(tokenizer->decode(ids), text);  // this vocabulary has all bytes
      EXPECT_EQ(pieces_of(*tokenizer, ids), text);
    }
  }
  EXPECT_EQ(fingerprints.size(), tiny_golden()["rules"].size());
}

// The same vocabulary as GGUF: rules by name, tokens by type.
TEST(GoldenTokenizer, TinyVocabularyAsGguf) {
  const Json& json = tiny_golden()["tokenizer"];
  std::vector<std::string> tokens(334), merges;
  std::vector<int32_t> types(334, 1);
  for (const auto& [name, id] : json["model"]["vocab"].items()) tokens[id.get<size_t>()] = name;
  for (const Json& token : json["added_tokens"]) {
    const auto id = token["id"].get<size_t>();
    tokens[id] = token["content"];
    types[id] = token["special"].get<bool>() ? 3 : 4;
  }
  for (const Json& merge : json["model"]["merges"]) {
    merges.push_back(merge[0].get<std::string>() + " " + merge[1].get<std::string>());
  }
  const std::map<std::string, std::string> names = {
      {"gpt2", "gpt-2"}, {"single digits", "smollm"}, {"default", "default"}};
  size_t compared = 0;
  for (const Json& rule : tiny_golden()["rules"]) {
    const auto name = names.find(rule["name"].get<std::string>());
    if (name == names.end() || rule["ignore_merges"].get<bool>()) continue;
    GgufWriter gguf;
    gguf.string("tokenizer.ggml.model", "gpt2");
    gguf.string("tokenizer.ggml.pre", name->second);
    gguf.strings("tokenizer.ggml.tokens", tokens);
    gguf.int32s("tokenizer.ggml.token_type", types);
    gguf.strings("tokenizer.ggml.merges", merges);
    ModelDirectory directory;
    directory.with("m.gguf", gguf.bytes());
    const auto tokenizer = load_tokenizer(directory.path() / "m.gguf");
    for (size_t i = 0; i < rule["ids"].size(); ++i) {
      const auto text = smollm2_golden()["plain"][i]["text"].get<std::string>();
      EXPECT_EQ(joined(tokenizer->encode(text)), joined(ids_of(rule["ids"][i])))
          << name->first << ": " << text;
    }
    EXPECT_EQ(tokenizer->special_id("<|im_end|>"), 2);
    EXPECT_EQ(tokenizer->special_id("  "), std::nullopt);
    ++compared;
  }
  EXPECT_EQ(compared, names.size());
}

TEST(GoldenTokenizer, SmolLm2) {
  const auto path = smollm2_path();
  if (!path) GTEST_SKIP() << kNoSmolLm2;
  const auto tokenizer = load_tokenizer(*path);
  EXPECT_EQ(tokenizer->vocab_size(), 49152);
  size_t lossless = 0;
  for (const Json& entry : smollm2_golden()["plain"]) {
    const auto text = entry["text"].get<std::string>();
    const auto ids = tokenizer->encode(text);
    EXPECT_EQ(joined(ids), joined(ids_of(entry["ids"]))) << text;
    // SmolLM2 lacks 21 bytes, so that not every text comes back whole.
    if (entry["decoded"] == text) {
      EXPECT_EQ(tokenizer->decode(ids), text);
      ++lossless;
    }
    for (const int32_t id : ids) EXPECT_GE(id, 17) << "a control token from plain text: " << text;
  }
  EXPECT_GE(lossless, smollm2_golden()["plain"].size() - 2);
}

TEST(GoldenTokenizer, SmolLm2SpecialTokens) {
  const auto path = smollm2_path();
  if (!path) GTEST_SKIP() << kNoSmolLm2;
  const auto tokenizer = load_tokenizer(*path);
  EXPECT_EQ(tokenizer->special_id("<|im_start|>"), 1);
  EXPECT_EQ(tokenizer->special_id("<|im_end|>"), 2);
  EXPECT_EQ(tokenizer->special_id("the"), std::nullopt);
  EXPECT_EQ(tokenizer->special().bos, 1);
  EXPECT_EQ(tokenizer->special().pad, 2);
  EXPECT_EQ(tokenizer->special().stop, std::vector<int32_t>{2});
  EXPECT_FALSE(tokenizer->special().add_bos);
  EXPECT_THAT(tokenizer->special().chat_template, ::testing::HasSubstr("<|im_start|>"));
  EXPECT_EQ(tokenizer->decode(std::vector<int32_t>{1, 2}), "<|im_start|><|im_end|>");
}

}  // namespace
}  // namespace braid::test

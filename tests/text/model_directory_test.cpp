// Special tokens and templates of model directories, and SentencePiece vocabularies in them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/text/sentencepiece_model.h"
#include "tests/text/text_files.h"

namespace braid::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ModelDirectory& tiny(ModelDirectory& directory) {
  return directory.with("tokenizer.json", tiny_golden()["tokenizer"]);
}

TEST(SpecialTokens, OrderOfAuthority) {
  ModelDirectory directory;
  tiny(directory).with("config.json", Json{{"eos_token_id", {0, 2}}, {"bos_token_id", 1}});
  EXPECT_THAT(directory.load()->special().stop, ElementsAre(0, 2));
  EXPECT_EQ(directory.load()->special().bos, 1);
  directory.with("tokenizer_config.json",
                 Json{{"eos_token", {{"content", "<|im_end|>"}}}, {"pad_token", "<|endoftext|>"}});
  EXPECT_THAT(directory.load()->special().stop, ElementsAre(2));
  EXPECT_EQ(directory.load()->special().pad, 0);
  // The list of generation_config.json, led by what tokenizer_config.json calls the end of a turn.
  directory.with("generation_config.json", Json{{"eos_token_id", {0, 1, 2, 0}}});
  EXPECT_THAT(directory.load()->special().stop, ElementsAre(2, 0, 1));
  directory.with("generation_config.json", Json{{"eos_token_id", 1}, {"pad_token_id", -1}});
  EXPECT_THAT(directory.load()->special().stop, ElementsAre(1));
  EXPECT_EQ(directory.load()->special().pad, 0);
}

TEST(SpecialTokens, BadValuesAreNamed) {
  const auto refusal = [](const std::string& file, const Json& config) {
    ModelDirectory directory;
    return tiny(directory).with(file, config).load_failure();
  };
  EXPECT_THAT(refusal("generation_config.json", Json{{"eos_token_id", 334}}),
              HasSubstr("generation_config.json: eos_token_id: \"334\" is not an id"));
  EXPECT_THAT(refusal("config.json", Json{{"bos_token_id", "x"}}), HasSubstr("bos_token_id"));
  EXPECT_THAT(refusal("tokenizer_config.json", Json{{"eos_token", "</s>"}}),
              HasSubstr("eos_token \"</s>\" is not in the vocabulary"));
  EXPECT_THAT(refusal("tokenizer_config.json", Json{{"eos_token", 5}}),
              HasSubstr("eos_token: expected a token"));
  EXPECT_THAT(refusal("tokenizer_config.json", Json{{"add_bos_token", true}}),
              HasSubstr("adds a BOS token"));
  EXPECT_THAT(refusal("tokenizer_config.json", Json::array()), HasSubstr("expected an object"));
}

TEST(SpecialTokens, ChatTemplateSources) {
  ModelDirectory directory;
  tiny(directory).with("tokenizer_config.json", Json{{"chat_template", "A"}});
  EXPECT_EQ(directory.load()->special().chat_template, "A");
  const Json named = {{{"name", "tools"}, {"template", "T"}},
                      {{"name", "default"}, {"template", "D"}}};
  directory.with("tokenizer_config.json", Json{{"chat_template", named}});
  EXPECT_EQ(directory.load()->special().chat_template, "D");
  directory.with("tokenizer_config.json", Json{{"chat_template", Json::array({named[0]})}});
  EXPECT_THAT(directory.load_failure(), HasSubstr("named \"default\""));
  directory.with("chat_template.jinja", std::string("J"));
  EXPECT_EQ(directory.load()->special().chat_template, "J");
}

TEST(SpecialTokens, NamedTemplates) {
  ModelDirectory directory;
  const Json list = {{{"name", "default"}, {"template", "D"}},
                     {{"name", "tool_use"}, {"template", "T"}},
                     {{"name", "rag"}, {"template", "R"}}};
  tiny(directory).with("tokenizer_config.json", Json{{"chat_template", list}});
  using Named = std::map<std::string, std::string>;
  EXPECT_EQ(directory.load()->special().named_templates, (Named{{"tool_use", "T"}, {"rag", "R"}}));
  std::filesystem::create_directory(directory.path() / "additional_chat_templates");
  directory.with("additional_chat_templates/rag.jinja", std::string("other"));
  directory.with("additional_chat_templates/notes.txt", std::string("no template"));
  EXPECT_EQ(directory.load()->special().named_templates,
            (Named{{"tool_use", "T"}, {"rag", "other"}}));
  // The file decides on the default, and the list is not looked at then.
  directory.with("chat_template.jinja", std::string("J"));
  EXPECT_EQ(directory.load()->special().chat_template, "J");
  EXPECT_EQ(directory.load()->special().named_templates, (Named{{"rag", "other"}}));
  const Json twice = {list[0], list[1], list[1]};
  ModelDirectory other;
  tiny(other).with("tokenizer_config.json", Json{{"chat_template", twice}});
  EXPECT_THAT(other.load_failure(),
              HasSubstr("chat_template[2].name: \"tool_use\" is there twice"));
}

TEST(SpecialTokens, GgufTemplates) {
  GgufWriter gguf;
  gguf.string("tokenizer.ggml.model", "gpt2");
  gguf.string("tokenizer.ggml.pre", "gpt-2");
  gguf.strings("tokenizer.ggml.tokens", {"a", "b"});
  gguf.strings("tokenizer.ggml.merges", {});
  gguf.string("tokenizer.chat_template", "D");
  gguf.strings("tokenizer.chat_templates", {"tool_use"});
  gguf.string("tokenizer.chat_template.tool_use", "T");
  ModelDirectory directory;
  directory.with("m.gguf", gguf.bytes());
  const auto special = load_tokenizer(directory.path() / "m.gguf")->special();
  EXPECT_EQ(special.chat_template, "D");
  EXPECT_EQ(special.named_templates, (std::map<std::string, std::string>{{"tool_use", "T"}}));
}

TEST(SpecialTokens, OldNamesFile) {
  ModelDirectory directory;
  tiny(directory).with("special_tokens_map.json", Json{{"eos_token", {{"content", "<|im_end|>"}}},
                                                       {"bos_token", "<|im_start|>"}});
  EXPECT_THAT(directory.load()->special().stop, ElementsAre(2));
  EXPECT_EQ(directory.load()->special().bos, 1);
  directory.with("tokenizer_config.json", Json{{"eos_token", "<|endoftext|>"}});
  EXPECT_THAT(directory.load()->special().stop, ElementsAre(0));
  directory.with("special_tokens_map.json", Json{{"bos_token", 7}});
  EXPECT_THAT(directory.load_failure(), HasSubstr("special_tokens_map.json: bos_token"));
}

// tokenizer_config.json says how added tokens are matched, and may add some.
TEST(SpecialTokens, AddedTokensOfTheConfiguration) {
  ModelDirectory directory;
  const auto entry = [](const char* content, bool special, bool rstrip) {
    return Json{{"content", content}, {"special", special}, {"rstrip", rstrip}};
  };
  Json config = {
      {"added_tokens_decoder",
       {{"2", entry("<|im_end|>", true, true)}, {"334", entry("<|new|>", true, false)}}}};
  tiny(directory).with("tokenizer_config.json", config);
  const auto tokenizer = directory.load();
  EXPECT_EQ(tokenizer->special_id("<|new|>"), 334);
  EXPECT_THAT(tokenizer->encode_rendered({"<|im_end|> \n<|new|>", {}, {}}), ElementsAre(2, 334));
  EXPECT_EQ(tokenizer->decode(std::vector<int32_t>{334}), "<|new|>");
  EXPECT_EQ(tokenizer->piece(334), "<|new|>");
  config["added_tokens_decoder"]["340"] = entry("<|far|>", true, false);
  directory.with("tokenizer_config.json", config);
  EXPECT_THAT(directory.load_failure(), HasSubstr("the tokenizers library gives it 335"));
  config["added_tokens_decoder"] = {{"3", entry("<|im_end|>", true, false)}};
  directory.with("tokenizer_config.json", config);
  EXPECT_THAT(directory.load_failure(),
              HasSubstr("has the ids 2 and, in tokenizer_config.json, 3"));
}

// An added token that ends texts by its id is a control token, whatever it says itself.
TEST(SpecialTokens, StopIdsAreControlTokens) {
  Json json = tiny_golden()["tokenizer"];
  json["added_tokens"][2]["special"] = false;
  ModelDirectory directory;
  directory.with("tokenizer.json", json)
      .with("generation_config.json", Json{{"eos_token_id", {0, 2}}});
  EXPECT_GT(directory.load()->encode("<|im_end|>").size(), 1u);
  EXPECT_EQ(directory.load()->special_id("<|im_end|>"), 2);
}

TEST(SpecialTokens, PostProcessorAndConfigDecideOnBos) {
  Json json = tiny_golden()["tokenizer"];
  const Json text = {{"Sequence", {{"id", "A"}, {"type_id", 0}}}};
  const auto special = [](const char* name) {
    return Json{{"SpecialToken", {{"id", name}, {"type_id", 0}}}};
  };
  json["post_processor"] = {
      {"type", "Sequence"},
      {"processors",
       {{{"type", "ByteLevel"}},
        {{"type", "TemplateProcessing"},
         {"single", Json::array({special("<|endoftext|>"), text, special("<|im_end|>")})}}}}};
  ModelDirectory directory;
  directory.with("tokenizer.json", json);
  directory.with("tokenizer_config.json", Json{{"bos_token", "<|endoftext|>"}});
  EXPECT_TRUE(directory.load()->special().add_bos);
  EXPECT_TRUE(directory.load()->special().add_eos);
  directory.with("tokenizer_config.json",
                 Json{{"bos_token", "<|endoftext|>"}, {"add_bos_token", false}});
  EXPECT_FALSE(directory.load()->special().add_bos);
  directory.with("tokenizer_config.json", Json{{"bos_token", "<|im_start|>"}});
  EXPECT_THAT(directory.load_failure(), HasSubstr("only the BOS token is supported"));
}

// An added token that is not marked special, but that the configuration gives a role.
TEST(SpecialTokens, RoleTokensAreControlTokens) {
  Json json = tiny_golden()["tokenizer"];
  json["added_tokens"][2]["special"] = false;
  ModelDirectory directory;
  directory.with("tokenizer.json", json);
  EXPECT_THAT(directory.load()->encode("<|im_end|>"), ElementsAre(2));
  directory.with("tokenizer_config.json", Json{{"eos_token", "<|im_end|>"}});
  EXPECT_GT(directory.load()->encode("<|im_end|>").size(), 1u);
  EXPECT_EQ(directory.load()->special_id("<|im_end|>"), 2);
}

// Pieces for "▁a", "b" and single characters; merges have the better scores.
std::string small_model(bool dummy_prefix) {
  SentencePieceModel model;
  model.type = SentencePieceModel::kBpe;
  model.add_dummy_prefix = dummy_prefix;
  model.remove_extra_whitespaces = false;
  model.pieces = {{"<unk>", 0, PieceType::kUnknown},  {"<s>", 0, PieceType::kControl},
                  {"</s>", 0, PieceType::kControl},   {"\u2581a", -1, PieceType::kNormal},
                  {"\u2581", -2, PieceType::kNormal}, {"a", -3, PieceType::kNormal},
                  {"b", -4, PieceType::kNormal},      {"<u>", 0, PieceType::kUserDefined}};
  return serialize(model);
}

TEST(SentencePieceTokenizer, BareModel) {
  ModelDirectory directory;
  directory.with("tokenizer.model", small_model(true));
  const auto tokenizer = load_tokenizer(directory.path() / "tokenizer.model");
  EXPECT_EQ(tokenizer->vocab_size(), 8);
  EXPECT_THAT(tokenizer->encode("a b"), ElementsAre(3, 4, 6));
  EXPECT_THAT(tokenizer->encode("b<u>"), ElementsAre(4, 6, 7));
  const auto plain = tokenizer->encode("</s>");  // control tokens are text like any other
  EXPECT_EQ(std::ranges::count(plain, 2), 0);
  EXPECT_EQ(tokenizer->decode(std::vector<int32_t>{1, 3, 4, 6, 2}), "<s>a b</s>");
  EXPECT_EQ(tokenizer->piece(3), " a");
  EXPECT_EQ(tokenizer->special_id("<s>"), 1);
  EXPECT_EQ(tokenizer->special_id("<u>"), std::nullopt);
  EXPECT_EQ(tokenizer->special().bos, 1);
  EXPECT_THAT(tokenizer->special().stop, ElementsAre(2));
  EXPECT_TRUE(tokenizer->special().add_bos);
  EXPECT_THAT(error_of([&] { tokenizer->encode("\xff"); }), HasSubstr("not UTF-8"));
  EXPECT_THAT(error_of([&] { tokenizer->decode(std::vector<int32_t>{8}); }),
              HasSubstr("outside the vocabulary of 8 tokens"));
}

TEST(SentencePieceTokenizer, WithoutDummyPrefix) {
  ModelDirectory directory;
  directory.with("tokenizer.model", small_model(false));
  const auto tokenizer = directory.load();
  EXPECT_THAT(tokenizer->encode("a"), ElementsAre(5));
}

TEST(SentencePieceTokenizer, DirectoryAddsControlTokens) {
  ModelDirectory directory;
  directory.with("tokenizer.model", small_model(true));
  Json added = {{"1", {{"content", "<s>"}, {"special", true}}},
                {"8", {{"content", "<|im_start|>"}, {"special", true}}},
                {"9", {{"content", "<|im_end|>"}, {"special", true}}}};
  Json config = {
      {"eos_token", "<|im_end|>"}, {"add_bos_token", false}, {"added_tokens_decoder", added}};
  directory.with("tokenizer_config.json", config);
  const auto tokenizer = directory.load();
  EXPECT_EQ(tokenizer->vocab_size(), 10);
  EXPECT_EQ(tokenizer->special_id("<|im_start|>"), 8);
  EXPECT_THAT(tokenizer->special().stop, ElementsAre(9));
  EXPECT_FALSE(tokenizer->special().add_bos);
  EXPECT_EQ(tokenizer->decode(std::vector<int32_t>{8, 3, 9}), "<|im_start|>a<|im_end|>");
  // A token that is not special is matched in any text.
  EXPECT_THAT(tokenizer->encode("a<|im_end|>"), ElementsAre(3, 0));
  config["added_tokens_decoder"]["9"]["special"] = false;
  config.erase("eos_token");
  directory.with("tokenizer_config.json", config);
  EXPECT_THAT(directory.load()->encode("a<|im_end|>"), ElementsAre(3, 9));
  config["added_tokens_decoder"] = {{"11", {{"content", "<|im_end|>"}, {"special", true}}}};
  directory.with("tokenizer_config.json", config);
  EXPECT_THAT(directory.load_failure(), HasSubstr("does not follow the 8 tokens before it"));
}

TEST(SentencePieceTokenizer, TokenizerJsonWins) {
  ModelDirectory directory;
  directory.with("tokenizer.model", small_model(true));
  EXPECT_EQ(directory.load()->vocab_size(), 8);
  tiny(directory);
  EXPECT_EQ(directory.load()->vocab_size(), 334);
}

// Where a space goes in a conversation: `legacy` of transformers' Llama tokenizer.
TEST(SentencePieceTokenizer, LegacyPutsASpaceBehindControlTokens) {
  ModelDirectory directory;
  directory.with("tokenizer.model", small_model(true));
  const RenderedText text = {"a<s>a</s> a", {}, {}};
  EXPECT_THAT(directory.load()->encode_rendered(text), ElementsAre(3, 1, 3, 2, 4, 3));
  directory.with("tokenizer_config.json", Json{{"legacy", false}});
  const auto tokenizer = directory.load();
  EXPECT_THAT(tokenizer->encode_rendered(text), ElementsAre(3, 1, 5, 2, 3));
  EXPECT_THAT(tokenizer->encode_rendered({"<s>a", {}, {}}), ElementsAre(1, 5));
  EXPECT_THAT(tokenizer->encode_spans(text),
              ElementsAre(TokenSpan{3, {0, 1}}, TokenSpan{1, {1, 4}}, TokenSpan{5, {4, 5}},
                          TokenSpan{2, {5, 9}}, TokenSpan{3, {9, 11}}));
  // A foreign byte in the middle of a name keeps it plain.
  EXPECT_THAT(tokenizer->encode_rendered({"a</s>", {{3, 4}}, {}}), ElementsAre(3, 0));
  EXPECT_THAT(tokenizer->encode_rendered({"a</s>", {{0, 1}}, {}}), ElementsAre(3, 2));
}

}  // namespace
}  // namespace braid::test

// Damaged and malicious tokenizer files: one clear error, nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "data/text/sentencepiece_model.h"
#include "tests/text/text_files.h"

namespace braid::test {
namespace {

using ::testing::HasSubstr;

// What loading says after `change` was made to the tiny tokenizer.json.
std::string refusal(const std::function<void(Json&)>& change) {
  Json json = tiny_golden()["tokenizer"];
  change(json);
  return ModelDirectory().with("tokenizer.json", json).load_failure();
}

TEST(HostileTokenizerJson, UnknownComponentsAreNamed) {
  const auto set = [](const char* key, const Json& value) {
    return [key, value](Json& j) { j[key] = value; };
  };
  const auto normalizer = [&](const Json& value) { return set("normalizer", value); };
  const auto pre_tokenizer = [&](const Json& value) { return set("pre_tokenizer", value); };
  const auto decoder = [&](const Json& value) { return set("decoder", value); };
  const Json metaspace = {{"type", "Metaspace"}, {"replacement", "_"}};
  const auto changed = [](Json json, const char* key, const Json& value) {
    json[key] = value;
    return json;
  };
  const std::vector<std::pair<std::function<void(Json&)>, std::string>> cases = {
      {[](Json& j) { j["model"]["type"] = "WordPiece"; }, "the model \"WordPiece\""},
      {[](Json& j) { j["model"]["type"] = "WordLevel"; }, "the model \"WordLevel\""},
      {[](Json& j) { j["model"]["end_of_word_suffix"] = "</w>"; }, "model.end_of_word_suffix"},
      {[](Json& j) { j["model"]["dropout"] = 0.1; }, "model.dropout"},
      {[](Json& j) { j["model"]["unk_token"] = "<none>"; }, "\"<none>\" is not in model.vocab"},
      {[](Json& j) { j["model"]["new_setting"] = 1; }, "new_setting"},
      {normalizer({{"type", "BertNormalizer"}}), "the normalizer \"BertNormalizer\""},
      {normalizer({{"type", "Nmt"}}), "the normalizer \"Nmt\""},
      {normalizer({{"type", "StripAccents"}}), "the normalizer \"StripAccents\""},
      {normalizer({{"type", "Sequence"}, {"normalizers", {{{"type", "ByteLevel"}}}}}),
       "normalizer.normalizers[0].type: the normalizer \"ByteLevel\""},
      {normalizer({{"type", "NFC"}, {"odd", 1}}), "odd"},
      {normalizer({{"type", "Sequence"}}), "normalizers: expected a list"},
      {normalizer({{"type", "Replace"}, {"pattern", "x"}, {"content", ""}}), "pattern"},
      {normalizer({{"type", "Replace"}, {"pattern", {{"String", ""}}}, {"content", "x"}}),
       "pattern: is empty"},
      {normalizer({{"type", "Replace"}, {"pattern", {{"Regex", "x*"}}}, {"content", ""}}),
       "can match nothing"},
      {normalizer({{"type", "Precompiled"}, {"precompiled_charsmap", "AAA"}}), "is not base64"},
      {normalizer({{"type", "Precompiled"}, {"precompiled_charsmap", "AAAA"}}), "is damaged"},
      {pre_tokenizer({{"type", "UnicodeScripts"}}), "the pre-tokenizer \"UnicodeScripts\""},
      {pre_tokenizer({{"type", "BertPreTokenizer"}}), "the pre-tokenizer \"BertPreTokenizer\""},
      {pre_tokenizer({{"type", "Sequence"},
                      {"pretokenizers",
                       {{{"type", "ByteLevel"}, {"add_prefix_space", false}},
                        {{"type", "Digits"}, {"individual_digits", true}}}}}),
       "pretokenizers[1].type: \"Digits\" after ByteLevel"},
      {pre_tokenizer({{"type", "Split"},
                      {"pattern", {{"Regex", "a"}}},
                      {"behavior", "Elsewhere"},
                      {"invert", false}}),
       "Elsewhere"},
      {pre_tokenizer({{"type", "Split"}, {"pattern", {{"Text", "a"}}}, {"behavior", "Removed"}}),
       "expected a String or a Regex"},
      {pre_tokenizer(changed(metaspace, "replacement", "ab")), "expected one character"},
      {pre_tokenizer(changed(metaspace, "prepend_scheme", "last")), "\"last\" is not supported"},
      {pre_tokenizer(changed(metaspace, "add_prefix_space", false)), "contradicts prepend_scheme"},
      {decoder({{"type", "WordPiece"}}), "the decoder \"WordPiece\""},
      {decoder({{"type", "BPEDecoder"}}), "the decoder \"BPEDecoder\""},
      {decoder({{"type", "CTC"}}), "the decoder \"CTC\""},
      {decoder({{"type", "Strip"}, {"content", " "}, {"start", -1}}), "start: is negative"},
      {set("post_processor", {{"type", "RobertaProcessing"}}),
       "the post-processor \"RobertaProcessing\""},
      {set("post_processor", {{"type", "TemplateProcessing"}, {"single", {1}}}), "single"},
      {[](Json& j) { j["added_tokens"][4]["odd"] = true; }, "added_tokens[4]"},
  };
  for (const auto& [change, message] : cases) EXPECT_THAT(refusal(change), HasSubstr(message));
  EXPECT_EQ(refusal([](Json&) {}), "no error");
}

TEST(HostileTokenizerJson, VocabularyAndMerges) {
  const std::vector<std::pair<std::function<void(Json&)>, std::string>> cases = {
      {[](Json& j) { j.erase("model"); }, "model: is missing"},
      {[](Json& j) { j["model"].erase("merges"); }, "model.merges: is missing"},
      {[](Json& j) { j["model"]["vocab"] = Json::object(); }, "model.vocab"},
      {[](Json& j) { j["model"]["vocab"]["new"] = 300; }, "both have the id 300"},
      {[](Json& j) { j["model"]["vocab"]["new"] = -1; }, "has the id -1"},
      {[](Json& j) { j["model"]["vocab"]["new"] = 4000000000u; }, "has the id 4000000000"},
      {[](Json& j) { j["model"]["vocab"]["new"] = "7"; }, "is not an integer"},
      {[](Json& j) { j["model"]["vocab"][""] = 340; }, "empty name"},
      {[](Json& j) {
         j["model"]["merges"].push_back({"qq", "zz"});
       },
       "names \"qq\", which is not in the vocabulary"},
      {[](Json& j) {
         j["model"]["merges"].push_back({"a", "\u0120"});
       },
       "names \"a\u0120\""},
      {[](Json& j) { j["model"]["merges"].push_back(Json(j["model"]["merges"][0])); },
       "is there twice"},
      {[](Json& j) { j["model"]["merges"].push_back("one"); }, "expected two tokens"},
      {[](Json& j) { j["model"]["merges"].push_back("a b c"); }, "expected two tokens"},
      {[](Json& j) { j["model"]["merges"].push_back(7); }, "expected two tokens"},
      {[](Json& j) { j["added_tokens"][1]["id"] = 2; }, "the tokenizers library gives it 1"},
      {[](Json& j) { j["added_tokens"][4]["id"] = 339; }, "the tokenizers library gives it 332"},
      {[](Json& j) { j["added_tokens"][4]["content"] = "<|im_end|>"; }, "is there twice"},
      {[](Json& j) { j["added_tokens"][1]["content"] = ""; }, "content: is empty"},
      {[](Json& j) { j["added_tokens"] = 5; }, "added_tokens: expected a list"},
      {[](Json& j) { j["added_tokens"][0] = nullptr; }, "added_tokens[0]"},
  };
  for (const auto& [change, message] : cases) EXPECT_THAT(refusal(change), HasSubstr(message));
}

TEST(HostileTokenizerJson, TruncatedOrNotText) {
  const std::string whole = tiny_golden()["tokenizer"].dump();
  for (size_t size = 0; size < whole.size(); size += 397) {
    EXPECT_THAT(ModelDirectory().with("tokenizer.json", whole.substr(0, size)).load_failure(),
                HasSubstr("not valid JSON"));
  }
  std::string bad = whole;
  bad[bad.find("jumps")] = '\xff';
  EXPECT_THAT(ModelDirectory().with("tokenizer.json", bad).load_failure(),
              HasSubstr("not valid JSON"));
}

// Random changes of bytes: loads or fails with an Error, and what loads can encode.
TEST(HostileTokenizerJson, RandomDamage) {
  const std::string whole = tiny_golden()["tokenizer"].dump();
  std::mt19937 random(3);
  for (int round = 0; round < 150; ++round) {
    std::string damaged = whole;
    for (int i = 0; i < 3; ++i)
      damaged[random() % whole.size()] = static_cast<char>(random() % 128);
    ModelDirectory directory;
    directory.with("tokenizer.json", damaged);
    error_of([&] { directory.load()->encode("The quick brown fox, 123!"); });
  }
}

TEST(HostileText, InvalidUtf8AndIds) {
  ModelDirectory directory;
  const auto tokenizer = directory.with("tokenizer.json", tiny_golden()["tokenizer"]).load();
  EXPECT_THAT(error_of([&] { tokenizer->encode("abc\xff"); }),
              HasSubstr("not UTF-8: byte 0xff at offset 3"));
  for (const int32_t id : {-1, 334, 1 << 30}) {
    EXPECT_THAT(error_of([&] {
                  tokenizer->decode(std::vector<int32_t>{1, id});
                }),
                HasSubstr("outside the vocabulary of 334 tokens"));
    EXPECT_THAT(error_of([&] { tokenizer->piece(id); }), HasSubstr("outside the vocabulary"));
  }
}

std::string gguf_refusal(const std::function<void(GgufWriter&)>& fill) {
  GgufWriter gguf;
  fill(gguf);
  ModelDirectory directory;
  directory.with("m.gguf", gguf.bytes());
  return error_of([&] { load_tokenizer(directory.path() / "m.gguf"); });
}

TEST(HostileGguf, MissingAndInconsistentKeys) {
  const auto base = [](GgufWriter& gguf, const std::string& pre = "gpt-2") {
    gguf.string("tokenizer.ggml.model", "gpt2");
    gguf.string("tokenizer.ggml.pre", pre);
    gguf.strings("tokenizer.ggml.tokens", {"a", "b", "ab"});
  };
  const std::string merges = "tokenizer.ggml.merges", types = "tokenizer.ggml.token_type";
  const std::vector<std::pair<std::function<void(GgufWriter&)>, std::string>> cases = {
      {[](GgufWriter&) {}, "\"tokenizer.ggml.model\" is missing"},
      {[](GgufWriter& g) { g.string("tokenizer.ggml.model", "bert"); },
       "tokenizer.ggml.model is \"bert\"; supported: gpt2, llama"},
      {[&](GgufWriter& g) { base(g, "tekken"); }, "tokenizer.ggml.pre is \"tekken\"; supported:"},
      {[&](GgufWriter& g) { base(g); }, "\"tokenizer.ggml.merges\" is missing"},
      {[&](GgufWriter& g) { base(g), g.strings(merges, {"ab"}); }, "not two tokens"},
      {[&](GgufWriter& g) { base(g), g.strings(merges, {"a "}); }, "not two tokens"},
      {[&](GgufWriter& g) { base(g), g.strings(merges, {"a x"}); }, "names \"x\""},
      {[&](GgufWriter& g) {
         base(g), g.strings(merges, {"a b"}), g.int32s(types, {1, 1});
       },
       "has 2 entries for 3 tokens"},
      {[&](GgufWriter& g) {
         base(g), g.strings(merges, {"a b"}), g.int32s(types, {1, 1, 6});
       },
       "has the type 6"},
      {[&](GgufWriter& g) { base(g), g.uint32("tokenizer.ggml.eos_token_id", 3); },
       "eos_token_id is 3, outside"},
      {[&](GgufWriter& g) { base(g), g.boolean("tokenizer.ggml.add_bos_token", true); },
       "no tokenizer.ggml.bos_token_id"},
      {[](GgufWriter& g) {
         g.string("tokenizer.ggml.model", "llama");
         g.strings("tokenizer.ggml.tokens", {"<unk>", "a"});
       },
       "tokenizer.ggml.scores must hold"},
      {[](GgufWriter& g) {
         g.string("tokenizer.ggml.model", "llama");
         g.strings("tokenizer.ggml.tokens", {"<unk>", "<0x41>"});
         g.floats("tokenizer.ggml.scores", {0, 0});
         g.int32s("tokenizer.ggml.token_type", {2, 6});
         g.boolean("tokenizer.ggml.add_bos_token", false);
       },
       "256 byte pieces"},
  };
  for (const auto& [fill, message] : cases) EXPECT_THAT(gguf_refusal(fill), HasSubstr(message));
  EXPECT_EQ(gguf_refusal([&](GgufWriter& g) { base(g), g.strings(merges, {"a b"}); }), "no error");
}

// A small SentencePiece model of our own.
SentencePieceModel small_model() {
  SentencePieceModel model;
  model.type = SentencePieceModel::kBpe;
  model.pieces = {{"<unk>", 0, PieceType::kUnknown},  {"<s>", 0, PieceType::kControl},
                  {"</s>", 0, PieceType::kControl},   {"\u2581", -1, PieceType::kNormal},
                  {"a", -2, PieceType::kNormal},      {"b", -3, PieceType::kNormal},
                  {"\u2581a", -4, PieceType::kNormal}};
  return model;
}

std::string model_failure(const std::string& bytes) {
  ModelDirectory directory;
  directory.with("tokenizer.model", bytes);
  return error_of([&] { load_tokenizer(directory.path() / "tokenizer.model")->encode("a b"); });
}

TEST(HostileSentencePiece, VocabularyErrors) {
  EXPECT_EQ(model_failure(serialize(small_model())), "no error");
  const auto changed = [](const std::function<void(SentencePieceModel&)>& change) {
    SentencePieceModel model = small_model();
    change(model);
    return model_failure(serialize(model));
  };
  EXPECT_THAT(changed([](auto& m) { m.pieces.clear(); }), HasSubstr("has no pieces"));
  EXPECT_THAT(changed([](auto& m) { m.pieces[4].text = ""; }), HasSubstr("empty or not text"));
  EXPECT_THAT(changed([](auto& m) { m.pieces[4].text = "\xff"; }), HasSubstr("\"\\xff\""));
  EXPECT_THAT(changed([](auto& m) { m.pieces[4].text = "b"; }), HasSubstr("there twice"));
  EXPECT_THAT(changed([](auto& m) { m.pieces[0].type = PieceType::kNormal; }),
              HasSubstr("0 unknown tokens"));
  EXPECT_THAT(changed([](auto& m) { m.pieces[4].type = static_cast<PieceType>(9); }),
              HasSubstr("unknown type"));
  EXPECT_THAT(changed([](auto& m) { m.pieces[4].score = NAN; }), HasSubstr("no number"));
  EXPECT_THAT(changed([](auto& m) { m.type = 4; }), HasSubstr("model type 4"));
  EXPECT_THAT(model_failure(""), HasSubstr("has no pieces"));
  EXPECT_THAT(model_failure("{\"a\": 1}"), HasSubstr("not a SentencePiece model, or truncated"));
}

// The library itself writes to stderr and may abort on such files; nothing of them must reach it.
TEST(HostileSentencePiece, DamageIsAnErrorAndPrintsNothing) {
  std::vector<std::string> models = {serialize(small_model())};
  if (const auto shared = shared_path("tokenizers/tiny_spm/test_model.model")) {
    models.push_back(read_text_file(*shared));
  }
  std::mt19937 random(5);
  testing::internal::CaptureStderr();
  for (const std::string& whole : models) {
    for (int round = 0; round < 60; ++round) {
      EXPECT_NE(model_failure(whole.substr(0, random() % (whole.size() - 1))), "");
      std::string damaged = whole;
      for (int i = 0; i < 4; ++i) damaged[random() % whole.size()] = static_cast<char>(random());
      model_failure(damaged);
    }
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

// Transitions and offsets of the normalisation table that lead outside of it.
TEST(HostileSentencePiece, NormalisationTable) {
  const auto with_table = [](const std::vector<uint32_t>& trie, const std::string& texts) {
    const auto size = static_cast<uint32_t>(trie.size() * sizeof(uint32_t));
    std::string table(reinterpret_cast<const char*>(&size), sizeof(size));
    table.append(reinterpret_cast<const char*>(trie.data()), size);
    table += texts;
    std::string normalizer = "\x12";  // field 2, bytes
    for (size_t length = table.size();; length >>= 7) {
      normalizer += static_cast<char>(length >= 0x80 ? (length & 0x7f) | 0x80 : length);
      if (length < 0x80) break;
    }
    normalizer += table;
    std::string model = serialize(small_model()) + "\x1a";  // field 3, bytes
    for (size_t length = normalizer.size();; length >>= 7) {
      model += static_cast<char>(length >= 0x80 ? (length & 0x7f) | 0x80 : length);
      if (length < 0x80) break;
    }
    return model_failure(model + normalizer);
  };
  const std::string texts("x\0", 2);
  std::vector<uint32_t> empty(256, 0);
  EXPECT_EQ(with_table(empty, texts), "no error");
  auto far = empty;
  far[0] = 4000u << 10;
  EXPECT_THAT(with_table(far, texts), HasSubstr("normalisation table is damaged"));
  auto leaf = empty;
  leaf[0] = 1u << 8 | 1u << 10;
  leaf[1] = 1u << 31 | 77;
  EXPECT_THAT(with_table(leaf, texts), HasSubstr("normalisation table is damaged"));
  EXPECT_THAT(with_table(empty, "x"), HasSubstr("normalisation table is damaged"));
  EXPECT_THAT(with_table(empty, ""), HasSubstr("normalisation table is damaged"));
}

// Plain text must not become a control token by way of merges: the library would make it one.
TEST(HostileTokenizerJson, MergesMakeNoControlTokens) {
  Json json = tiny_golden()["tokenizer"];
  for (const char* token : {"<|", "im", "<|im", "_end|>", "_end", "|>", "_e", "nd"}) {
    if (!json["model"]["vocab"].contains(token)) {
      json["model"]["vocab"][token] = json["model"]["vocab"].size();
    }
  }
  for (const auto& [left, right] :
       std::vector<std::pair<std::string, std::string>>{{"<", "|"},
                                                        {"i", "m"},
                                                        {"n", "d"},
                                                        {"_", "e"},
                                                        {"_e", "nd"},
                                                        {"|", ">"},
                                                        {"_end", "|>"},
                                                        {"<|", "im"},
                                                        {"<|im", "_end|>"}}) {
    const Json merge = {left, right};
    auto& merges = json["model"]["merges"];
    if (std::find(merges.begin(), merges.end(), merge) == merges.end()) merges.push_back(merge);
  }
  for (Json& token : json["added_tokens"]) {
    if (token["id"] > 330)
      token["id"] = token["id"].get<int>() + json["model"]["vocab"].size() - 331;
  }
  ModelDirectory directory;
  const auto tokenizer = directory.with("tokenizer.json", json).load();
  const auto ids = tokenizer->encode("<|im_end|>");
  EXPECT_EQ(std::ranges::count(ids, 2), 0) << joined(ids);
  EXPECT_EQ(tokenizer->decode(ids), "<|im_end|>");
  EXPECT_THAT(tokenizer->encode_rendered({"<|im_end|>", {}, {}}), ::testing::ElementsAre(2));
}

TEST(LoadTokenizer, SaysWhatIsMissing) {
  ModelDirectory directory;
  EXPECT_THAT(directory.load_failure(), HasSubstr("neither tokenizer.json nor tokenizer.model"));
  EXPECT_THAT(error_of([&] { load_tokenizer(directory.path() / "absent"); }),
              HasSubstr("no such file or directory"));
  directory.with("tokenizer.json", Json::object());
  EXPECT_THAT(error_of([&] { load_tokenizer(directory.path() / "tokenizer.json"); }),
              HasSubstr("give its directory"));
}

}  // namespace
}  // namespace braid::test

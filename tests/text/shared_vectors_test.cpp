// Published vocabularies and test vectors, where the shared material is there: GPT-2, Phi-2,
// StarCoder, Llama 2, Mistral, T5.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/text/text_files.h"

namespace braid::test {
namespace {

constexpr const char* kNoShared = "the shared tokenizer files are not here";

std::vector<Json> read_lines(const std::filesystem::path& path) {
  std::vector<Json> lines;
  std::istringstream file(read_text_file(path));
  for (std::string line; std::getline(file, line);) lines.push_back(parse_json(line, path));
  return lines;
}

// llama.cpp's vectors: texts separated by a marker line, ids one line per text.
std::vector<std::pair<std::string, std::vector<int32_t>>> read_vectors(const std::string& path) {
  const std::string separator = "\n__ggml_vocab_test__\n";
  const std::string texts = read_text_file(path + ".inp");
  std::istringstream expected(read_text_file(path + ".out"));
  std::vector<std::pair<std::string, std::vector<int32_t>>> vectors;
  for (size_t at = 0; at < texts.size();) {
    const size_t end = std::min(texts.find(separator, at), texts.size());
    std::string line;
    std::getline(expected, line);
    std::istringstream numbers(line);
    vectors.push_back({texts.substr(at, end - at), {}});
    for (int32_t id; numbers >> id;) vectors.back().second.push_back(id);
    at = end + separator.size();
  }
  return vectors;
}

class GgufVectors : public ::testing::TestWithParam<const char*> {};

TEST_P(GgufVectors, Agree) {
  const auto path = shared_path(std::string("tokenizers/") + GetParam());
  if (!path) GTEST_SKIP() << kNoShared;
  const auto tokenizer = load_tokenizer(*path);
  const auto vectors = read_vectors(path->string());
  EXPECT_EQ(vectors.size(), 46u);
  for (const auto& [text, ids] : vectors) {
    EXPECT_EQ(joined(tokenizer->encode(text)), joined(ids)) << text;
    // SentencePiece: a space stands in front of the text, which decoding takes away.
    EXPECT_EQ(tokenizer->decode(ids), text);
  }
}

INSTANTIATE_TEST_SUITE_P(All, GgufVectors,
                         ::testing::Values("gpt2_bpe/ggml-vocab-gpt-2.gguf",
                                           "starcoder_gguf/ggml-vocab-starcoder.gguf",
                                           "llama2_spm/ggml-vocab-llama-spm.gguf",
                                           "phi3_json/ggml-vocab-phi-3.gguf"));

TEST(SharedVectors, Gpt2Gguf) {
  const auto path = shared_path("tokenizers/gpt2_bpe");
  if (!path) GTEST_SKIP() << kNoShared;
  const auto tokenizer = load_tokenizer(*path / "ggml-vocab-gpt-2.gguf");
  size_t compared = 0;
  for (const Json& line : read_lines(*path / "golden.jsonl")) {
    const auto text = line["text"].get<std::string>();
    EXPECT_EQ(tokenizer->decode(ids_of(line["ids"])), text);
    // The reference was told to read special tokens in the text.
    if (text.find("<|endoftext|>") != std::string::npos) continue;
    EXPECT_EQ(joined(tokenizer->encode(text)), joined(ids_of(line["ids"]))) << text;
    ++compared;
  }
  EXPECT_GT(compared, 300u);
}

TEST(SharedVectors, Phi2Json) {
  const auto path = shared_path("tokenizers/phi2_json");
  if (!path) GTEST_SKIP() << kNoShared;
  const auto tokenizer = load_tokenizer(*path);
  size_t compared = 0;
  for (const Json& line : read_lines(*path / "tokenizer_json.golden.jsonl")) {
    const auto text = line["text"].get<std::string>();
    const auto ids = tokenizer->encode(text);
    EXPECT_EQ(tokenizer->decode(ids), text);
    // The reference was told to read special tokens in the text.
    if (text.find("<|endoftext|>") != std::string::npos) continue;
    EXPECT_EQ(joined(ids), joined(ids_of(line["ids"]))) << text;
    ++compared;
  }
  EXPECT_GT(compared, 300u);
  EXPECT_EQ(tokenizer->special_id("<|endoftext|>"), 50256);
  EXPECT_FALSE(tokenizer->special().add_bos);
}

// A vocabulary of 2,000 tokens that lacks most bytes, and an NFC normalizer, which is refused.
TEST(SharedVectors, TinyJson) {
  const auto path = shared_path("tokenizers/tiny_bpe");
  if (!path) GTEST_SKIP() << kNoShared;
  Json json = read_json_file(*path / "tiny_bpe_tokenizer.json");
  EXPECT_THAT(ModelDirectory().with("tokenizer.json", json).load_failure(),
              ::testing::HasSubstr("the normalizer \"NFC\" is not supported"));
  json["normalizer"] = nullptr;
  ModelDirectory model;
  const auto tokenizer = model.with("tokenizer.json", json).load();
  size_t compared = 0;
  for (const Json& line : read_lines(*path / "tokenizer_json.golden.jsonl")) {
    const auto text = line["text"].get<std::string>();
    const bool ascii = std::ranges::all_of(text, [](char c) { return c >= 0; });
    if (!ascii || text.find("<|") != std::string::npos) continue;  // NFC leaves ASCII alone
    EXPECT_EQ(joined(tokenizer->encode(text)), joined(ids_of(line["ids"]))) << text;
    ++compared;
  }
  EXPECT_GT(compared, 200u);
}

struct SentencePieceCase {
  const char* model;
  const char* golden;
};

class SentencePieceVectors : public ::testing::TestWithParam<SentencePieceCase> {};

TEST_P(SentencePieceVectors, Agree) {
  const auto root = shared_path("tokenizers");
  if (!root) GTEST_SKIP() << kNoShared;
  const auto tokenizer = load_tokenizer(*root / GetParam().model);
  size_t compared = 0;
  for (const Json& line : read_lines(*root / GetParam().golden)) {
    const auto text = line["text"].get<std::string>();
    EXPECT_EQ(joined(tokenizer->encode(text)), joined(ids_of(line["ids"]))) << text;
    EXPECT_EQ(tokenizer->decode(ids_of(line["ids"])), line["decoded"].get<std::string>());
    ++compared;
  }
  EXPECT_EQ(compared, 316u);
}

INSTANTIATE_TEST_SUITE_P(
    All, SentencePieceVectors,
    ::testing::Values(
        SentencePieceCase{"llama2_spm/tokenizer.model", "llama2_spm/tokenizer.golden.jsonl"},
        SentencePieceCase{"mistral_v1_spm/tokenizer.model",
                          "mistral_v1_spm/tokenizer.golden.jsonl"},
        SentencePieceCase{"t5_unigram_spm/spiece.model", "t5_unigram_spm/spiece.golden.jsonl"},
        SentencePieceCase{"tiny_spm/m.model", "tiny_spm/m.golden.jsonl"},
        SentencePieceCase{"tiny_spm/test_model.model", "tiny_spm/test_model.golden.jsonl"}));

TEST(SharedVectors, OtherVocabulariesAreRefusedByName) {
  const auto mpt = shared_path("tokenizers/mpt_gguf/ggml-vocab-mpt.gguf");
  const auto phi3 = shared_path("tokenizers/phi3_json");
  if (!mpt || !phi3) GTEST_SKIP() << kNoShared;
  EXPECT_THAT(error_of([&] { load_tokenizer(*mpt); }),
              ::testing::HasSubstr("tokenizer.ggml.pre is \"mpt\"; supported:"));
  EXPECT_THAT(error_of([&] { load_tokenizer(*phi3); }),
              ::testing::HasSubstr("model.byte_fallback: is a SentencePiece vocabulary"));
}

}  // namespace
}  // namespace braid::test

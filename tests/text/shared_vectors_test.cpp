// Published vocabularies and test vectors, where the shared material is there: every id and every
// decoded text of every family.
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

struct Family {
  const char* tokenizer;  // under the shared folder
  const char* golden;     // lines of {text, ids, decoded}; or a base of .inp and .out
  // The reference recognised the names of special tokens in the texts.
  bool reads_special = false;
};

void PrintTo(const Family& family, std::ostream* out) { *out << family.golden; }

// The spans cover the text in order; that they come with the same ids is all a vector can say.
void expect_spans(const Tokenizer& tokenizer, const RenderedText& text,
                  const std::vector<int32_t>& ids) {
  const auto spans = tokenizer.encode_spans(text);
  ASSERT_EQ(spans.size(), ids.size()) << text.text;
  size_t begin = 0;
  for (size_t i = 0; i < spans.size(); ++i) {
    EXPECT_EQ(spans[i].id, ids[i]);
    EXPECT_GE(spans[i].bytes.begin, begin) << text.text;
    EXPECT_LE(spans[i].bytes.begin, spans[i].bytes.end);
    EXPECT_LE(spans[i].bytes.end, text.text.size());
    begin = spans[i].bytes.begin;
  }
}

class GoldenFamily : public ::testing::TestWithParam<Family> {};

TEST_P(GoldenFamily, EveryIdAndText) {
  const auto tokenizer_path = shared_path(GetParam().tokenizer);
  const auto golden = shared_path(GetParam().golden);
  if (!tokenizer_path || !golden) GTEST_SKIP() << kNoShared;
  const auto tokenizer = load_tokenizer(*tokenizer_path);
  size_t compared = 0;
  for (const Json& line : read_lines(*golden)) {
    const auto text = line["text"].get<std::string>();
    const auto expected = ids_of(line["ids"]);
    const RenderedText given =
        GetParam().reads_special ? RenderedText{text, {}, {}} : foreign_text(text);
    EXPECT_EQ(joined(tokenizer->encode_rendered(given)), joined(expected)) << text;
    if (!GetParam().reads_special) {
      EXPECT_EQ(joined(tokenizer->encode(text)), joined(expected)) << text;
    }
    EXPECT_EQ(tokenizer->decode(expected), line["decoded"].get<std::string>());
    expect_spans(*tokenizer, given, expected);
    ++compared;
  }
  EXPECT_EQ(compared, 316u);
}

INSTANTIATE_TEST_SUITE_P(
    All, GoldenFamily,
    ::testing::Values(
        Family{"tokenizers/llama2_spm/tokenizer.model",
               "tokenizers/llama2_spm/tokenizer.golden.jsonl"},
        Family{"tokenizers/llama2_spm/ggml-vocab-llama-spm.gguf",
               "tokenizers/llama2_spm/tokenizer.golden.jsonl"},
        Family{"tokenizers/mistral_v1_spm/tokenizer.model",
               "tokenizers/mistral_v1_spm/tokenizer.golden.jsonl"},
        Family{"tokenizers/t5_unigram_spm/spiece.model",
               "tokenizers/t5_unigram_spm/spiece.golden.jsonl"},
        Family{"tokenizers/tiny_spm/m.model", "tokenizers/tiny_spm/m.golden.jsonl"},
        Family{"tokenizers/tiny_spm/test_model.model",
               "tokenizers/tiny_spm/test_model.golden.jsonl"},
        Family{"models/stories260K/tokenizer.model", "models/stories260K/tokenizer.golden.jsonl"},
        Family{"tokenizers/gpt2_bpe/ggml-vocab-gpt-2.gguf", "tokenizers/gpt2_bpe/golden.jsonl",
               true},
        Family{"tokenizers/phi2_json", "tokenizers/phi2_json/tokenizer_json.golden.jsonl", true},
        Family{"tokenizers/phi3_json", "tokenizers/phi3_json/tokenizer_json.golden.jsonl", true},
        Family{"tokenizers/llama3_tiktoken/tokenizer.model",
               "tokenizers/llama3_tiktoken/golden.jsonl"},
        Family{"tokenizers/llama3_tiktoken", "tokenizers/llama3_tiktoken/golden.jsonl"}));

// The fixture is not called tokenizer.json.
TEST(SharedVectors, TinyJson) {
  const auto path = shared_path("tokenizers/tiny_bpe");
  if (!path) GTEST_SKIP() << kNoShared;
  ModelDirectory model;
  const auto tokenizer =
      model.with_copy(*path / "tiny_bpe_tokenizer.json", "tokenizer.json").load();
  size_t compared = 0;
  for (const Json& line : read_lines(*path / "tokenizer_json.golden.jsonl")) {
    const auto text = line["text"].get<std::string>();
    const auto expected = ids_of(line["ids"]);
    EXPECT_EQ(joined(tokenizer->encode_rendered({text, {}, {}})), joined(expected)) << text;
    EXPECT_EQ(tokenizer->decode(expected), line["decoded"].get<std::string>());
    expect_spans(*tokenizer, {text, {}, {}}, expected);
    ++compared;
  }
  EXPECT_EQ(compared, 316u);
}

// GPT-2's vocabulary once more, as vocab.json and merges.txt name it.
TEST(SharedVectors, Gpt2VocabularyAndMerges) {
  const auto path = shared_path("tokenizers/gpt2_bpe");
  if (!path) GTEST_SKIP() << kNoShared;
  ModelDirectory model;
  const auto tokenizer = model.with("tokenizer.json", gpt2_tokenizer_json(*path)).load();
  size_t compared = 0;
  for (const Json& line : read_lines(*path / "golden.jsonl")) {
    const auto text = line["text"].get<std::string>();
    EXPECT_EQ(joined(tokenizer->encode_rendered({text, {}, {}})), joined(ids_of(line["ids"])));
    EXPECT_EQ(tokenizer->decode(ids_of(line["ids"])), line["decoded"].get<std::string>());
    ++compared;
  }
  EXPECT_EQ(compared, 316u);
}

class LlamaCppVectors : public ::testing::TestWithParam<Family> {};

TEST_P(LlamaCppVectors, Agree) {
  const auto path = shared_path(GetParam().tokenizer);
  const auto base = shared_path(std::string(GetParam().golden) + ".inp");
  if (!path || !base) GTEST_SKIP() << kNoShared;
  const auto tokenizer = load_tokenizer(*path);
  const auto vectors = read_vectors((base->parent_path() / base->stem()).string());
  EXPECT_EQ(vectors.size(), 46u);
  for (const auto& [text, ids] : vectors) {
    EXPECT_EQ(joined(tokenizer->encode(text)), joined(ids)) << text;
    // SentencePiece: a space stands in front of the text, which decoding takes away.
    EXPECT_EQ(tokenizer->decode(ids), text);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, LlamaCppVectors,
    ::testing::Values(Family{"tokenizers/gpt2_bpe/ggml-vocab-gpt-2.gguf",
                             "tokenizers/gpt2_bpe/ggml-vocab-gpt-2.gguf"},
                      Family{"tokenizers/starcoder_gguf/ggml-vocab-starcoder.gguf",
                             "tokenizers/starcoder_gguf/ggml-vocab-starcoder.gguf"},
                      Family{"tokenizers/mpt_gguf/ggml-vocab-mpt.gguf",
                             "tokenizers/mpt_gguf/ggml-vocab-mpt.gguf"},
                      Family{"tokenizers/llama2_spm/ggml-vocab-llama-spm.gguf",
                             "tokenizers/llama2_spm/ggml-vocab-llama-spm.gguf"},
                      Family{"tokenizers/phi3_json/ggml-vocab-phi-3.gguf",
                             "tokenizers/phi3_json/ggml-vocab-phi-3.gguf"},
                      Family{"tokenizers/phi3_json", "tokenizers/phi3_json/ggml-vocab-phi-3.gguf"},
                      Family{"tokenizers/llama3_tiktoken/tokenizer.model",
                             "tokenizers/llama3_tiktoken/ggml-vocab-llama-bpe.gguf"}));

TEST(SharedVectors, Llama3SpecialTokens) {
  const auto path = shared_path("tokenizers/llama3_tiktoken/tokenizer.model");
  if (!path) GTEST_SKIP() << kNoShared;
  const auto tokenizer = load_tokenizer(*path);
  EXPECT_EQ(tokenizer->vocab_size(), 128256);
  EXPECT_EQ(tokenizer->special_id("<|begin_of_text|>"), 128000);
  EXPECT_EQ(tokenizer->special_id("<|eot_id|>"), 128009);
  EXPECT_EQ(tokenizer->special_id("<|reserved_special_token_250|>"), 128255);
  EXPECT_EQ(tokenizer->special().bos, 128000);
  EXPECT_TRUE(tokenizer->special().add_bos);
  EXPECT_THAT(tokenizer->special().stop, ::testing::ElementsAre(128001, 128009));
}

}  // namespace
}  // namespace braid::test

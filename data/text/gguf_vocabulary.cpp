// The tokenizer inside a GGUF file.
#include "data/text/gguf_vocabulary.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/error.h"
#include "data/text/byte_level_bpe.h"
#include "data/text/sentencepiece_model.h"
#include "data/text/sentencepiece_tokenizer.h"

namespace braid {
namespace {

constexpr const char* kModel = "tokenizer.ggml.model";
constexpr const char* kPre = "tokenizer.ggml.pre";
constexpr const char* kTokens = "tokenizer.ggml.tokens";
constexpr const char* kTypes = "tokenizer.ggml.token_type";
constexpr const char* kScores = "tokenizer.ggml.scores";
constexpr const char* kMerges = "tokenizer.ggml.merges";

constexpr const char* kAdvice =
    "use the model's Hugging Face directory (tokenizer.json) or a GGUF made from a supported model";

// GGUF's token types are those of SentencePiece.
std::vector<int64_t> token_types(const GgufFile& file, size_t count) {
  if (!file.has(kTypes)) {
    return std::vector<int64_t>(count, static_cast<int64_t>(PieceType::kNormal));
  }
  const auto& types = file.integers(kTypes);
  if (types.size() != count) {
    fail("{}: {} has {} entries for {} tokens", file.path().string(), kTypes, types.size(), count);
  }
  return types;
}

std::optional<int32_t> token_id(const GgufFile& file, const std::string& key, size_t count) {
  if (!file.has(key)) return std::nullopt;
  const int64_t id = file.integer(key);
  if (id < 0 || static_cast<size_t>(id) >= count) {
    fail("{}: {} is {}, outside the vocabulary of {} tokens", file.path().string(), key, id, count);
  }
  return static_cast<int32_t>(id);
}

SpecialTokens special_tokens(const GgufFile& file, size_t count, bool add_bos_default) {
  SpecialTokens special;
  special.bos = token_id(file, "tokenizer.ggml.bos_token_id", count);
  special.pad = token_id(file, "tokenizer.ggml.padding_token_id", count);
  for (const char* key : {"tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id",
                          "tokenizer.ggml.eom_token_id"}) {
    const auto id = token_id(file, key, count);
    if (id && std::ranges::find(special.stop, *id) == special.stop.end()) {
      special.stop.push_back(*id);
    }
  }
  special.add_bos = file.boolean_or("tokenizer.ggml.add_bos_token", add_bos_default);
  if (special.add_bos && !special.bos) {
    fail("{}: tokenizer.ggml.add_bos_token is set, but there is no tokenizer.ggml.bos_token_id",
         file.path().string());
  }
  special.chat_template = file.string_or("tokenizer.chat_template", "");
  return special;
}

// The split rules that GGUF files name. They are llama.cpp's: `default` is what it applies to files
// whose converter did not know the rule.
std::vector<std::string> split_patterns(const GgufFile& file) {
  if (!file.has(kPre)) {
    fail("{}: {} is missing, so the rule that splits text into words is not known; {}",
         file.path().string(), kPre, kAdvice);
  }
  const std::string rule = file.string(kPre);
  const std::string gpt2(kGpt2Pattern), digit(kSingleDigitPattern), digits(kDigitRunPattern);
  if (rule == "gpt-2" || rule == "gpt2") return {gpt2};
  for (const char* name : {"smollm", "starcoder", "refact", "codeshell"}) {
    if (rule == name) return {digit, gpt2};
  }
  if (rule == "default") return {R"([\p{P}\$\+<=>\^~\|]+)", gpt2, digits, "[0-9][0-9][0-9]"};
  fail("{}: {} is {}; supported: gpt-2, smollm, starcoder, refact, codeshell, default; {}",
       file.path().string(), kPre, quote(rule), kAdvice);
}

TokenKind kind_of(const GgufFile& file, int64_t type, size_t id) {
  switch (static_cast<PieceType>(type)) {
    case PieceType::kNormal:
      return TokenKind::kNormal;
    case PieceType::kUnknown:
    case PieceType::kControl:
      return TokenKind::kControl;
    case PieceType::kUserDefined:
      return TokenKind::kUserDefined;
    case PieceType::kUnused:
      return TokenKind::kUnused;
    default:
      fail("{}: token {} has the type {}, which a byte-level vocabulary does not have",
           file.path().string(), id, type);
  }
}

std::vector<std::pair<std::string, std::string>> split_merges(const GgufFile& file) {
  std::vector<std::pair<std::string, std::string>> merges;
  for (const std::string& merge : file.strings(kMerges)) {
    // From the second byte on: a name is never empty.
    const size_t space = merge.find(' ', 1);
    if (space == std::string::npos || space + 1 == merge.size()) {
      fail("{}: {}: {} is not two tokens with a space between", file.path().string(), kMerges,
           quote(merge));
    }
    merges.emplace_back(merge.substr(0, space), merge.substr(space + 1));
  }
  return merges;
}

std::unique_ptr<Tokenizer> load_byte_level(const GgufFile& file) {
  ByteLevelVocabulary vocabulary;
  vocabulary.where = file.path().string();
  vocabulary.names = file.strings(kTokens);
  vocabulary.special = special_tokens(file, vocabulary.names.size(), false);
  const auto types = token_types(file, vocabulary.names.size());
  for (size_t id = 0; id < types.size(); ++id) {
    vocabulary.kinds.push_back(kind_of(file, types[id], id));
  }
  vocabulary.patterns = split_patterns(file);
  vocabulary.merges = split_merges(file);
  return std::make_unique<ByteLevelBpe>(std::move(vocabulary));
}

// SentencePiece's own library does the work, on a model written from the GGUF keys.
std::unique_ptr<Tokenizer> load_sentencepiece(const GgufFile& file) {
  const auto& tokens = file.strings(kTokens);
  const auto types = token_types(file, tokens.size());
  const auto found = file.metadata().find(kScores);
  const auto* scores =
      found == file.metadata().end() ? nullptr : std::get_if<std::vector<double>>(&found->second);
  if (scores == nullptr || scores->size() != tokens.size()) {
    fail("{}: {} must hold one number for each of the {} tokens", file.path().string(), kScores,
         tokens.size());
  }
  const auto unknown = token_id(file, "tokenizer.ggml.unknown_token_id", tokens.size());
  SentencePieceModel model;
  model.type = SentencePieceModel::kBpe;
  for (size_t id = 0; id < tokens.size(); ++id) {
    auto type = static_cast<PieceType>(types[id]);
    // The library knows one unknown token; converters give padding that type too, and the unknown
    // token itself another.
    if (unknown && type == PieceType::kUnknown) type = PieceType::kUnused;
    if (unknown && static_cast<size_t>(*unknown) == id) type = PieceType::kUnknown;
    model.pieces.push_back({tokens[id], static_cast<float>((*scores)[id]), type});
  }
  model.add_dummy_prefix = file.boolean_or("tokenizer.ggml.add_space_prefix", true);
  model.remove_extra_whitespaces =
      file.boolean_or("tokenizer.ggml.remove_extra_whitespaces", false);
  return std::make_unique<SentencePieceTokenizer>(serialize(model), file.path().string(),
                                                  special_tokens(file, tokens.size(), true));
}

}  // namespace

std::unique_ptr<Tokenizer> load_gguf_tokenizer(const GgufFile& file) {
  const std::string model = file.string(kModel);
  if (model == "gpt2") return load_byte_level(file);
  if (model == "llama") return load_sentencepiece(file);
  fail("{}: {} is {}; supported: gpt2, llama; {}", file.path().string(), kModel, quote(model),
       kAdvice);
}

}  // namespace braid

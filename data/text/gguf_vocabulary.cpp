// The tokenizer inside a GGUF file.
#include "data/text/gguf_vocabulary.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/error.h"
#include "base/hash.h"
#include "data/text/bpe_model.h"
#include "data/text/byte_alphabet.h"
#include "data/text/char_classes.h"
#include "data/text/pipeline_tokenizer.h"
#include "data/text/sentencepiece_model.h"
#include "data/text/sentencepiece_tokenizer.h"
#include "data/text/template_sources.h"

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
  // Without a BOS token only the file's own word is taken for a mistake.
  special.add_bos =
      file.boolean_or("tokenizer.ggml.add_bos_token", add_bos_default && special.bos.has_value());
  if (special.add_bos && !special.bos) {
    fail("{}: tokenizer.ggml.add_bos_token is set, but there is no tokenizer.ggml.bos_token_id",
         file.path().string());
  }
  read_chat_templates(file, special);
  return special;
}

// The rules that GGUF files name (`pre`), as llama.cpp applies them; `default` is what it applies
// to files whose converter did not know the rule.
struct SplitRule {
  std::vector<std::string_view> names;
  bool single_digits = false;  // cut out digits one by one before the pattern
  std::vector<std::string_view> patterns;
  bool ignore_merges = false;
  bool add_bos = false;  // when the file does not say
};

const std::vector<SplitRule>& split_rules() {
  static const std::vector<SplitRule> rules = {
      {{"gpt-2", "gpt2", "phi-2", "mpt", "olmo"}, false, {kGpt2Pattern}},
      {{"smollm", "starcoder", "refact", "codeshell"}, true, {kGpt2Pattern}},
      {{"llama-bpe", "llama3", "llama-v3"}, false, {kLlama3Pattern}, true, true},
      {{"qwen2", "deepseek-r1-qwen"}, false, {kQwen2Pattern}},
      {{"default"},
       false,
       {R"([\p{P}\$\+<=>\^~\|]+)", kGpt2Pattern, R"(\p{N}+)", "[0-9][0-9][0-9]"}},
  };
  return rules;
}

const SplitRule& split_rule(const GgufFile& file) {
  if (!file.has(kPre)) {
    fail("{}: {} is missing, so the rule that splits text into words is not known; {}",
         file.path().string(), kPre, kAdvice);
  }
  const std::string name = file.string(kPre);
  std::string known;
  for (const SplitRule& rule : split_rules()) {
    if (std::ranges::find(rule.names, name) != rule.names.end()) return rule;
    for (const std::string_view other : rule.names) known += fmt::format("{}, ", other);
  }
  known.resize(known.size() - 2);
  fail("{}: {} is {}; supported: {}; {}", file.path().string(), kPre, quote(name), known, kAdvice);
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

// Names of tokens that are matched as they are, which decoders see in the byte alphabet.
void add_named_token(const std::string& name, int32_t id, TokenKind kind, Pipeline& pipeline) {
  AddedToken token;
  token.text = name;
  token.id = id;
  token.control = kind == TokenKind::kControl;
  pipeline.raw_tokens.add(std::move(token));
  std::string decoded;
  for (const char byte : name) decoded += byte_character(static_cast<unsigned char>(byte));
  pipeline.decoded_names.emplace_back(id, std::move(decoded));
}

void read_tokens(const GgufFile& file, Pipeline& pipeline) {
  const auto& names = file.strings(kTokens);
  const auto types = token_types(file, names.size());
  const auto& stop = pipeline.special.stop;
  for (size_t i = 0; i < names.size(); ++i) {
    const auto id = static_cast<int32_t>(i);
    TokenKind kind = kind_of(file, types[i], i);
    if (kind == TokenKind::kUnused) continue;
    // What ends a text must not come from one.
    if (kind == TokenKind::kUserDefined && std::ranges::find(stop, id) != stop.end()) {
      kind = TokenKind::kControl;
    }
    pipeline.vocabulary.add(names[i], id, kind, static_cast<int64_t>(names.size()));
    if (kind != TokenKind::kNormal) add_named_token(names[i], id, kind, pipeline);
  }
}

std::string fingerprint_of(const GgufFile& file) {
  Hasher hasher;
  hasher.update("gguf byte-level BPE ").update(file.string(kPre));
  const auto add = [&](const std::string& text) {
    hasher.update(fmt::format(" {}:", text.size())).update(text);
  };
  const auto& names = file.strings(kTokens);
  for (const std::string& name : names) add(name);
  for (const int64_t type : token_types(file, names.size()))
    hasher.update(fmt::format(" {}", type));
  for (const std::string& merge : file.strings(kMerges)) add(merge);
  return hasher.hex();
}

std::unique_ptr<Tokenizer> load_byte_level(const GgufFile& file) {
  const std::string where = file.path().string();
  const SplitRule& rule = split_rule(file);
  Pipeline pipeline(where);
  pipeline.special = special_tokens(file, file.strings(kTokens).size(), rule.add_bos);
  read_tokens(file, pipeline);
  if (rule.single_digits) {
    pipeline.pre_tokenizers.push_back(
        class_splitter(CharClasses::kNumber, SplitBehavior::kIsolated));
  }
  for (const std::string_view pattern : rule.patterns) {
    pipeline.pre_tokenizers.push_back(
        pattern_splitter(std::string(pattern), SplitBehavior::kIsolated, false, where));
  }
  BpeSettings settings;
  settings.byte_level = true;
  settings.ignore_merges = rule.ignore_merges;
  const auto merges = resolve_merges(split_merges(file), pipeline.vocabulary, 0);
  pipeline.model = std::make_unique<BpeModel>(pipeline.vocabulary, merges, settings);
  std::vector<std::unique_ptr<DecoderStep>> steps;
  steps.push_back(byte_level_decoder());
  pipeline.decoder = Decoder(std::move(steps));
  pipeline.fingerprint = fingerprint_of(file);
  return std::make_unique<PipelineTokenizer>(std::move(pipeline));
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

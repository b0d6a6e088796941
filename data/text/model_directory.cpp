// The tokenizer of a Hugging Face model directory.
#include "data/text/model_directory.h"

#include <charconv>
#include <unordered_map>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "data/text/byte_level_bpe.h"
#include "data/text/sentencepiece_model.h"
#include "data/text/sentencepiece_tokenizer.h"
#include "data/text/special_tokens.h"
#include "data/text/tokenizer_json.h"

namespace braid {
namespace {

std::unique_ptr<Tokenizer> load_tokenizer_json(const Json& json, const std::string& where,
                                               const ModelConfigs& configs) {
  TokenizerJson parsed = parse_tokenizer_json(json, where, role_token_names(configs));
  ByteLevelVocabulary& vocabulary = parsed.vocabulary;
  std::unordered_map<std::string, int32_t> ids;
  for (size_t id = 0; id < vocabulary.names.size(); ++id) {
    if (vocabulary.kinds[id] != TokenKind::kUnused) {
      ids.emplace(vocabulary.names[id], static_cast<int32_t>(id));
    }
  }
  const auto id_of = [&](const std::string& name) {
    const auto found = ids.find(name);
    return found == ids.end() ? std::nullopt : std::optional(found->second);
  };
  SpecialTokens defaults;
  defaults.add_bos = !parsed.text_prefix.empty();
  vocabulary.special = read_special_tokens(configs, static_cast<int64_t>(vocabulary.names.size()),
                                           std::move(defaults), id_of);
  const bool only_bos =
      parsed.text_prefix.empty() ||
      (parsed.text_prefix.size() == 1 && id_of(parsed.text_prefix[0]) == vocabulary.special.bos);
  if (!only_bos) {
    fail("{}: post_processor: puts {} in front of a text; only the BOS token is supported", where,
         quote(parsed.text_prefix[0]));
  }
  return std::make_unique<ByteLevelBpe>(std::move(vocabulary));
}

// Control tokens that tokenizer_config.json adds to a SentencePiece vocabulary of `size` pieces.
AddedControlTokens added_control_tokens(const ModelConfigs& configs, size_t size) {
  AddedControlTokens added;
  const auto entries = configs.tokenizer.is_object()
                           ? configs.tokenizer.find("added_tokens_decoder")
                           : configs.tokenizer.end();
  if (entries == configs.tokenizer.end() || !entries->is_object()) return added;
  const std::string where = (configs.directory / "tokenizer_config.json").string();
  for (const auto& [key, entry] : entries->items()) {
    const std::string path = "added_tokens_decoder." + key;
    int32_t id = -1;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
    if (error != std::errc() || end != key.data() + key.size() || id < 0) {
      fail("{}: {}: expected a token id", where, path);
    }
    if (static_cast<size_t>(id) < size) continue;  // repeats a piece of the model
    ObjectReader token(entry, where, path);
    if (!token.boolean("special", false)) {
      token.error("special",
                  "added tokens that are not special are not supported with "
                  "tokenizer.model");
    }
    added.emplace(id, token.require_string("content"));
  }
  return added;
}

std::unique_ptr<Tokenizer> load_tokenizer_model(const std::filesystem::path& file,
                                                const ModelConfigs& configs) {
  const std::string bytes = read_text_file(file, size_t{1} << 28);
  const SentencePieceModel model = parse_sentencepiece_model(bytes, file.string());
  const AddedControlTokens added = added_control_tokens(configs, model.pieces.size());
  const auto id_of = [&](const std::string& name) -> std::optional<int32_t> {
    for (size_t id = 0; id < model.pieces.size(); ++id) {
      if (model.pieces[id].text == name) return static_cast<int32_t>(id);
    }
    for (const auto& [id, added_name] : added) {
      if (added_name == name) return id;
    }
    return std::nullopt;
  };
  const auto size = static_cast<int64_t>(model.pieces.size() + added.size());
  SpecialTokens special =
      read_special_tokens(configs, size, sentencepiece_special_tokens(bytes, file.string()), id_of);
  return std::make_unique<SentencePieceTokenizer>(bytes, file.string(), std::move(special), added);
}

}  // namespace

std::unique_ptr<Tokenizer> load_directory_tokenizer(const std::filesystem::path& directory) {
  const ModelConfigs configs(directory);
  const auto json_file = directory / "tokenizer.json";
  const auto model_file = directory / "tokenizer.model";
  const bool has_model = std::filesystem::exists(model_file);
  if (std::filesystem::exists(json_file)) {
    const Json json = read_json_file(json_file);
    if (!has_model || !is_converted_sentencepiece(json)) {
      return load_tokenizer_json(json, json_file.string(), configs);
    }
  }
  if (has_model) return load_tokenizer_model(model_file, configs);
  fail(
      "{}: there is neither tokenizer.json nor tokenizer.model; copy the model's tokenizer files "
      "there",
      directory.string());
}

}  // namespace braid

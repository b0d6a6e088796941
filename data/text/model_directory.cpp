// The tokenizer of a Hugging Face model directory.
#include "data/text/model_directory.h"

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "data/text/sentencepiece_model.h"
#include "data/text/sentencepiece_tokenizer.h"
#include "data/text/special_tokens.h"
#include "data/text/tiktoken_file.h"
#include "data/text/tokenizer_json.h"

namespace braid {
namespace {

constexpr size_t kMostBytes = size_t{1} << 28;

void read_special_tokens_into(Pipeline& pipeline, const ModelConfigs& configs,
                              SpecialTokens defaults) {
  const Vocabulary& vocabulary = pipeline.vocabulary;
  pipeline.special =
      read_special_tokens(configs, vocabulary.size(), std::move(defaults),
                          [&](const std::string& name) { return vocabulary.find(name); });
}

std::unique_ptr<Tokenizer> load_tokenizer_json(const std::filesystem::path& file,
                                               const ModelConfigs& configs) {
  const std::string where = file.string();
  TokenizerJson parsed =
      parse_tokenizer_json(read_json_file(file), where, read_token_roles(configs));
  Pipeline& pipeline = parsed.pipeline;
  SpecialTokens defaults;
  defaults.add_bos = !parsed.prefix.empty();
  defaults.add_eos = !parsed.suffix.empty();
  if (!parsed.prefix.empty()) defaults.bos = parsed.prefix.front();
  read_special_tokens_into(pipeline, configs, std::move(defaults));
  const auto& bos = pipeline.special.bos;
  if (parsed.prefix.size() > 1 || (!parsed.prefix.empty() && parsed.prefix.front() != bos)) {
    fail("{}: post_processor: puts {} in front of a text; only the BOS token is supported", where,
         quote(pipeline.vocabulary.name(parsed.prefix.front() == bos ? parsed.prefix[1]
                                                                     : parsed.prefix[0])));
  }
  return std::make_unique<PipelineTokenizer>(std::move(pipeline));
}

// The split pattern and the added tokens that a directory gives a rank file.
TiktokenRules tiktoken_rules(std::string_view bytes, const std::string& where,
                             const ModelConfigs& configs) {
  const TokenRoles roles = read_token_roles(configs);
  TiktokenRules rules;
  const Json& config = configs.tokenizer;
  if (config.is_object() && config.contains("pat_str")) {
    ObjectReader reader(config, (configs.directory / "tokenizer_config.json").string());
    rules.pattern = reader.require_string("pat_str");
  } else {
    const bool other = configs.model.is_object() && configs.model.contains("model_type") &&
                       configs.model["model_type"] != "llama";
    if (other || count_ranks(bytes) != kLlama3Ranks) {
      fail(
          "{}: only Llama 3's rank file has a known split pattern; name this one's in "
          "tokenizer_config.json as \"pat_str\"",
          where);
    }
    rules = llama3_rules();
  }
  if (!roles.added.empty()) rules.added = roles.added;
  for (AddedTokenEntry& entry : rules.added) entry.special = roles.is_control(entry);
  return rules;
}

std::unique_ptr<Tokenizer> load_tiktoken(std::string_view bytes, const std::string& where,
                                         const ModelConfigs& configs) {
  Pipeline pipeline = read_tiktoken(bytes, where, tiktoken_rules(bytes, where, configs));
  SpecialTokens defaults;
  defaults.bos = pipeline.vocabulary.find("<|begin_of_text|>");
  defaults.add_bos = defaults.bos.has_value();
  for (const char* name : {"<|end_of_text|>", "<|eot_id|>"}) {
    if (const auto id = pipeline.vocabulary.find(name)) defaults.stop.push_back(*id);
  }
  read_special_tokens_into(pipeline, configs, std::move(defaults));
  return std::make_unique<PipelineTokenizer>(std::move(pipeline));
}

// `legacy` of tokenizer_config.json, which transformers takes for true when it is missing.
bool read_legacy(const ModelConfigs& configs) {
  if (!configs.tokenizer.is_object()) return true;
  ObjectReader reader(configs.tokenizer, (configs.directory / "tokenizer_config.json").string());
  return reader.boolean("legacy", true);
}

std::unique_ptr<Tokenizer> load_sentencepiece(std::string_view bytes, const std::string& where,
                                              const ModelConfigs& configs) {
  const SentencePieceModel model = parse_sentencepiece_model(bytes, where);
  TokenRoles roles = read_token_roles(configs);
  int64_t size = static_cast<int64_t>(model.pieces.size());
  for (AddedTokenEntry& entry : roles.added) {
    entry.special = roles.is_control(entry);
    size = std::max(size, entry.id + 1);
  }
  const auto id_of = [&](const std::string& name) -> std::optional<int32_t> {
    for (size_t id = 0; id < model.pieces.size(); ++id) {
      if (model.pieces[id].text == name) return static_cast<int32_t>(id);
    }
    for (const AddedTokenEntry& entry : roles.added) {
      if (entry.content == name) return static_cast<int32_t>(entry.id);
    }
    return std::nullopt;
  };
  SpecialTokens special =
      read_special_tokens(configs, size, sentencepiece_special_tokens(bytes, where), id_of);
  return std::make_unique<SentencePieceTokenizer>(bytes, where, std::move(special), roles.added,
                                                  read_legacy(configs));
}

std::unique_ptr<Tokenizer> load_model(const std::filesystem::path& file,
                                      const ModelConfigs& configs) {
  const std::string bytes = read_text_file(file, kMostBytes);
  return is_tiktoken(bytes) ? load_tiktoken(bytes, file.string(), configs)
                            : load_sentencepiece(bytes, file.string(), configs);
}

}  // namespace

std::unique_ptr<Tokenizer> load_directory_tokenizer(const std::filesystem::path& directory) {
  const ModelConfigs configs(directory);
  const auto json_file = directory / "tokenizer.json";
  if (std::filesystem::exists(json_file)) return load_tokenizer_json(json_file, configs);
  const auto model_file = directory / "tokenizer.model";
  if (std::filesystem::exists(model_file)) return load_model(model_file, configs);
  fail(
      "{}: there is neither tokenizer.json nor tokenizer.model; copy the model's tokenizer files "
      "there",
      directory.string());
}

std::unique_ptr<Tokenizer> load_model_file(const std::filesystem::path& file) {
  return load_model(file, ModelConfigs());
}

}  // namespace braid

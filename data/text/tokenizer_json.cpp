// `tokenizer.json`: added tokens, post-processor, and the whole.
#include "data/text/tokenizer_json.h"

#include <map>

#include "base/error.h"
#include "base/hash.h"
#include "data/text/tokenizer_json_parts.h"

namespace braid {
namespace {

// The file's entries, with those of tokenizer_config.json in their place or behind them.
std::vector<AddedTokenEntry> read_added_tokens(const Json* list, const std::string& where,
                                               const TokenRoles& roles) {
  std::vector<AddedTokenEntry> entries;
  for (size_t i = 0; list != nullptr && i < list->size(); ++i) {
    ObjectReader reader((*list)[i], where, fmt::format("added_tokens[{}]", i));
    const int64_t id = reader.require_integer("id");
    entries.push_back(read_added_token(reader));
    entries.back().id = id;
  }
  std::map<std::string, size_t> known;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (!known.emplace(entries[i].content, i).second) {
      fail("{}: added_tokens[{}].content: {} is there twice", where, i, quote(entries[i].content));
    }
  }
  for (const AddedTokenEntry& entry : roles.added) {
    const auto found = known.find(entry.content);
    if (found == known.end()) {
      entries.push_back(entry);
    } else if (entries[found->second].id != entry.id) {
      fail("{}: token {} has the ids {} and, in tokenizer_config.json, {}; a token has one id",
           where, quote(entry.content), entries[found->second].id, entry.id);
    } else {
      entries[found->second] = entry;
    }
  }
  return entries;
}

// Puts the tokens where the library puts them: at the model's id, else behind all others.
void place_added_tokens(std::vector<AddedTokenEntry>& entries, const TokenRoles& roles,
                        Vocabulary& vocabulary) {
  int64_t next = vocabulary.count();
  for (AddedTokenEntry& entry : entries) {
    const auto model_id = vocabulary.find(entry.content);
    const int64_t id = model_id ? *model_id : next++;
    if (entry.id != id) {
      fail("{}: the added token {} has the id {}, but the tokenizers library gives it {}",
           vocabulary.where(), quote(entry.content), entry.id, id);
    }
    entry.special = roles.is_control(entry);
    const TokenKind kind = entry.special ? TokenKind::kControl : TokenKind::kUserDefined;
    if (!model_id) {
      vocabulary.add(entry.content, id, kind, id + 1);
    } else if (entry.special) {
      vocabulary.set_kind(*model_id, kind);
    }
  }
}

void index_added_tokens(const std::vector<AddedTokenEntry>& entries, Pipeline& pipeline) {
  const std::string& where = pipeline.vocabulary.where();
  for (const AddedTokenEntry& entry : entries) {
    AddedToken token = {entry.content, static_cast<int32_t>(entry.id),
                        entry.special, entry.lstrip,
                        entry.rstrip,  entry.single_word};
    if (entry.normalized) token.text = normalize(pipeline.normalizers, entry.content);
    if (token.text.empty()) {
      fail("{}: the normalizer leaves nothing of the added token {}", where, quote(entry.content));
    }
    if (token.text != entry.content) pipeline.decoded_names.emplace_back(token.id, token.text);
    AddedTokens& tokens = entry.normalized ? pipeline.normalized_tokens : pipeline.raw_tokens;
    if (!tokens.add(std::move(token))) {
      fail("{}: the added token {} is another's once it is normalized", where,
           quote(entry.content));
    }
  }
}

int32_t template_token(const Json& part, ObjectReader& processor, const Vocabulary& vocabulary) {
  const Json* special =
      part.is_object() && part.contains("SpecialToken") ? &part["SpecialToken"] : nullptr;
  if (special == nullptr || !special->is_object() || !special->contains("id") ||
      !(*special)["id"].is_string()) {
    processor.error("single", "expected SpecialToken and Sequence entries");
  }
  const auto name = (*special)["id"].get<std::string>();
  const auto id = vocabulary.find(name);
  if (!id) processor.error("single", fmt::format("{} is not in the vocabulary", quote(name)));
  return *id;
}

void read_template(ObjectReader& processor, const Vocabulary& vocabulary, TokenizerJson& result) {
  const Json* single = processor.find("single");
  if (single == nullptr || !single->is_array()) processor.error("single", "expected a list");
  processor.find("pair");
  processor.find("special_tokens");
  bool behind = false;
  for (const Json& part : *single) {
    if (part.is_object() && part.contains("Sequence")) {
      behind = true;
      continue;
    }
    (behind ? result.suffix : result.prefix).push_back(template_token(part, processor, vocabulary));
  }
}

void read_post_processor(const Json* json, const std::string& where, TokenizerJson& result) {
  if (json == nullptr) return;
  read_components(*json, "post_processor", where, "processors",
                  [&](ObjectReader& reader, const std::string& type) {
                    if (type == "TemplateProcessing") {
                      read_template(reader, result.pipeline.vocabulary, result);
                    } else if (type == "ByteLevel") {  // only moves offsets
                      for (const char* key : {"add_prefix_space", "trim_offsets", "use_regex"}) {
                        reader.boolean(key, true);
                      }
                    } else {
                      refuse_component(reader, "post-processor", type,
                                       "ByteLevel, TemplateProcessing and Sequence are");
                    }
                  });
}

std::string fingerprint_of(const Json& json, const std::vector<AddedTokenEntry>& entries) {
  Hasher hasher;
  hasher.update("tokenizer.json ");
  for (const char* key : {"model", "normalizer", "pre_tokenizer"}) {
    if (json.contains(key)) hasher.update(json[key].dump()).update(" ");
  }
  for (const AddedTokenEntry& entry : entries) {
    hasher.update(fmt::format("{} {}{}{}{}{} {}:", entry.id, entry.single_word, entry.lstrip,
                              entry.rstrip, entry.normalized, entry.special, entry.content.size()));
    hasher.update(entry.content);
  }
  return hasher.hex();
}

}  // namespace

TokenizerJson parse_tokenizer_json(const Json& json, const std::string& where,
                                   const TokenRoles& roles) {
  ObjectReader file(json, where);
  TokenizerJson result(where);
  Pipeline& pipeline = result.pipeline;
  const Json* model_json = file.find("model");
  if (model_json == nullptr) file.error("model", "is missing");
  const Json* added = file.find("added_tokens");
  if (added != nullptr && !added->is_array()) file.error("added_tokens", "expected a list");
  auto entries = read_added_tokens(added, where, roles);
  ModelReader model(*model_json, entries.size(), pipeline.vocabulary);
  place_added_tokens(entries, roles, pipeline.vocabulary);
  pipeline.normalizers = read_normalizers(file.find("normalizer"), where);
  index_added_tokens(entries, pipeline);
  PreTokenizers pre_tokenizers = read_pre_tokenizers(file.find("pre_tokenizer"), where);
  pipeline.pre_tokenizers = std::move(pre_tokenizers.stages);
  pipeline.asks_for_start = pre_tokenizers.asks_for_start;
  pipeline.model = model.make(pre_tokenizers.byte_level);
  pipeline.decoder = read_decoder(file.find("decoder"), where);
  read_post_processor(file.find("post_processor"), where, result);
  pipeline.fingerprint = fingerprint_of(json, entries);
  return result;
}

}  // namespace braid

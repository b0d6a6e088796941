// `tokenizer.json`: model, added tokens, decoder and post-processor.
#include "data/text/tokenizer_json.h"

#include <algorithm>

#include "base/error.h"
#include "data/text/byte_alphabet.h"
#include "data/text/tokenizer_json_split.h"

namespace braid {
namespace {

const Json* member(const Json& object, const std::string& key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

// Ids are indices, so a hostile id must not make a huge table. Real files have next to no gaps.
constexpr int64_t kMostGaps = 1 << 16;

void place(ByteLevelVocabulary& vocabulary, const std::string& name, int64_t id, TokenKind kind,
           int64_t limit) {
  if (id < 0 || id >= limit) {
    fail("{}: token {} has the id {}; expected 0 to {}", vocabulary.where, quote(name), id,
         limit - 1);
  }
  const auto index = static_cast<size_t>(id);
  if (index >= vocabulary.names.size()) {
    vocabulary.names.resize(index + 1);
    vocabulary.kinds.resize(index + 1, TokenKind::kUnused);
  }
  if (vocabulary.kinds[index] != TokenKind::kUnused && vocabulary.names[index] != name) {
    fail("{}: tokens {} and {} both have the id {}", vocabulary.where,
         quote(vocabulary.names[index]), quote(name), id);
  }
  vocabulary.names[index] = name;
  vocabulary.kinds[index] = kind;
}

void read_vocabulary(const Json& entries, int64_t limit, ByteLevelVocabulary& vocabulary) {
  if (!entries.is_object() || entries.empty()) {
    fail("{}: model.vocab: expected an object of tokens and ids", vocabulary.where);
  }
  for (const auto& [name, id] : entries.items()) {
    if (!id.is_number_integer()) {
      fail("{}: model.vocab: the id of {} is not an integer", vocabulary.where, quote(name));
    }
    place(vocabulary, name, id.get<int64_t>(), TokenKind::kNormal, limit);
    if (name.empty()) fail("{}: model.vocab: a token with an empty name", vocabulary.where);
  }
}

// A merge is "left right" or, in newer files, ["left", "right"].
void read_merges(const Json& entries, ByteLevelVocabulary& vocabulary) {
  if (!entries.is_array()) fail("{}: model.merges: expected a list", vocabulary.where);
  vocabulary.merges.reserve(entries.size());
  for (const Json& entry : entries) {
    if (entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_string()) {
      vocabulary.merges.emplace_back(entry[0], entry[1]);
      continue;
    }
    const std::string text = entry.is_string() ? entry.get<std::string>() : "";
    const size_t space = text.find(' ');
    if (space == std::string::npos || text.find(' ', space + 1) != std::string::npos) {
      fail("{}: model.merges: entry {}: expected two tokens, got {}", vocabulary.where,
           vocabulary.merges.size(), quote(entry.dump()));
    }
    vocabulary.merges.emplace_back(text.substr(0, space), text.substr(space + 1));
  }
}

bool has_all_bytes(const ByteLevelVocabulary& vocabulary) {
  const auto is_byte = [](const std::string& name) {
    const auto bytes = bytes_of_name(name);
    return bytes && bytes->size() == 1;
  };
  return std::ranges::count_if(vocabulary.names, is_byte) == 256;
}

void read_model(const Json& json, int64_t added_count, ByteLevelVocabulary& vocabulary) {
  ObjectReader model(json, vocabulary.where, "model");
  const std::string type = model.string("type", "BPE");
  if (type != "BPE") {
    model.error("type", fmt::format("the model {} is not supported; BPE is", quote(type)));
  }
  const Json* vocab = model.find("vocab");
  const Json* merges = model.find("merges");
  if (vocab == nullptr) model.error("vocab", "is missing");
  if (merges == nullptr) model.error("merges", "is missing");
  for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    if (!model.string(key, "").empty()) model.error(key, "is not supported");
  }
  if (model.number("dropout", 0) != 0) model.error("dropout", "is not supported");
  if (model.boolean("byte_fallback", false)) {
    model.error("byte_fallback",
                "is a SentencePiece vocabulary, which is read from tokenizer.model; put that file "
                "beside it");
  }
  const auto limit = static_cast<int64_t>(vocab->size()) + added_count + kMostGaps;
  read_vocabulary(*vocab, limit, vocabulary);
  read_merges(*merges, vocabulary);
  vocabulary.ignore_merges = model.boolean("ignore_merges", false);
  model.boolean("fuse_unk", false);  // concerns unk_token only
  if (!model.string("unk_token", "").empty() && !has_all_bytes(vocabulary)) {
    model.error("unk_token", "is not supported with a vocabulary that lacks some bytes");
  }
  model.reject_unknown();
}

void read_added_token(const Json& json, const std::string& path,
                      const std::vector<std::string>& role_tokens, int64_t limit,
                      ByteLevelVocabulary& vocabulary) {
  ObjectReader token(json, vocabulary.where, path);
  const std::string content = token.require_string("content");
  const int64_t id = token.require_integer("id");
  if (content.empty()) token.error("content", "is empty");
  const bool control = token.boolean("special", false) ||
                       std::ranges::find(role_tokens, content) != role_tokens.end();
  // These widen or narrow a match in plain text; control tokens are never matched there.
  for (const char* key : {"single_word", "lstrip", "rstrip"}) {
    if (token.boolean(key, false) && !control) token.error(key, "is not supported");
  }
  place(vocabulary, content, id, control ? TokenKind::kControl : TokenKind::kUserDefined, limit);
}

void read_decoder(const Json& json, const std::string& where) {
  ObjectReader decoder(json, where, "decoder");
  const std::string type = decoder.require_string("type");
  if (type != "ByteLevel") {
    decoder.error("type",
                  fmt::format("the decoder {} is not supported; ByteLevel is", quote(type)));
  }
}

void read_post_processor(const Json& json, const std::string& path, const std::string& where,
                         std::vector<std::string>& prefix) {
  ObjectReader processor(json, where, path);
  const std::string type = processor.require_string("type");
  if (type == "ByteLevel") return;  // only moves offsets
  const bool sequence = type == "Sequence";
  const Json* parts = processor.find(sequence ? "processors" : "single");
  if ((!sequence && type != "TemplateProcessing") || parts == nullptr || !parts->is_array()) {
    processor.error("type", fmt::format("the post-processor {} is not supported; ByteLevel, "
                                        "TemplateProcessing and Sequence are",
                                        quote(type)));
  }
  for (size_t i = 0; i < parts->size(); ++i) {
    const Json& part = (*parts)[i];
    if (sequence) {
      read_post_processor(part, fmt::format("{}.processors[{}]", path, i), where, prefix);
      continue;
    }
    const Json* special = member(part, "SpecialToken");
    if (special == nullptr) return;  // the text; what follows it ends a text, which templates do
    prefix.push_back(ObjectReader(*special, where, path).require_string("id"));
  }
}

}  // namespace

bool is_converted_sentencepiece(const Json& json) {
  const Json* model = member(json, "model");
  if (model == nullptr) return false;
  const Json* type = member(*model, "type");
  const Json* byte_fallback = member(*model, "byte_fallback");
  return (type != nullptr && *type == "Unigram") ||
         (byte_fallback != nullptr && *byte_fallback == true);
}

TokenizerJson parse_tokenizer_json(const Json& json, const std::string& where,
                                   const std::vector<std::string>& role_tokens) {
  ObjectReader file(json, where);
  TokenizerJson result;
  ByteLevelVocabulary& vocabulary = result.vocabulary;
  vocabulary.where = where;
  const Json* model = file.find("model");
  if (model == nullptr) file.error("model", "is missing");
  const Json* added = file.find("added_tokens");
  if (added != nullptr && !added->is_array()) file.error("added_tokens", "expected a list");
  const size_t added_count = added != nullptr ? added->size() : 0;
  read_model(*model, static_cast<int64_t>(added_count), vocabulary);
  const auto limit = static_cast<int64_t>(vocabulary.names.size() + added_count) + kMostGaps;
  for (size_t i = 0; i < added_count; ++i) {
    read_added_token((*added)[i], fmt::format("added_tokens[{}]", i), role_tokens, limit,
                     vocabulary);
  }
  if (const Json* normalizer = file.find("normalizer")) refuse_normalizer(*normalizer, where);
  vocabulary.patterns = read_pre_tokenizer(file.find("pre_tokenizer"), where);
  if (const Json* decoder = file.find("decoder")) read_decoder(*decoder, where);
  if (const Json* processor = file.find("post_processor")) {
    read_post_processor(*processor, "post_processor", where, result.text_prefix);
  }
  return result;
}

}  // namespace braid

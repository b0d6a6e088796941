// The components of `tokenizer.json`, read one by one. Errors begin with `where`, the file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "data/text/bpe_model.h"
#include "data/text/tokenizer_json.h"

namespace braid {

// Reads a component, or the components of a "Sequence" (in the list `list`) one after the other:
// calls `read(reader, type)`, then refuses the settings nobody asked for.
template <typename Read>
void read_components(const Json& json, const std::string& path, const std::string& where,
                     const std::string& list, const Read& read) {
  ObjectReader reader(json, where, path);
  const std::string type = reader.require_string("type");
  if (type != "Sequence") {
    read(reader, type);
  } else {
    const Json* parts = reader.find(list);
    if (parts == nullptr || !parts->is_array()) reader.error(list, "expected a list");
    for (size_t i = 0; i < parts->size(); ++i) {
      read_components((*parts)[i], fmt::format("{}.{}[{}]", path, list, i), where, list, read);
    }
  }
  reader.reject_unknown();
}

[[noreturn]] void refuse_component(const ObjectReader& reader, const std::string& kind,
                                   const std::string& type, const std::string& supported);

// `pattern` of Split and Replace: {"String": text} or {"Regex": pattern}, neither of them empty.
struct TextOrPattern {
  std::string text;
  bool is_pattern = false;
};
TextOrPattern read_pattern(ObjectReader& reader);

// Metaspace, which is a pre-tokenizer and a decoder.
struct MetaspaceSettings {
  std::string replacement;
  PrependScheme scheme = PrependScheme::kAlways;
  bool split = true;
};
MetaspaceSettings read_metaspace(ObjectReader& reader);

std::string read_character(ObjectReader& reader, const std::string& key);

std::vector<std::unique_ptr<Normalizer>> read_normalizers(const Json* json,
                                                          const std::string& where);

struct PreTokenizers {
  std::vector<std::unique_ptr<PreTokenizer>> stages;
  bool byte_level = false;
  bool asks_for_start = false;
};
PreTokenizers read_pre_tokenizers(const Json* json, const std::string& where);

Decoder read_decoder(const Json* json, const std::string& where);

// The model's tokens are in the vocabulary after this; control tokens must be marked before the
// model is made.
class ModelReader {
 public:
  ModelReader(const Json& json, size_t added_tokens, Vocabulary& vocabulary);

  std::unique_ptr<TokenModel> make(bool byte_level);

 private:
  void read_bpe(ObjectReader& model);
  void read_unigram(ObjectReader& model);
  std::optional<int32_t> unknown_token(ObjectReader& model) const;

  Vocabulary& vocabulary_;
  int64_t limit_ = 0;  // of ids
  bool unigram_ = false;
  BpeSettings bpe_;
  NamedMerges merges_;
  std::vector<double> scores_;
};

}  // namespace braid

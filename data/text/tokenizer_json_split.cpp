// Normalizer and pre_tokenizer of `tokenizer.json`.
#include "data/text/tokenizer_json_split.h"

#include "base/error.h"
#include "data/text/pretokenizer.h"

namespace braid {
namespace {

struct Stages {
  std::vector<std::string> patterns;
  bool byte_level = false;
};

void read_byte_level(ObjectReader& reader, Stages& stages) {
  if (reader.boolean("add_prefix_space", true)) {
    reader.error("add_prefix_space", "true is not supported");
  }
  reader.boolean("trim_offsets", true);  // only moves offsets
  if (reader.boolean("use_regex", true)) stages.patterns.emplace_back(kGpt2Pattern);
  stages.byte_level = true;
}

void read_digits(ObjectReader& reader, Stages& stages) {
  const bool individual = reader.boolean("individual_digits", false);
  stages.patterns.emplace_back(individual ? kSingleDigitPattern : kDigitRunPattern);
}

void read_split(ObjectReader& reader, Stages& stages) {
  const std::string behavior = reader.require_string("behavior");
  if (behavior != "Isolated") {
    reader.error("behavior", fmt::format("{} is not supported; Isolated is", quote(behavior)));
  }
  if (reader.boolean("invert", false)) reader.error("invert", "true is not supported");
  auto pattern = reader.object("pattern");
  if (!pattern || !pattern->has("Regex")) reader.error("pattern", "expected a Regex");
  stages.patterns.push_back(pattern->require_string("Regex"));
}

void read_component(const Json& json, const std::string& path, const std::string& where,
                    Stages& stages) {
  ObjectReader reader(json, where, path);
  const std::string type = reader.require_string("type");
  // After ByteLevel, patterns would see the byte alphabet instead of the text.
  if (stages.byte_level) reader.error("type", fmt::format("{} after ByteLevel", quote(type)));
  if (type == "Sequence") {
    const Json* parts = reader.find("pretokenizers");
    if (parts == nullptr || !parts->is_array()) reader.error("pretokenizers", "expected a list");
    for (size_t i = 0; i < parts->size(); ++i) {
      read_component((*parts)[i], fmt::format("{}.pretokenizers[{}]", path, i), where, stages);
    }
  } else if (type == "ByteLevel") {
    read_byte_level(reader, stages);
  } else if (type == "Digits") {
    read_digits(reader, stages);
  } else if (type == "Split") {
    read_split(reader, stages);
  } else {
    reader.error("type", fmt::format("the pre-tokenizer {} is not supported; ByteLevel, Digits, "
                                     "Split and Sequence are",
                                     quote(type)));
  }
  reader.reject_unknown();
}

}  // namespace

void refuse_normalizer(const Json& normalizer, const std::string& where) {
  ObjectReader reader(normalizer, where, "normalizer");
  reader.error("type", fmt::format("the normalizer {} is not supported; models without one are",
                                   quote(reader.require_string("type"))));
}

std::vector<std::string> read_pre_tokenizer(const Json* pre_tokenizer, const std::string& where) {
  Stages stages;
  if (pre_tokenizer != nullptr) read_component(*pre_tokenizer, "pre_tokenizer", where, stages);
  if (!stages.byte_level) {
    fail(
        "{}: pre_tokenizer: has no ByteLevel component; only byte-level vocabularies are "
        "supported",
        where);
  }
  return stages.patterns;
}

}  // namespace braid

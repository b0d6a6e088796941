// The pre-tokenizers of `tokenizer.json`.
#include "base/error.h"
#include "data/text/char_classes.h"
#include "data/text/tokenizer_json_parts.h"

namespace braid {
namespace {

constexpr const char* kSupported =
    "ByteLevel, Digits, Metaspace, Punctuation, Split, Whitespace, WhitespaceSplit and Sequence "
    "are";

SplitBehavior read_behavior(ObjectReader& reader, const std::string& fallback) {
  const std::string name = reader.string("behavior", fallback);
  if (name == "Removed") return SplitBehavior::kRemoved;
  if (name == "Isolated") return SplitBehavior::kIsolated;
  if (name == "MergedWithPrevious") return SplitBehavior::kMergedWithPrevious;
  if (name == "MergedWithNext") return SplitBehavior::kMergedWithNext;
  if (name == "Contiguous") return SplitBehavior::kContiguous;
  reader.error("behavior",
               fmt::format("{} is not supported; Removed, Isolated, MergedWithPrevious, "
                           "MergedWithNext and Contiguous are",
                           quote(name)));
}

std::unique_ptr<PreTokenizer> read_split(ObjectReader& reader, const std::string& where) {
  TextOrPattern pattern = read_pattern(reader);
  const SplitBehavior behavior = read_behavior(reader, "");
  const bool invert = reader.boolean("invert", false);
  if (!pattern.is_pattern) return text_splitter(std::move(pattern.text), behavior, invert);
  return pattern_splitter(pattern.text, behavior, invert, where);
}

std::unique_ptr<PreTokenizer> read_digits(ObjectReader& reader) {
  const bool individual = reader.boolean("individual_digits", false);
  return class_splitter(CharClasses::kNumeric,
                        individual ? SplitBehavior::kIsolated : SplitBehavior::kContiguous);
}

void read_byte_level(ObjectReader& reader, const std::string& where, PreTokenizers& result) {
  if (reader.boolean("add_prefix_space", true)) result.stages.push_back(space_prefix());
  reader.boolean("trim_offsets", true);  // only moves offsets
  if (reader.boolean("use_regex", true)) {
    result.stages.push_back(
        pattern_splitter(std::string(kGpt2Pattern), SplitBehavior::kIsolated, false, where));
  }
  result.byte_level = true;
}

void read_pre_tokenizer(ObjectReader& reader, const std::string& type, const std::string& where,
                        PreTokenizers& result) {
  auto& stages = result.stages;
  // After ByteLevel, stages would see the byte alphabet instead of the text.
  if (result.byte_level) {
    reader.error("type", fmt::format("{} after ByteLevel is not supported", quote(type)));
  }
  if (type == "ByteLevel") {
    read_byte_level(reader, where, result);
  } else if (type == "Digits") {
    stages.push_back(read_digits(reader));
  } else if (type == "Metaspace") {
    const MetaspaceSettings settings = read_metaspace(reader);
    stages.push_back(metaspace(settings.replacement, settings.scheme, settings.split));
    result.asks_for_start |= settings.scheme == PrependScheme::kFirst;
  } else if (type == "Punctuation") {
    const SplitBehavior behavior = read_behavior(reader, "Isolated");
    stages.push_back(class_splitter(CharClasses::kPunctuation, behavior));
  } else if (type == "Split") {
    stages.push_back(read_split(reader, where));
  } else if (type == "Whitespace") {
    stages.push_back(word_splitter());
  } else if (type == "WhitespaceSplit") {
    stages.push_back(class_splitter(CharClasses::kSpace, SplitBehavior::kRemoved));
  } else {
    refuse_component(reader, "pre-tokenizer", type, kSupported);
  }
}

}  // namespace

PreTokenizers read_pre_tokenizers(const Json* json, const std::string& where) {
  PreTokenizers result;
  if (json == nullptr) return result;
  read_components(*json, "pre_tokenizer", where, "pretokenizers",
                  [&](ObjectReader& reader, const std::string& type) {
                    read_pre_tokenizer(reader, type, where, result);
                  });
  return result;
}

}  // namespace braid

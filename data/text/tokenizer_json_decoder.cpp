// The decoders of `tokenizer.json`, and what components share.
#include "base/error.h"
#include "data/text/tokenizer_json_parts.h"
#include "data/text/utf8.h"

namespace braid {
namespace {

constexpr const char* kSupported =
    "ByteFallback, ByteLevel, Fuse, Metaspace, Replace, Strip and Sequence are";

std::unique_ptr<DecoderStep> read_strip(ObjectReader& reader) {
  const std::string character = read_character(reader, "content");
  const int64_t start = reader.integer("start", 0), stop = reader.integer("stop", 0);
  if (start < 0) reader.error("start", "is negative");
  if (stop < 0) reader.error("stop", "is negative");
  return strip_decoder(character, static_cast<size_t>(start), static_cast<size_t>(stop));
}

std::unique_ptr<DecoderStep> read_replace(ObjectReader& reader, const std::string& where) {
  const TextOrPattern pattern = read_pattern(reader);
  std::string content = reader.require_string("content");
  if (!pattern.is_pattern) return replace_decoder(pattern.text, std::move(content));
  return replace_decoder(Pattern(pattern.text, where), std::move(content));
}

std::unique_ptr<DecoderStep> read_step(ObjectReader& reader, const std::string& type,
                                       const std::string& where) {
  if (type == "ByteLevel") {
    // These concern the other components of this name.
    for (const char* key : {"add_prefix_space", "trim_offsets", "use_regex"}) {
      reader.boolean(key, true);
    }
    return byte_level_decoder();
  }
  if (type == "ByteFallback") return byte_fallback_decoder();
  if (type == "Fuse") return fuse_decoder();
  if (type == "Replace") return read_replace(reader, where);
  if (type == "Strip") return read_strip(reader);
  if (type == "Metaspace") {
    const MetaspaceSettings settings = read_metaspace(reader);
    return metaspace_decoder(settings.replacement, settings.scheme);
  }
  refuse_component(reader, "decoder", type, kSupported);
}

}  // namespace

void refuse_component(const ObjectReader& reader, const std::string& kind, const std::string& type,
                      const std::string& supported) {
  reader.error("type", fmt::format("the {} {} is not supported; {}", kind, quote(type), supported));
}

TextOrPattern read_pattern(ObjectReader& reader) {
  auto pattern = reader.object("pattern");
  const bool is_pattern = pattern && pattern->has("Regex");
  if (!is_pattern && !(pattern && pattern->has("String"))) {
    reader.error("pattern", "expected a String or a Regex");
  }
  TextOrPattern result = {pattern->require_string(is_pattern ? "Regex" : "String"), is_pattern};
  if (result.text.empty()) reader.error("pattern", "is empty");
  pattern->reject_unknown();
  return result;
}

std::string read_character(ObjectReader& reader, const std::string& key) {
  std::string text = reader.require_string(key);
  if (text.empty() || utf8_length(text.front()) != text.size()) {
    reader.error(key, fmt::format("expected one character, got {}", quote(text)));
  }
  return text;
}

MetaspaceSettings read_metaspace(ObjectReader& reader) {
  MetaspaceSettings settings;
  settings.replacement = read_character(reader, "replacement");
  const std::string scheme = reader.string("prepend_scheme", "always");
  if (scheme == "first") {
    settings.scheme = PrependScheme::kFirst;
  } else if (scheme == "never") {
    settings.scheme = PrependScheme::kNever;
  } else if (scheme != "always") {
    reader.error("prepend_scheme",
                 fmt::format("{} is not supported; always, first and never are", quote(scheme)));
  }
  settings.split = reader.boolean("split", true);
  reader.string("str_rep", "");  // of old files: the replacement once more
  if (!reader.boolean("add_prefix_space", true) && settings.scheme != PrependScheme::kNever) {
    reader.error("add_prefix_space", "false contradicts prepend_scheme; set that to \"never\"");
  }
  return settings;
}

Decoder read_decoder(const Json* json, const std::string& where) {
  std::vector<std::unique_ptr<DecoderStep>> steps;
  if (json == nullptr) return {};
  read_components(*json, "decoder", where, "decoders",
                  [&](ObjectReader& reader, const std::string& type) {
                    steps.push_back(read_step(reader, type, where));
                  });
  return Decoder(std::move(steps));
}

}  // namespace braid

// Any bytes as text, for a few fixed tokenizers: valid UTF-8 can be encoded, and comes back where
// nothing normalizes it; anything else is an Error. The first byte says which bytes are foreign.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "data/text/byte_alphabet.h"
#include "data/text/pipeline_tokenizer.h"
#include "data/text/tokenizer_json.h"
#include "data/text/utf8.h"

namespace {

using braid::Json;

struct Subject {
  std::unique_ptr<braid::Tokenizer> tokenizer;
  bool lossless;
};

Json added_token(int id, const char* content, bool special) {
  return {{"id", id}, {"content", content}, {"special", special}, {"normalized", false}};
}

Subject make(Json file, int vocabulary, bool lossless) {
  file["added_tokens"] = {added_token(vocabulary, "<|x|>", true),
                          added_token(vocabulary + 1, "  ", false)};
  auto parsed = braid::parse_tokenizer_json(file, "fuzz", {});
  return {std::make_unique<braid::PipelineTokenizer>(std::move(parsed.pipeline)), lossless};
}

Json byte_level_model() {
  Json vocabulary = Json::object();
  for (int byte = 0; byte < 256; ++byte) {
    vocabulary[std::string(braid::byte_character(static_cast<unsigned char>(byte)))] = byte;
  }
  vocabulary["th"] = 256;
  vocabulary["the"] = 257;
  vocabulary["\u00c3\u00a9"] = 258;
  return {{"type", "BPE"}, {"vocab", vocabulary}, {"merges", {"t h", "th e", "\u00c3 \u00a9"}}};
}

Json byte_fallback_vocabulary(bool with_scores) {
  Json vocabulary = with_scores ? Json::array() : Json::object();
  std::vector<std::string> names = {"<unk>", "\u2581", "a", "\u2581a", "aa", "\u00e9"};
  for (int byte = 0; byte < 256; ++byte) names.push_back(fmt::format("<0x{:02X}>", byte));
  for (size_t i = 0; i < names.size(); ++i) {
    if (with_scores) {
      vocabulary.push_back({names[i], -0.5 * static_cast<double>(i)});
    } else {
      vocabulary[names[i]] = i;
    }
  }
  return vocabulary;
}

std::vector<Subject> make_subjects() {
  const Json byte_level = {{"type", "ByteLevel"}, {"add_prefix_space", false}};
  const Json metaspace = {{"type", "Metaspace"}, {"replacement", "\u2581"}};
  const Json fallback = {{"type", "Sequence"},
                         {"decoders", {{{"type", "ByteFallback"}}, {{"type", "Fuse"}}}}};
  const Json bpe = {{"type", "BPE"},
                    {"byte_fallback", true},
                    {"unk_token", "<unk>"},
                    {"fuse_unk", true},
                    {"vocab", byte_fallback_vocabulary(false)},
                    {"merges", {"a a", "\u2581 a"}}};
  const Json unigram = {{"type", "Unigram"},
                        {"byte_fallback", true},
                        {"unk_id", 0},
                        {"vocab", byte_fallback_vocabulary(true)}};
  const Json normalizers = {
      {"type", "Sequence"},
      {"normalizers", {{{"type", "NFKC"}}, {{"type", "Lowercase"}}, {{"type", "Strip"}}}}};
  std::vector<Subject> subjects;
  Json gpt2 = {
      {"model", byte_level_model()}, {"pre_tokenizer", byte_level}, {"decoder", byte_level}};
  subjects.push_back(make(gpt2, 259, true));
  gpt2["normalizer"] = normalizers;
  subjects.push_back(make(gpt2, 259, false));
  subjects.push_back(make({{"model", bpe}, {"decoder", fallback}}, 262, true));
  subjects.push_back(
      make({{"model", unigram}, {"pre_tokenizer", metaspace}, {"decoder", metaspace}}, 262, false));
  return subjects;
}

void check(const Subject& subject, const braid::RenderedText& text, bool valid) {
  const braid::Tokenizer& tokenizer = *subject.tokenizer;
  std::vector<int32_t> ids;
  try {
    ids = tokenizer.encode_rendered(text);
  } catch (const braid::Error&) {
    if (valid) __builtin_trap();
    return;
  }
  if (!valid) __builtin_trap();
  const auto spans = tokenizer.encode_spans(text);
  if (spans.size() != ids.size()) __builtin_trap();
  for (size_t i = 0; i < ids.size(); ++i) {
    if (spans[i].id != ids[i] || spans[i].bytes.end > text.text.size()) __builtin_trap();
  }
  const std::string decoded = tokenizer.decode(ids);
  if (subject.lossless && decoded != text.text) __builtin_trap();
  if (tokenizer.encode(text.text) != tokenizer.encode_rendered(braid::foreign_text(text.text))) {
    __builtin_trap();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::vector<Subject> subjects = make_subjects();
  if (size == 0) return 0;
  braid::RenderedText text;
  text.text.assign(reinterpret_cast<const char*>(data + 1), size - 1);
  const size_t cut = data[0] % size;  // all before it is foreign
  if (cut > 0) text.foreign = {{0, cut}};
  const bool valid = braid::find_invalid_utf8(text.text) == std::string_view::npos;
  if (!valid &&
      braid::find_invalid_utf8(braid::to_valid_utf8(text.text)) != std::string_view::npos) {
    __builtin_trap();
  }
  for (const Subject& subject : subjects) check(subject, text, valid);
  return 0;
}

// tokenizer.json: whatever loads can encode, decode and say where its tokens came from.
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "data/text/pipeline_tokenizer.h"
#include "data/text/tokenizer_json.h"

namespace {

constexpr const char* kText = "Ab  <s>caf\u00e9 e\u0301\n12 \U0001f600</s>\u2581x";

void use(const braid::Tokenizer& tokenizer) {
  const braid::RenderedText text = {kText, {{0, 3}, {20, 24}}, {}};
  const auto ids = tokenizer.encode_rendered(text);
  tokenizer.decode(ids);
  tokenizer.encode(kText);
  const auto spans = tokenizer.encode_spans(text);
  if (spans.size() != ids.size()) __builtin_trap();
  for (size_t i = 0; i < ids.size(); ++i) {
    if (spans[i].id != ids[i] || spans[i].bytes.end > text.text.size()) __builtin_trap();
    tokenizer.piece(ids[i]);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  try {
    const braid::Json json = braid::parse_json(input, "fuzz");
    braid::TokenRoles roles;
    roles.names = {"</s>"};
    braid::TokenizerJson parsed = braid::parse_tokenizer_json(json, "fuzz", roles);
    use(braid::PipelineTokenizer(std::move(parsed.pipeline)));
  } catch (const braid::Error&) {
  }
  return 0;
}

// tiktoken rank files. The first byte chooses the pattern.
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "data/text/tiktoken_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.empty()) return 0;
  braid::TiktokenRules rules;
  rules.pattern = input[0] % 2 == 0 ? braid::kLlama3Pattern : std::string_view(R"(\S+|\s+)");
  input.remove_prefix(1);
  try {
    braid::is_tiktoken(input);
    braid::AddedTokenEntry end;
    end.content = "<|end|>";
    end.id = static_cast<int64_t>(braid::count_ranks(input));
    end.special = true;
    rules.added = {end};
    const braid::PipelineTokenizer tokenizer(braid::read_tiktoken(input, "fuzz", rules));
    const std::string text = "the the  theth\u00e9e <|end|>\n99999";
    const auto ids = tokenizer.encode(text);
    if (tokenizer.decode(ids) != text) __builtin_trap();  // all bytes are there
    tokenizer.encode_spans({text, {}, {}});
  } catch (const braid::Error&) {
  }
  return 0;
}

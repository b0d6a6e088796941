// Templates: untrusted source, rendered on a fixed conversation. Behind a zero byte stands the text
// of one more message.
#include <cstdint>
#include <string>

#include "data/jinja/template.h"

namespace {

constexpr braid::RenderLimits kLimits = {
    .output_bytes = 1 << 16, .memory_bytes = 1 << 22, .steps = 1 << 16, .depth = 300};

const braid::Json& own_variables() {
  static const braid::Json own = {
      {"bos_token", "<s>"}, {"eos_token", "</s>"}, {"add_generation_prompt", true}, {"n", 7},
      {"f", -2.5},          {"xs", {3, 1, 2}},     {"d", {{"a", 1}, {"b", "x"}}}};
  return own;
}

braid::Json foreign_variables(const std::string& text) {
  const braid::Json call = {{"name", "f"}, {"arguments", {{"x", 1}, {"y", nullptr}}}};
  braid::Json messages = {{{"role", "system"}, {"content", "Grüße 世界"}},
                          {{"role", "user"}, {"content", text}},
                          {{"role", "assistant"}, {"content", "<|im_end|>"}}};
  messages.push_back(
      {{"role", "tool"}, {"content", nullptr}, {"tool_calls", {{{"function", call}}}}});
  return {{"messages", messages}, {"tools", nullptr}, {"text", text}};
}

// Ranges are sorted, not empty, apart, and inside the text.
void check(const std::vector<braid::ByteRange>& ranges, size_t size) {
  size_t end = 0;
  bool first = true;
  for (const braid::ByteRange& range : ranges) {
    BRAID_ASSERT(range.begin < range.end && range.end <= size);
    BRAID_ASSERT(first || range.begin > end);
    end = range.end;
    first = false;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  const size_t zero = input.find('\0');
  const std::string text = zero == std::string::npos ? " Hi\n" : input.substr(zero + 1);
  try {
    const braid::JinjaTemplate parsed(input.substr(0, zero), "fuzz");
    const auto rendered =
        parsed.render(own_variables(), foreign_variables(text), 1741529107, kLimits);
    check(rendered.foreign, rendered.text.size());
    check(rendered.generated, rendered.text.size());
  } catch (const braid::Error&) {
  }
  return 0;
}

// Patterns on PCRE2, compiled by its JIT where the machine has one.
#include "data/text/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>

#include "base/error.h"
#include "data/text/regex_dialect.h"

namespace braid {
namespace {

struct Free {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};

std::string pcre2_message(int code) {
  std::array<PCRE2_UCHAR, 256> text = {};
  pcre2_get_error_message(code, text.data(), text.size());
  return reinterpret_cast<const char*>(text.data());
}

}  // namespace

struct Pattern::Code {
  std::unique_ptr<pcre2_code, Free> compiled;
};

Pattern::Pattern(std::string_view pattern, const std::string& where) {
  const std::string translated = to_pcre2(pattern, where);
  int error = 0;
  size_t offset = 0;
  std::unique_ptr<pcre2_code, Free> code(
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                    PCRE2_UTF | PCRE2_UCP, &error, &offset, nullptr));
  if (!code) fail("{}: split pattern {}: {}", where, quote(pattern), pcre2_message(error));
  uint32_t matches_empty = 0;
  pcre2_pattern_info(code.get(), PCRE2_INFO_MATCHEMPTY, &matches_empty);
  if (matches_empty != 0) fail("{}: split pattern {} can match nothing", where, quote(pattern));
  // Without JIT support pcre2_match interprets the pattern: slower, with the same result.
  pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);
  code_ = std::make_unique<const Code>(Code{std::move(code)});
}

Pattern::~Pattern() = default;
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;

std::optional<ByteRange> Pattern::find(std::string_view text, size_t from) const {
  thread_local const std::unique_ptr<pcre2_match_data, Free> match(
      pcre2_match_data_create(1, nullptr));
  const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
  const pcre2_code* code = code_->compiled.get();
  int result =
      pcre2_match(code, subject, text.size(), from, PCRE2_NO_UTF_CHECK, match.get(), nullptr);
  if (result == PCRE2_ERROR_JIT_STACKLIMIT) {  // the interpreter works on the heap
    result = pcre2_match(code, subject, text.size(), from, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT,
                         match.get(), nullptr);
  }
  if (result == PCRE2_ERROR_NOMATCH) return std::nullopt;
  if (result < 0) {
    fail("a split pattern of the tokenizer failed at offset {} of a text: {}", from,
         pcre2_message(result));
  }
  const size_t* bounds = pcre2_get_ovector_pointer(match.get());
  // PCRE2's own account of empty matches leaves out some look-arounds.
  if (bounds[0] >= bounds[1]) fail("a split pattern of the tokenizer matched nothing");
  return ByteRange{bounds[0], bounds[1]};
}

}  // namespace braid

// Split patterns on PCRE2, compiled by its JIT where the machine has one.
#include "data/text/pretokenizer.h"

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

const std::string_view kGpt2Pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
const std::string_view kSingleDigitPattern = R"(\p{N})";
const std::string_view kDigitRunPattern = R"(\p{N}+)";

class Pretokenizer::Stage {
 public:
  Stage(const std::string& pattern, const std::string& where) {
    const std::string translated = to_pcre2(pattern, where);
    int error = 0;
    size_t offset = 0;
    code_.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                              PCRE2_UTF | PCRE2_UCP, &error, &offset, nullptr));
    if (!code_) fail("{}: split pattern {}: {}", where, quote(pattern), pcre2_message(error));
    uint32_t matches_empty = 0;
    pcre2_pattern_info(code_.get(), PCRE2_INFO_MATCHEMPTY, &matches_empty);
    if (matches_empty != 0) fail("{}: split pattern {} can match nothing", where, quote(pattern));
    // Without JIT support pcre2_match interprets the pattern: slower, with the same result.
    pcre2_jit_compile(code_.get(), PCRE2_JIT_COMPLETE);
  }

  void split(std::string_view text, std::vector<std::string_view>& pieces) const {
    const std::unique_ptr<pcre2_match_data, Free> match(pcre2_match_data_create(1, nullptr));
    size_t done = 0;
    while (done < text.size() && find(text, done, match.get())) {
      const size_t* bounds = pcre2_get_ovector_pointer(match.get());
      if (bounds[0] > done) pieces.push_back(text.substr(done, bounds[0] - done));
      pieces.push_back(text.substr(bounds[0], bounds[1] - bounds[0]));
      done = bounds[1];
    }
    if (done < text.size()) pieces.push_back(text.substr(done));
  }

 private:
  bool find(std::string_view text, size_t from, pcre2_match_data* match) const {
    const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
    int result =
        pcre2_match(code_.get(), subject, text.size(), from, PCRE2_NO_UTF_CHECK, match, nullptr);
    if (result == PCRE2_ERROR_JIT_STACKLIMIT) {  // the interpreter works on the heap
      result = pcre2_match(code_.get(), subject, text.size(), from,
                           PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, match, nullptr);
    }
    // 0: matched, with more groups than `match` has room for.
    if (result < 0 && result != PCRE2_ERROR_NOMATCH) {
      fail("a split pattern of the tokenizer failed at offset {} of a text: {}", from,
           pcre2_message(result));
    }
    return result >= 0;
  }

  std::unique_ptr<pcre2_code, Free> code_;
};

Pretokenizer::Pretokenizer(std::vector<std::string> patterns, const std::string& where)
    : patterns_(std::move(patterns)) {
  for (const auto& pattern : patterns_) stages_.emplace_back(pattern, where);
}

Pretokenizer::~Pretokenizer() = default;
Pretokenizer::Pretokenizer(Pretokenizer&&) noexcept = default;
Pretokenizer& Pretokenizer::operator=(Pretokenizer&&) noexcept = default;

void Pretokenizer::split(std::string_view text, std::vector<std::string_view>& words) const {
  if (text.empty()) return;
  std::vector<std::string_view> pieces = {text};
  std::vector<std::string_view> next;
  for (const Stage& stage : stages_) {
    next.clear();
    for (const std::string_view piece : pieces) stage.split(piece, next);
    pieces.swap(next);
  }
  words.insert(words.end(), pieces.begin(), pieces.end());
}

}  // namespace braid

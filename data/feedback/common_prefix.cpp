// Longest common prefixes of texts and of conversations.
#include "data/feedback/common_prefix.h"

#include <algorithm>
#include <utility>

namespace braid {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\n";

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

std::string_view without_trailing_space(std::string_view text) {
  return text.substr(0, text.find_last_not_of(kWhiteSpace) + 1);
}

}  // namespace

size_t shared_prompt_bytes(std::string_view first, std::string_view second) {
  first = without_trailing_space(first);
  second = without_trailing_space(second);
  if (first.size() > second.size()) std::swap(first, second);
  const auto differ = std::mismatch(first.begin(), first.end(), second.begin());
  auto length = static_cast<size_t>(differ.first - first.begin());
  if (length == first.size()) {
    length = first.find_last_of(kWhiteSpace) + 1;  // 0 when there is one word only
  } else {
    while (length > 0 && continues_character(first[length])) --length;
  }
  while (length > 0 && first[length - 1] == ' ') --length;
  return length;
}

size_t shared_prompt_turns(const Conversation& first, const Conversation& second) {
  const size_t shorter = std::min(first.size(), second.size());
  size_t count = 0;
  while (count + 1 < shorter && first[count] == second[count]) ++count;
  return count;
}

}  // namespace braid

// Placeholders and postscripts.
#include <initializer_list>

#include "data/instructions/characters.h"
#include "data/instructions/check_kinds.h"
#include "data/instructions/kwargs.h"

namespace braid {
namespace {

// [..] on one line; "[a [b]" is one.
size_t count_placeholders(std::string_view text) {
  size_t count = 0;
  for (size_t at = text.find('['); at != std::string_view::npos; at = text.find('[', at)) {
    at = text.find_first_of("]\n", at);
    if (at == std::string_view::npos) break;
    count += text[at] == ']';
  }
  return count;
}

Instruction::Check number_placeholders(ObjectReader& kwargs) {
  return [wanted = read_count(kwargs, "num_placeholders")](std::string_view answer) {
    return count_placeholders(answer) >= wanted;
  };
}

// The parts in order, with one whitespace character at most between two of them.
bool contains_loosely(std::string_view text, std::initializer_list<std::string_view> parts) {
  const std::string_view first = *parts.begin();
  for (size_t found = text.find(first); found != std::string_view::npos;
       found = text.find(first, found + 1)) {
    size_t at = found + first.size();
    bool complete = true;
    for (auto part = parts.begin() + 1; complete && part != parts.end(); ++part) {
      at += space_length(text, at);
      complete = text.substr(at).starts_with(*part);
      at += part->size();
    }
    if (complete) return true;
  }
  return false;
}

// Anywhere in the answer, as in the official checker.
Instruction::Check postscript(ObjectReader& kwargs) {
  const std::string marker = read_phrase(kwargs, "postscript_marker");
  return [marker, lower_marker = lowered(marker)](std::string_view answer) {
    const std::string text = lowered(answer);
    if (marker == "P.P.S") return contains_loosely(text, {"p.", "p.", "s"});
    if (marker == "P.S.") return contains_loosely(text, {"p.", "s."});
    return text.find(lower_marker) != std::string::npos;
  };
}

constexpr CheckKind kKinds[] = {{"detectable_content:number_placeholders", number_placeholders},
                                {"detectable_content:postscript", postscript}};

}  // namespace

std::span<const CheckKind> content_checks() { return kKinds; }

}  // namespace braid

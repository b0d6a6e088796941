// Bullets, highlights, sections, titles, fixed answers and JSON.
#include <algorithm>
#include <array>

#include "data/instructions/characters.h"
#include "data/instructions/check_kinds.h"
#include "data/instructions/kwargs.h"
#include "data/instructions/marks.h"

namespace braid {
namespace {

Instruction::Check number_bullet_lists(ObjectReader& kwargs) {
  return [wanted = read_count(kwargs, "num_bullets")](std::string_view answer) {
    return count_bullets(answer) == wanted;
  };
}

Instruction::Check number_highlighted_sections(ObjectReader& kwargs) {
  return [wanted = read_count(kwargs, "num_highlights")](std::string_view answer) {
    return count_highlights(answer) >= wanted;
  };
}

Instruction::Check multiple_sections(ObjectReader& kwargs) {
  const size_t wanted = read_count(kwargs, "num_sections");
  return [wanted, splitter = read_phrase(kwargs, "section_spliter")](std::string_view answer) {
    return count_sections(answer, splitter) >= wanted;
  };
}

Instruction::Check title(ObjectReader&) { return has_title; }

Instruction::Check constrained_response(ObjectReader&) {
  return [](std::string_view answer) {
    constexpr std::array<std::string_view, 3> kOptions{"My answer is yes.", "My answer is no.",
                                                       "My answer is maybe."};
    return std::any_of(kOptions.begin(), kOptions.end(), [&](std::string_view option) {
      return answer.find(option) != std::string_view::npos;
    });
  };
}

// The whole answer, perhaps inside a markdown fence.
bool is_json(std::string_view answer) {
  std::string_view text = strip(answer);
  for (const std::string_view fence : {"```json", "```Json", "```JSON", "```"}) {
    if (text.starts_with(fence)) text.remove_prefix(fence.size());
  }
  if (text.ends_with("```")) text.remove_suffix(3);
  text = strip(text);
  // The parser takes a zero byte for the end and skips a byte order mark.
  if (text.find('\0') != std::string_view::npos || text.starts_with("\xef\xbb\xbf")) return false;
  return Json::accept(text);
}

Instruction::Check json_format(ObjectReader&) { return is_json; }

constexpr CheckKind kKinds[] = {
    {"detectable_format:constrained_response", constrained_response},
    {"detectable_format:json_format", json_format},
    {"detectable_format:multiple_sections", multiple_sections},
    {"detectable_format:number_bullet_lists", number_bullet_lists},
    {"detectable_format:number_highlighted_sections", number_highlighted_sections},
    {"detectable_format:title", title}};

}  // namespace

std::span<const CheckKind> format_checks() { return kKinds; }

}  // namespace braid

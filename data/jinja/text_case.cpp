// Upper, lower and title case.
#include "data/jinja/text_operations.h"
#include "data/jinja/unicode.h"

namespace braid::jinja {
namespace {

void append_changed(std::string_view text, size_t at, char32_t c, Case wanted, bool first,
                    std::string& out) {
  switch (wanted) {
    case Case::kUpper:
      return append_upper(c, out);
    case Case::kLower:
      return append_lower(text, at, out);
    case Case::kSwapped:
      if (is_upper(c)) return append_lower(text, at, out);
      if (is_lower(c)) return append_upper(c, out);
      return encode(c, out);
    case Case::kCapitalized:
    case Case::kTitle:
      return first ? append_title(c, out) : append_lower(text, at, out);
  }
}

bool begins_word(char32_t c) {
  return is_space(c) || c == '-' || c == '(' || c == '{' || c == '[' || c == '<';
}

// `change(at, character, out)` gives the new form of each character.
template <typename Change>
const Text* change_characters(Runtime& runtime, const Text& text, Change change) {
  TextBuilder result(runtime);
  std::string changed;
  Marks marks = 0;
  for (size_t at = 0; at < text.bytes.size();) {
    const CodePoint c = decode(text.bytes, at);
    const Marks here = text.marks_at(at);
    if (here != marks) {
      result.append(changed, marks);
      changed.clear();
      marks = here;
    }
    if (c.length == 1 && c.value >= 0x80) {
      changed += text.bytes[at];  // not UTF-8: stays as it is
    } else {
      change(at, c.value, changed);
    }
    at += c.length;
  }
  result.append(changed, marks);
  return result.finish(text.markup);
}

}  // namespace

const Text* change_case(Runtime& runtime, const Text& text, Case wanted) {
  bool first = true;
  return change_characters(runtime, text, [&](size_t at, char32_t c, std::string& out) {
    append_changed(text.bytes, at, c, wanted, first, out);
    first = wanted == Case::kTitle && !is_cased(c);
  });
}

const Text* title_words(Runtime& runtime, const Text& text) {
  bool first = true;
  const Text* result =
      change_characters(runtime, text, [&](size_t at, char32_t c, std::string& out) {
        if (first) {
          append_upper(c, out);
        } else {
          append_lower(text.bytes, at, out);
        }
        first = begins_word(c);
      });
  return result;
}

}  // namespace braid::jinja

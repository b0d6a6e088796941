// Methods that ask what kind of characters a string has.
#include "data/jinja/methods.h"
#include "data/jinja/unicode.h"

namespace braid::jinja {
namespace {

// Whether `holds` is true of all characters, of which there must be one unless `empty` counts too.
template <typename Holds>
bool all_characters(Runtime& runtime, const Text& text, Holds holds, bool empty = false) {
  runtime.work(text.bytes.size());
  for (size_t i = 0; i < text.bytes.size();) {
    const CodePoint c = decode(text.bytes, i);
    if (!holds(c.value)) return false;
    i += c.length;
  }
  return empty || !text.bytes.empty();
}

template <bool (*holds)(char32_t)>
Value is_all(Runtime& runtime, const Value& self, const Arguments& arguments) {
  require_positional("a question about characters", arguments, 0, 0);
  return bool_value(all_characters(runtime, *self.text, holds));
}

Value is_printable_text(Runtime& runtime, const Value& self, const Arguments& arguments) {
  require_positional("isprintable", arguments, 0, 0);
  return bool_value(all_characters(runtime, *self.text, is_printable, true));
}

bool is_decimal(char32_t c) { return decimal_value(c) >= 0; }

Value is_ascii_text(Runtime&, const Value& self, const Arguments& arguments) {
  require_positional("isascii", arguments, 0, 0);
  return bool_value(is_ascii(self.text->bytes));
}

Value is_upper_text(Runtime& runtime, const Value& self, const Arguments& arguments) {
  require_positional("isupper", arguments, 0, 0);
  return bool_value(has_upper_case(runtime, *self.text));
}

Value is_lower_text(Runtime& runtime, const Value& self, const Arguments& arguments) {
  require_positional("islower", arguments, 0, 0);
  return bool_value(has_lower_case(runtime, *self.text));
}

// Capitals begin words and lower case goes on; there must be a word.
Value is_title_text(Runtime& runtime, const Value& self, const Arguments& arguments) {
  require_positional("istitle", arguments, 0, 0);
  bool any = false;
  bool inside = false;  // a word
  const bool right = all_characters(runtime, *self.text, [&](char32_t c) {
    const bool capital = is_upper(c) || is_title(c);
    if (capital == inside && is_cased(c)) return false;
    inside = is_cased(c);
    any = any || inside;
    return true;
  });
  return bool_value(right && any);
}

constexpr MethodEntry kMethods[] = {
    {"isspace", is_all<is_space>},     {"isdigit", is_all<is_digit>},
    {"isalpha", is_all<is_alpha>},     {"isalnum", is_all<is_alnum>},
    {"isdecimal", is_all<is_decimal>}, {"isupper", is_upper_text},
    {"islower", is_lower_text},        {"istitle", is_title_text},
    {"isascii", is_ascii_text},        {"isprintable", is_printable_text},
};

}  // namespace

bool has_upper_case(Runtime& runtime, const Text& text) {
  bool any = false;
  return all_characters(runtime, text,
                        [&](char32_t c) {
                          any = any || is_upper(c);
                          return !is_lower(c) && !is_title(c);
                        }) &&
         any;
}

bool has_lower_case(Runtime& runtime, const Text& text) {
  bool any = false;
  return all_characters(runtime, text,
                        [&](char32_t c) {
                          any = any || is_lower(c);
                          return !is_upper(c) && !is_title(c);
                        }) &&
         any;
}

std::span<const MethodEntry> string_class_methods() { return kMethods; }

}  // namespace braid::jinja

// Methods of strings.
#include <algorithm>
#include <array>

#include "data/jinja/iterate.h"
#include "data/jinja/methods.h"
#include "data/jinja/print.h"
#include "data/jinja/problem.h"
#include "data/jinja/string_format.h"
#include "data/jinja/text_operations.h"
#include "data/jinja/unicode.h"

namespace braid::jinja {
namespace {

template <Sides sides>
Value stripped(Runtime& runtime, const Value& self, const Arguments& arguments) {
  require_positional("strip", arguments, 0, 1);
  const Text* characters = nullptr;
  if (arguments.positional.size() == 1 && !arguments.positional[0].is_none()) {
    characters = &require_text(arguments.positional[0], "the characters to strip");
  }
  return text_value(strip(runtime, *self.text, characters, sides));
}

template <Case wanted>
Value in_case(Runtime& runtime, const Value& self, const Arguments& arguments) {
  require_positional("a method for the case", arguments, 0, 0);
  return text_value(change_case(runtime, *self.text, wanted));
}

template <bool from_right>
Value split_text(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto [separator, maximum] =
      bind<2>("split", arguments, {std::string_view("sep"), "maxsplit"});
  const int64_t limit = maximum.given() ? require_integer(maximum, "maxsplit") : -1;
  if (!separator.given() || separator.is_none()) {
    return list_value(runtime, from_right ? split_words_from_right(runtime, *self.text, limit)
                                          : split_words(runtime, *self.text, limit));
  }
  const Text& text = require_text(separator, "the separator of split");
  if (text.bytes.empty()) problem("the separator of split is empty");
  return list_value(runtime, from_right ? split_from_right(runtime, *self.text, text, limit)
                                        : split(runtime, *self.text, text, limit));
}

Value splitlines(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto [keep] = bind<1>("splitlines", arguments, {std::string_view("keepends")});
  return list_value(runtime, split_lines(runtime, *self.text, is_true(runtime, keep)));
}

Value replaced(Runtime& runtime, const Value& self, const Arguments& arguments) {
  require_positional("replace", arguments, 2, 3);
  const Text& old = require_text(arguments.positional[0], "the text to replace");
  const Text& fresh = require_text(arguments.positional[1], "the replacement");
  const int64_t limit = arguments.positional.size() == 3
                            ? require_integer(arguments.positional[2], "the count of replace")
                            : -1;
  return text_value(replace(runtime, *self.text, old, fresh, limit));
}

// The part of a text that optional start and end arguments name.
struct Window {
  std::string_view bytes;
  size_t offset = 0;     // of `bytes` in the text
  bool outside = false;  // it would begin behind the end of the text
};

Window window(const Text& text, const Arguments& arguments) {
  const std::string_view bytes = text.bytes;
  if (arguments.positional.size() < 2) return {bytes};
  const auto length = static_cast<int64_t>(count_code_points(bytes));
  const auto bound = [&](size_t index, int64_t fallback) {
    if (arguments.positional.size() <= index || arguments.positional[index].is_none()) {
      return fallback;
    }
    const int64_t at = require_integer(arguments.positional[index], "a position");
    return at < 0 ? std::max<int64_t>(0, at < -length ? 0 : at + length) : at;
  };
  const int64_t start = bound(1, 0);
  const int64_t end = std::min(bound(2, length), length);
  if (start > end) return {{}, 0, true};
  const size_t begin = offset_of(bytes, static_cast<size_t>(start));
  const size_t size = offset_of(bytes.substr(begin), static_cast<size_t>(end - start));
  return {bytes.substr(begin, size), begin};
}

template <bool at_start>
Value has_affix(Runtime& runtime, const Value& self, const Arguments& arguments) {
  require_positional(at_start ? "startswith" : "endswith", arguments, 1, 3);
  const Window part = window(*self.text, arguments);
  const auto matches = [&](const Value& affix) {
    const std::string_view bytes = require_text(affix, "what a text starts or ends with").bytes;
    runtime.work(bytes.size());
    return !part.outside &&
           (at_start ? part.bytes.starts_with(bytes) : part.bytes.ends_with(bytes));
  };
  const Value& affix = arguments.positional[0];
  if (!affix.is(Kind::kTuple)) return bool_value(matches(affix));
  const auto affixes = affix.sequence->items;
  return bool_value(std::any_of(affixes.begin(), affixes.end(), matches));
}

template <bool from_right, bool required>
Value found_at(Runtime& runtime, const Value& self, const Arguments& arguments) {
  require_positional("find", arguments, 1, 3);
  const Window part = window(*self.text, arguments);
  const std::string_view needle = require_text(arguments.positional[0], "the text to find").bytes;
  size_t at = std::string_view::npos;
  if (!part.outside) {
    at = from_right ? find_last_text(runtime, part.bytes, needle)
                    : find_text(runtime, part.bytes, needle, 0);
  }
  if (at != std::string_view::npos) {
    const size_t bytes = part.offset + at;
    return int_value(static_cast<int64_t>(count_code_points(self.text->bytes.substr(0, bytes))));
  }
  if (required) problem("index: the text is not there");
  return int_value(-1);
}

Value counted(Runtime& runtime, const Value& self, const Arguments& arguments) {
  require_positional("count", arguments, 1, 3);
  const Window part = window(*self.text, arguments);
  const std::string_view needle = require_text(arguments.positional[0], "the text to count").bytes;
  if (part.outside) return int_value(0);
  if (needle.empty()) return int_value(static_cast<int64_t>(count_code_points(part.bytes)) + 1);
  int64_t count = 0;
  for (size_t at = 0;; ++count) {
    at = find_text(runtime, part.bytes, needle, at);
    if (at == std::string_view::npos) return int_value(count);
    at += needle.size();
  }
}

Value joined(Runtime& runtime, const Value& self, const Arguments& arguments) {
  require_positional("join", arguments, 1, 1);
  if (self.text->markup) problem("'join' of a text marked safe is not supported");
  TextBuilder result(runtime);
  Cursor cursor(runtime, arguments.positional[0]);
  bool first = true;
  for (Value item; cursor.next(&item); first = false) {
    if (!first) result.append(*self.text);
    result.append(require_text(item, "an item to join"));
  }
  return text_value(result.finish());
}

Value formatted(Runtime& runtime, const Value& self, const Arguments& arguments) {
  if (self.text->markup) problem("'format' of a text marked safe is not supported");
  return text_value(format_braces(runtime, *self.text, arguments));
}

template <bool at_start>
Value without_affix(Runtime& runtime, const Value& self, const Arguments& arguments) {
  require_positional("removeprefix", arguments, 1, 1);
  const std::string_view affix = require_text(arguments.positional[0], "what to remove").bytes;
  const std::string_view bytes = self.text->bytes;
  if (at_start && bytes.starts_with(affix)) {
    return text_value(substring(runtime.arena, *self.text, affix.size(), bytes.size()));
  }
  if (!at_start && bytes.ends_with(affix)) {
    return text_value(substring(runtime.arena, *self.text, 0, bytes.size() - affix.size()));
  }
  return self;
}

Value zfill(Runtime& runtime, const Value& self, const Arguments& arguments) {
  require_positional("zfill", arguments, 1, 1);
  const int64_t width = require_integer(arguments.positional[0], "the width of zfill");
  const std::string_view bytes = self.text->bytes;
  const auto length = static_cast<int64_t>(count_code_points(bytes));
  if (width <= length) return self;
  const size_t sign = bytes.starts_with('-') || bytes.starts_with('+') ? 1 : 0;
  TextBuilder result(runtime);
  result.append(*self.text, 0, sign);
  result.fill(static_cast<size_t>(width - length), "0");
  result.append(*self.text, sign, bytes.size());
  return text_value(result.finish(self.text->markup));
}

enum class Align : uint8_t { kLeft, kRight, kCenter };
template <Align align>
Value justified(Runtime& runtime, const Value& self, const Arguments& arguments) {
  require_positional("center, ljust or rjust", arguments, 1, 2);
  const int64_t width = require_integer(arguments.positional[0], "a width");
  std::string_view filler = " ";
  if (arguments.positional.size() == 2) {
    filler = require_text(arguments.positional[1], "the character to fill with").bytes;
    if (count_code_points(filler) != 1) problem("the text to fill with is not one character");
  }
  const Text& text = *self.text;
  if (align == Align::kCenter) return text_value(center(runtime, text, width, filler));
  const auto length = static_cast<int64_t>(count_code_points(text.bytes));
  if (width <= length) return self;
  const auto space = static_cast<size_t>(width - length);
  return text_value(align == Align::kLeft ? pad(runtime, text, 0, space, filler)
                                          : pad(runtime, text, space, 0, filler));
}

template <bool from_right>
Value partitioned(Runtime& runtime, const Value& self, const Arguments& arguments) {
  require_positional("partition", arguments, 1, 1);
  const Text& separator = require_text(arguments.positional[0], "the separator of partition");
  if (separator.bytes.empty()) problem("the separator of partition is empty");
  const Text& text = *self.text;
  const size_t size = text.bytes.size();
  const size_t at = from_right ? find_last_text(runtime, text.bytes, separator.bytes)
                               : find_text(runtime, text.bytes, separator.bytes, 0);
  Arena& arena = runtime.arena;
  const auto part = [&](size_t begin, size_t end) {
    return text_value(substring(arena, text, begin, end));
  };
  if (at == std::string_view::npos) {
    const Value nothing = part(0, 0);
    return tuple_value(runtime, from_right ? std::array{nothing, nothing, self}
                                           : std::array{self, nothing, nothing});
  }
  const size_t end = at + separator.bytes.size();
  return tuple_value(runtime, std::array{part(0, at), part(at, end), part(end, size)});
}

constexpr MethodEntry kMethods[] = {
    {"strip", stripped<Sides::kBoth>},
    {"lstrip", stripped<Sides::kLeft>},
    {"rstrip", stripped<Sides::kRight>},
    {"split", split_text<false>},
    {"startswith", has_affix<true>},
    {"endswith", has_affix<false>},
    {"replace", replaced},
    {"upper", in_case<Case::kUpper>},
    {"lower", in_case<Case::kLower>},
    {"title", in_case<Case::kTitle>},
    {"capitalize", in_case<Case::kCapitalized>},
    {"swapcase", in_case<Case::kSwapped>},
    {"join", joined},
    {"format", formatted},
    {"find", found_at<false, false>},
    {"rfind", found_at<true, false>},
    {"index", found_at<false, true>},
    {"rindex", found_at<true, true>},
    {"count", counted},
    {"rsplit", split_text<true>},
    {"splitlines", splitlines},
    {"removeprefix", without_affix<true>},
    {"removesuffix", without_affix<false>},
    {"zfill", zfill},
    {"center", justified<Align::kCenter>},
    {"ljust", justified<Align::kLeft>},
    {"rjust", justified<Align::kRight>},
    {"partition", partitioned<false>},
    {"rpartition", partitioned<true>},
};

}  // namespace

std::span<const MethodEntry> string_methods() { return kMethods; }

}  // namespace braid::jinja

// Filters on strings. They take any value and work on its printed form, as Jinja's do.
#include <algorithm>
#include <cctype>

#include "data/jinja/dict.h"
#include "data/jinja/filters.h"
#include "data/jinja/iterate.h"
#include "data/jinja/json_text.h"
#include "data/jinja/paths.h"
#include "data/jinja/print.h"
#include "data/jinja/problem.h"
#include "data/jinja/string_format.h"
#include "data/jinja/text_operations.h"
#include "data/jinja/unicode.h"

namespace braid::jinja {
namespace {

using Name = std::string_view;

template <Case wanted>
Value in_case(Runtime& runtime, const Value& value, const Arguments& arguments) {
  require_positional("a filter for the case", arguments, 0, 0);
  return text_value(change_case(runtime, to_text(runtime, value), wanted));
}

Value title(Runtime& runtime, const Value& value, const Arguments& arguments) {
  require_positional("title", arguments, 0, 0);
  return text_value(title_words(runtime, to_text(runtime, value)));
}

Value trim(Runtime& runtime, const Value& value, const Arguments& arguments) {
  const auto [chars] = bind<1>("trim", arguments, {Name("chars")});
  const bool given = chars.given() && !chars.is_none();
  const Text* characters = given ? &require_text(chars, "the characters to trim") : nullptr;
  return text_value(strip(runtime, to_text(runtime, value), characters, Sides::kBoth));
}

Value replace_all(Runtime& runtime, const Value& value, const Arguments& arguments) {
  const auto [old, fresh, count] = bind<3>("replace", arguments, {Name("old"), "new", "count"}, 2);
  const bool limited = count.given() && !count.is_none();
  const int64_t limit = limited ? require_integer(count, "the count of replace") : -1;
  return text_value(replace(runtime, to_text(runtime, value), to_text(runtime, old),
                            to_text(runtime, fresh), limit));
}

Value center_text(Runtime& runtime, const Value& value, const Arguments& arguments) {
  const auto [width] = bind<1>("center", arguments, {Name("width")});
  return text_value(center(runtime, to_text(runtime, value),
                           width.given() ? require_integer(width, "the width of center") : 80,
                           " "));
}

const Text& indentation(Runtime& runtime, const Value& width) {
  if (width.is_text()) return *width.text;
  const int64_t spaces = width.given() ? require_integer(width, "the width of indent") : 4;
  return *repeat(runtime, *borrow(runtime.arena, " "), spaces);
}

Value indent(Runtime& runtime, const Value& value, const Arguments& arguments) {
  const auto [width, first, blank] =
      bind<3>("indent", arguments, {Name("width"), "first", "blank"});
  const Text& text = require_text(value, "what to indent");
  const Text& space = indentation(runtime, width);
  const bool blank_too = is_true(runtime, blank);
  // With a line end behind it, so that a last line that is empty counts.
  TextBuilder ended(runtime);
  ended.append(text);
  ended.append("\n");
  TextBuilder result(runtime);
  if (is_true(runtime, first)) result.append(space);
  bool begun = false;
  for (const Value& line : split_lines(runtime, *ended.finish(), false)) {
    if (begun) result.append("\n");
    if (begun && (blank_too || !line.text->bytes.empty())) result.append(space);
    result.append(*line.text);
    begun = true;
  }
  return text_value(result.finish(text.markup));
}

Value truncate_text(Runtime& runtime, const Value& value, const Arguments& arguments) {
  const auto [length, killwords, end, leeway] =
      bind<4>("truncate", arguments, {Name("length"), "killwords", "end", "leeway"});
  const Text& ending =
      end.given() ? require_text(end, "the end of truncate") : *borrow(runtime.arena, "...");
  const int64_t limit = length.given() ? require_integer(length, "the length of truncate") : 255;
  const bool has_leeway = leeway.given() && !leeway.is_none();
  const int64_t extra = has_leeway ? require_integer(leeway, "the leeway of truncate") : 5;
  const auto ending_length = static_cast<int64_t>(count_code_points(ending.bytes));
  if (limit < ending_length || extra < 0) problem("truncate: the length or leeway is too small");
  const auto known = length_of(runtime, value);  // what is short enough need not be a string
  const auto size = static_cast<int64_t>(known.value_or(0));
  if (known && (size <= limit || size - limit <= extra)) return value;
  const Text& text = require_text(value, "what to truncate");
  size_t cut = offset_of(text.bytes, static_cast<size_t>(limit - ending_length));
  if (!is_true(runtime, killwords)) {
    const size_t space = text.bytes.substr(0, cut).rfind(' ');
    if (space != std::string_view::npos) cut = space;
  }
  TextBuilder result(runtime);
  result.append(text, 0, cut);
  result.append(ending);
  return text_value(result.finish(text.markup));
}

Value join(Runtime& runtime, const Value& value, const Arguments& arguments) {
  const auto [d, attribute] = bind<2>("join", arguments, {Name("d"), "attribute"});
  const bool by_attribute = attribute.given() && !attribute.is_none();
  const AttributePath path(runtime, by_attribute ? attribute : none_value());
  TextBuilder result(runtime);
  Cursor cursor(runtime, value);
  bool first = true;
  for (Value item; cursor.next(&item); first = false) {
    if (!first && d.given()) print(result, d);
    print(result, path.get(item));
  }
  return text_value(result.finish());
}

Value string(Runtime& runtime, const Value& value, const Arguments& arguments) {
  require_positional("string", arguments, 0, 0);
  return text_value(&to_text(runtime, value));
}

Value safe(Runtime& runtime, const Value& value, const Arguments& arguments) {
  require_positional("safe", arguments, 0, 0);
  Text* text = runtime.arena.make<Text>(to_text(runtime, value));
  text->markup = true;
  return text_value(text);
}

Value escape(Runtime& runtime, const Value& value, const Arguments& arguments) {
  require_positional("escape", arguments, 0, 0);
  const Text& text = to_text(runtime, value);
  return text_value(text.markup ? &text : escape_html(runtime, text));
}

Value force_escape(Runtime& runtime, const Value& value, const Arguments& arguments) {
  require_positional("forceescape", arguments, 0, 0);
  return text_value(escape_html(runtime, to_text(runtime, value)));
}

Value format(Runtime& runtime, const Value& value, const Arguments& arguments) {
  const Text& text = to_text(runtime, value);
  if (text.markup) problem("'format' of a text marked safe is not supported");
  if (arguments.keywords.empty()) {
    return text_value(format_percent(runtime, text, tuple_value(runtime, arguments.positional)));
  }
  if (!arguments.positional.empty()) problem("format takes values with or without names, not both");
  DictBuilder names(runtime);
  for (const Keyword& keyword : arguments.keywords) {
    names.set(text_value(borrow(runtime.arena, keyword.name)), keyword.value);
  }
  return text_value(format_percent(runtime, text, dict_value(names.finish())));
}

Value word_count(Runtime& runtime, const Value& value, const Arguments& arguments) {
  require_positional("wordcount", arguments, 0, 0);
  const std::string_view bytes = to_text(runtime, value).bytes;
  runtime.work(bytes.size());
  int64_t count = 0;
  bool inside = false;
  for (size_t i = 0; i < bytes.size();) {
    const CodePoint c = decode(bytes, i);
    const bool word = c.value == '_' || is_alnum(c.value);
    if (word && !inside) ++count;
    inside = word;
    i += c.length;
  }
  return int_value(count);
}

void append_quoted_url(TextBuilder& out, const Text& text, bool query) {
  constexpr std::string_view kSafe = "_.-~";
  for (size_t i = 0; i < text.bytes.size(); ++i) {
    const char c = text.bytes[i];
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x80 && std::isalnum(byte) != 0) || kSafe.find(c) != std::string_view::npos ||
        (c == '/' && !query)) {
      out.append(text, i, i + 1);
    } else if (c == ' ' && query) {
      out.append("+", text.marks_at(i));
    } else {
      out.append(fmt::format("%{:02X}", byte), text.marks_at(i));
    }
  }
}

Value url_encode(Runtime& runtime, const Value& value, const Arguments& arguments) {
  require_positional("urlencode", arguments, 0, 0);
  TextBuilder out(runtime);
  if (value.is_text() || !is_iterable(value)) {
    append_quoted_url(out, to_text(runtime, value), false);
    return text_value(out.finish());
  }
  Value pairs = value;
  if (value.is(Kind::kDict)) {
    pairs.kind = Kind::kView;
    pairs.view = runtime.arena.make<View>(View{value.dict, View::Part::kItems});
  }
  Cursor cursor(runtime, pairs);
  for (Value pair; cursor.next(&pair);) {
    const std::vector<Value> parts = items_of(runtime, pair);
    if (parts.size() != 2) problem("urlencode: an item has {} parts instead of 2", parts.size());
    if (out.size() > 0) out.append("&");
    append_quoted_url(out, to_text(runtime, parts[0]), true);
    out.append("=");
    append_quoted_url(out, to_text(runtime, parts[1]), true);
  }
  return text_value(out.finish());
}

// The two separators of `tojson(separators=...)`, or nothing for none.
void read_separators(Runtime& runtime, const Value& separators, JsonStyle& style) {
  if (!separators.given() || separators.is_none()) return;
  const std::vector<Value> parts = items_of(runtime, separators);
  if (parts.size() != 2) problem("tojson: 'separators' has {} parts instead of 2", parts.size());
  style.item_separator = &require_text(parts[0], "a separator of tojson");
  style.key_separator = &require_text(parts[1], "a separator of tojson");
}

Value to_json(Runtime& runtime, const Value& value, const Arguments& arguments) {
  const auto [ensure_ascii, indent, separators, sort_keys] =
      bind<4>("tojson", arguments, {Name("ensure_ascii"), "indent", "separators", "sort_keys"});
  JsonStyle style;
  style.ensure_ascii = is_true(runtime, ensure_ascii);
  style.sort_keys = is_true(runtime, sort_keys);
  if (indent.is_text()) {
    style.indent = indent.text;
  } else if (indent.given() && !indent.is_none()) {
    const int64_t spaces = require_integer(indent, "the indent of tojson");
    style.indent = repeat(runtime, *borrow(runtime.arena, " "), spaces);
  }
  read_separators(runtime, separators, style);
  return text_value(json_text(runtime, value, style));
}

constexpr FilterEntry kFilters[] = {
    {"capitalize", in_case<Case::kCapitalized>},
    {"center", center_text},
    {"e", escape},
    {"escape", escape},
    {"forceescape", force_escape},
    {"format", format},
    {"indent", indent},
    {"join", join},
    {"lower", in_case<Case::kLower>},
    {"replace", replace_all},
    {"safe", safe},
    {"string", string},
    {"title", title},
    {"tojson", to_json},
    {"trim", trim},
    {"truncate", truncate_text},
    {"upper", in_case<Case::kUpper>},
    {"urlencode", url_encode},
    {"wordcount", word_count},
};

}  // namespace

std::span<const FilterEntry> text_filters() { return kFilters; }

}  // namespace braid::jinja

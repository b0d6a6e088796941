#include "data/jinja/print.h"

#include "data/jinja/callables.h"
#include "data/jinja/dict.h"
#include "data/jinja/iterate.h"
#include "data/jinja/loop.h"
#include "data/jinja/number.h"
#include "data/jinja/problem.h"
#include "data/jinja/unicode.h"

namespace braid::jinja {
namespace {

void print_value(TextBuilder& out, const Value& value, Marks marks);

// Escape of a character inside quotes; empty when it stands for itself.
std::string escape_of(char32_t c, char quote) {
  switch (c) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case '\\':
      return "\\\\";
    default:
      break;
  }
  if (c == static_cast<unsigned char>(quote)) return std::string("\\") + quote;
  if (is_printable(c)) return "";
  const auto code = static_cast<uint32_t>(c);
  if (code < 0x100) return fmt::format("\\x{:02x}", code);
  return code < 0x10000 ? fmt::format("\\u{:04x}", code) : fmt::format("\\U{:08x}", code);
}

// `marks` are those of the list around; the quotes of a foreign text are foreign as well.
void print_quoted_text(TextBuilder& out, const Text& text, Marks marks) {
  const std::string_view bytes = text.bytes;
  const bool doubled =
      bytes.find('\'') != std::string_view::npos && bytes.find('"') == std::string_view::npos;
  const char quote = doubled ? '"' : '\'';
  if (text.markup) out.append("Markup(", marks);
  out.append({&quote, 1}, marks);
  size_t done = 0;
  for (size_t i = 0; i < bytes.size();) {
    const CodePoint c = decode(bytes, i);
    const std::string escaped = escape_of(c.value, quote);
    if (!escaped.empty()) {
      out.append(text, done, i);
      out.append(escaped, text.marks_at(i));
      done = i + c.length;
    }
    i += c.length;
  }
  out.append(text, done, bytes.size());
  out.append({&quote, 1}, marks);
  if (text.markup) out.append(")", marks);
}

void print_sequence(TextBuilder& out, const Value& value) {
  const bool list = value.is(Kind::kList);
  const auto items = value.sequence->items;
  const Marks marks = value.sequence->foreign ? kForeign : Marks{0};
  out.append(list ? "[" : "(", marks);
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out.append(", ", marks);
    print_value(out, items[i], marks);
  }
  if (!list && items.size() == 1) out.append(",", marks);
  out.append(list ? "]" : ")", marks);
}

void print_dict(TextBuilder& out, std::span<const Entry> entries, Marks marks) {
  out.append("{", marks);
  for (size_t i = 0; i < entries.size(); ++i) {
    if (i > 0) out.append(", ", marks);
    print_value(out, entries[i].key, marks);
    out.append(": ", marks);
    print_value(out, entries[i].value, marks);
  }
  out.append("}", marks);
}

void print_view(TextBuilder& out, const Value& value) {
  constexpr std::string_view kNames[] = {"dict_items", "dict_keys", "dict_values"};
  out.append(kNames[static_cast<size_t>(value.view->part)]);
  out.append("(");
  print_value(out, list_value(out.runtime(), items_of(out.runtime(), value)), 0);
  out.append(")");
}

void print_range(TextBuilder& out, const Range& range) {
  out.append(fmt::format("range({}, {}", range.start, range.stop));
  if (range.step != 1) out.append(fmt::format(", {}", range.step));
  out.append(")");
}

// What templates have no business to print.
void print_other(TextBuilder& out, const Value& value) {
  switch (value.kind) {
    case Kind::kNamespace:
      out.append("<Namespace ");
      print_dict(out, entries_of(*value.space), 0);
      return out.append(">");
    case Kind::kLoop:
      return out.append(fmt::format("<LoopContext {}/{}>", value.loop->index0() + 1,
                                    value.loop->length(out.runtime())));
    case Kind::kMacro:
      return out.append(macro_description(*value.macro));
    default:
      problem("a {} cannot be printed", type_name(value.kind));
  }
}

void print_value(TextBuilder& out, const Value& value, Marks marks) {
  const Level level(out.runtime());
  out.runtime().step();
  switch (value.kind) {
    case Kind::kUndefined:
      return out.append("Undefined", marks);
    case Kind::kNone:
      return out.append("None", marks);
    case Kind::kBool:
      return out.append(value.boolean ? "True" : "False", marks);
    case Kind::kInt:
      return out.append(fmt::format_int(value.integer).str(), marks);
    case Kind::kFloat:
      return out.append(print_float(value.number), marks);
    case Kind::kString:
      return print_quoted_text(out, *value.text, marks);
    case Kind::kList:
    case Kind::kTuple:
      return print_sequence(out, value);
    case Kind::kDict:
      return print_dict(out, value.dict->entries, value.dict->foreign ? kForeign : Marks{0});
    case Kind::kView:
      return print_view(out, value);
    case Kind::kRange:
      return print_range(out, *value.range);
    default:
      return print_other(out, value);
  }
}

}  // namespace

void print(TextBuilder& out, const Value& value) {
  if (value.is_text()) return out.append(*value.text);
  if (value.is_undefined()) return;
  print_value(out, value, 0);
}

void print_quoted(TextBuilder& out, const Value& value) { print_value(out, value, 0); }

const Text& to_text(Runtime& runtime, const Value& value) {
  if (value.is_text()) return *value.text;
  TextBuilder out(runtime);
  print(out, value);
  return *out.finish();
}

}  // namespace braid::jinja

#include "data/jinja/json_text.h"

#include <algorithm>
#include <cmath>

#include "data/jinja/compare.h"
#include "data/jinja/dict.h"
#include "data/jinja/number.h"
#include "data/jinja/problem.h"
#include "data/jinja/unicode.h"

namespace braid::jinja {
namespace {

std::string escape_of(char32_t c, bool ensure_ascii) {
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    default:
      break;
  }
  const auto code = static_cast<uint32_t>(c);
  if (code >= 0x20 && (code < 0x7f || !ensure_ascii)) return "";
  if (code < 0x10000) return fmt::format("\\u{:04x}", code);
  const uint32_t offset = code - 0x10000;
  return fmt::format("\\u{:04x}\\u{:04x}", 0xd800 + (offset >> 10), 0xdc00 + (offset & 0x3ff));
}

std::string float_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
  return print_float(number);
}

class Writer {
 public:
  Writer(Runtime& runtime, const JsonStyle& style)
      : runtime_(runtime), style_(style), out_(runtime) {}

  void write(const Value& value, Marks marks, size_t depth) {
    const Level level(runtime_);
    runtime_.step();
    switch (value.kind) {
      case Kind::kString:
        return write_text(*value.text, marks);
      case Kind::kList:
      case Kind::kTuple:
        return write_sequence(*value.sequence, depth);
      case Kind::kDict:
        return write_dict(*value.dict, depth);
      default:
        return out_.append(scalar_text(value), marks);
    }
  }

  const Text* finish() { return out_.finish(); }

 private:
  static std::string scalar_text(const Value& value) {
    switch (value.kind) {
      case Kind::kNone:
        return "null";
      case Kind::kBool:
        return value.boolean ? "true" : "false";
      case Kind::kInt:
        return std::to_string(value.integer);
      case Kind::kFloat:
        return float_text(value.number);
      default:
        problem("a {} has no form in JSON", type_name(value.kind));
    }
  }

  void write_text(const Text& text, Marks marks) {
    const std::string_view bytes = text.bytes;
    out_.append("\"", marks);
    size_t done = 0;
    for (size_t i = 0; i < bytes.size();) {
      const CodePoint c = decode(bytes, i);
      if (c.value < 0x20 || c.value == '"' || c.value == '\\' || c.value >= 0x7f) {
        const std::string escaped = escape_of(c.value, style_.ensure_ascii);
        if (!escaped.empty()) {
          out_.append(text, done, i);
          out_.append(escaped, text.marks_at(i));
          done = i + c.length;
        }
      }
      i += c.length;
    }
    out_.append(text, done, bytes.size());
    out_.append("\"", marks);
  }

  void break_line(Marks marks, size_t depth) {
    if (!style_.indent) return;
    out_.append("\n", marks);
    for (size_t i = 0; i < depth; ++i) out_.append(*style_.indent);
  }

  void separate(size_t index, Marks marks, size_t depth) {
    if (index > 0) {
      if (style_.item_separator) {
        out_.append(*style_.item_separator, marks);
      } else {
        out_.append(style_.indent ? "," : ", ", marks);
      }
    }
    break_line(marks, depth + 1);
  }

  void write_sequence(const Sequence& sequence, size_t depth) {
    const Marks marks = sequence.foreign ? kForeign : Marks{0};
    if (sequence.items.empty()) return out_.append("[]", marks);
    out_.append("[", marks);
    for (size_t i = 0; i < sequence.items.size(); ++i) {
      separate(i, marks, depth);
      write(sequence.items[i], marks, depth + 1);
    }
    break_line(marks, depth);
    out_.append("]", marks);
  }

  void write_dict(const Dict& dict, size_t depth) {
    const Marks marks = dict.foreign ? kForeign : Marks{0};
    if (dict.entries.empty()) return out_.append("{}", marks);
    std::vector<Entry> entries(dict.entries.begin(), dict.entries.end());
    if (style_.sort_keys) {
      std::stable_sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) {
        return less(runtime_, a.key, b.key);
      });
    }
    out_.append("{", marks);
    for (size_t i = 0; i < entries.size(); ++i) {
      separate(i, marks, depth);
      write_key(entries[i].key, marks);
      if (style_.key_separator) {
        out_.append(*style_.key_separator, marks);
      } else {
        out_.append(": ", marks);
      }
      write(entries[i].value, marks, depth + 1);
    }
    break_line(marks, depth);
    out_.append("}", marks);
  }

  void write_key(const Value& key, Marks marks) {
    if (key.is_text()) return write_text(*key.text, marks);
    if (key.is(Kind::kTuple)) problem("a tuple cannot be a key in JSON");
    out_.append(fmt::format("\"{}\"", scalar_text(key)), marks);
  }

  Runtime& runtime_;
  const JsonStyle& style_;
  TextBuilder out_;
};

}  // namespace

const Text* json_text(Runtime& runtime, const Value& value, const JsonStyle& style) {
  Writer writer(runtime, style);
  writer.write(value, 0, 0);
  return writer.finish();
}

}  // namespace braid::jinja

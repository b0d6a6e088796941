#include "data/jinja/operators.h"

#include <algorithm>

#include "data/jinja/problem.h"
#include "data/jinja/string_format.h"
#include "data/jinja/text_operations.h"

namespace braid::jinja {
namespace {

bool is_list(const Value& value) { return value.is(Kind::kList) || value.is(Kind::kTuple); }

// Next to a text marked safe, other text is escaped.
Value join_texts(Runtime& runtime, const Text& a, const Text& b) {
  const bool markup = a.markup || b.markup;
  TextBuilder result(runtime);
  result.append(markup && !a.markup ? *escape_html(runtime, a) : a);
  result.append(markup && !b.markup ? *escape_html(runtime, b) : b);
  return text_value(result.finish(markup));
}

Value list_like(Runtime& runtime, const Value& like, std::span<const Value> items) {
  runtime.work(items.size_bytes());
  return like.is(Kind::kList) ? list_value(runtime, items) : tuple_value(runtime, items);
}

Value join_lists(Runtime& runtime, const Value& a, const Value& b) {
  std::vector<Value> items(a.sequence->items.begin(), a.sequence->items.end());
  items.insert(items.end(), b.sequence->items.begin(), b.sequence->items.end());
  return list_like(runtime, a, items);
}

Value repeat_list(Runtime& runtime, const Value& list, int64_t count) {
  const auto source = list.sequence->items;
  if (count > 0 && !source.empty()) {
    runtime.require_memory(static_cast<size_t>(count), source.size_bytes());
  }
  std::vector<Value> items;
  for (; count > 0 && !source.empty(); --count) {
    runtime.step();
    runtime.work(source.size_bytes());
    items.insert(items.end(), source.begin(), source.end());
  }
  return list_like(runtime, list, items);
}

Value repeated(Runtime& runtime, const Value& value, int64_t count) {
  return value.is_text() ? text_value(repeat(runtime, *value.text, count))
                         : repeat_list(runtime, value, count);
}

bool can_repeat(const Value& value) { return value.is_text() || is_list(value); }

std::string_view sign_of(Arithmetic operation) {
  constexpr std::string_view kSigns[] = {"+", "-", "*", "/", "//", "%", "**"};
  return kSigns[static_cast<size_t>(operation)];
}

}  // namespace

Value operate(Runtime& runtime, Arithmetic operation, const Value& a, const Value& b) {
  runtime.step();
  if (is_number(a) && is_number(b)) return calculate(operation, a, b);
  if (operation == Arithmetic::kModulo && a.is_text()) {
    if (a.text->markup) problem("'%' of a text marked safe is not supported");
    return text_value(format_percent(runtime, *a.text, b));
  }
  if (a.is_undefined()) undefined_problem(a);
  if (b.is_undefined()) undefined_problem(b);
  if (operation == Arithmetic::kAdd) {
    if (a.is_text() && b.is_text()) return join_texts(runtime, *a.text, *b.text);
    if (is_list(a) && a.kind == b.kind) return join_lists(runtime, a, b);
  }
  if (operation == Arithmetic::kMultiply) {
    if (can_repeat(a) && is_integer(b)) return repeated(runtime, a, to_integer(b));
    if (can_repeat(b) && is_integer(a)) return repeated(runtime, b, to_integer(a));
  }
  problem("'{}' is not supported between {} and {}", sign_of(operation), type_name(a.kind),
          type_name(b.kind));
}

Value add(Runtime& runtime, const Value& a, const Value& b) {
  return operate(runtime, Arithmetic::kAdd, a, b);
}

Value negative(const Value& value) {
  if (value.is_undefined()) undefined_problem(value);
  if (!is_number(value)) problem("'-' is not supported for {}", type_name(value.kind));
  return negate(value);
}

Value positive(const Value& value) {
  if (value.is_undefined()) undefined_problem(value);
  if (!is_number(value)) problem("'+' is not supported for {}", type_name(value.kind));
  return value.is(Kind::kFloat) ? value : int_value(to_integer(value));
}

}  // namespace braid::jinja

#include "data/jinja/tests.h"

#include "data/jinja/callables.h"
#include "data/jinja/compare.h"
#include "data/jinja/filters.h"
#include "data/jinja/iterate.h"
#include "data/jinja/methods.h"
#include "data/jinja/number.h"
#include "data/jinja/print.h"
#include "data/jinja/problem.h"

namespace braid::jinja {
namespace {

// A question about the value alone.
template <bool (*holds)(Runtime&, const Value&)>
bool without_arguments(Runtime& runtime, const Value& value, const Arguments& arguments) {
  require_positional("a test", arguments, 0, 0);
  return holds(runtime, value);
}

bool is_defined(Runtime&, const Value& value) { return !value.is_undefined(); }
bool is_undefined(Runtime&, const Value& value) { return value.is_undefined(); }
bool is_none(Runtime&, const Value& value) { return value.is_none(); }
bool is_boolean(Runtime&, const Value& value) { return value.is(Kind::kBool); }
bool is_true_value(Runtime&, const Value& value) { return value.is(Kind::kBool) && value.boolean; }
bool is_false_value(Runtime&, const Value& value) {
  return value.is(Kind::kBool) && !value.boolean;
}
bool is_plain_integer(Runtime&, const Value& value) { return value.is(Kind::kInt); }
bool is_float(Runtime&, const Value& value) { return value.is(Kind::kFloat); }
bool is_any_number(Runtime&, const Value& value) { return is_number(value); }
bool is_string(Runtime&, const Value& value) { return value.is_text(); }
bool is_mapping(Runtime&, const Value& value) { return value.is(Kind::kDict); }
bool is_iterable_value(Runtime&, const Value& value) {
  return is_iterable(value) || value.is(Kind::kLoop);
}
bool is_callable_value(Runtime&, const Value& value) { return is_callable(value); }
bool is_escaped(Runtime&, const Value& value) { return value.is_text() && value.text->markup; }

bool is_sequence(Runtime&, const Value& value) {
  switch (value.kind) {
    case Kind::kUndefined:
    case Kind::kString:
    case Kind::kList:
    case Kind::kTuple:
    case Kind::kDict:
    case Kind::kRange:
      return true;
    default:
      return false;
  }
}

bool is_lower(Runtime& runtime, const Value& value) {
  return has_lower_case(runtime, to_text(runtime, value));
}
bool is_upper(Runtime& runtime, const Value& value) {
  return has_upper_case(runtime, to_text(runtime, value));
}

bool is_filter(Runtime&, const Value& value) {
  return value.is_text() && find_filter(value.text->bytes) != nullptr;
}
bool is_test(Runtime&, const Value& value) {
  return value.is_text() && find_test(value.text->bytes) != nullptr;
}

const Value& only_argument(std::string_view test, const Arguments& arguments) {
  require_positional(test, arguments, 1, 1);
  return arguments.positional[0];
}

bool divides(const Value& value, const Value& divisor) {
  for (const Value& number : {value, divisor}) {
    if (number.is_undefined()) undefined_problem(number);
    if (!is_number(number)) problem("a {} has no remainder", type_name(number.kind));
  }
  return to_double(calculate(Arithmetic::kModulo, value, divisor)) == 0;
}

bool is_even(Runtime&, const Value& value) { return divides(value, int_value(2)); }

bool is_odd(Runtime&, const Value& value) {
  divides(value, int_value(2));
  return to_double(calculate(Arithmetic::kModulo, value, int_value(2))) == 1;
}

bool is_divisible_by(Runtime&, const Value& value, const Arguments& arguments) {
  const auto [num] = bind<1>("divisibleby", arguments, {std::string_view("num")}, 1);
  return divides(value, num);
}

bool is_same_as(Runtime&, const Value& value, const Arguments& arguments) {
  const auto [other] = bind<1>("sameas", arguments, {std::string_view("other")}, 1);
  if (value.kind != other.kind) return false;
  switch (value.kind) {
    case Kind::kNone:
      return true;
    case Kind::kBool:
      return value.boolean == other.boolean;
    case Kind::kInt:  // small ones are shared in Python, large ones are a matter of luck there
      return value.integer == other.integer;
    default:  // the same object; also for a float, whose bits are compared
      return value.integer == other.integer;
  }
}

bool is_in(Runtime& runtime, const Value& value, const Arguments& arguments) {
  const auto [seq] = bind<1>("in", arguments, {std::string_view("seq")}, 1);
  return contains(runtime, seq, value);
}

template <Comparison comparison>
bool compares(Runtime& runtime, const Value& value, const Arguments& arguments) {
  return compare(runtime, comparison, value, only_argument("a comparing test", arguments));
}

struct TestEntry {
  std::string_view name;
  Test call;
};

constexpr TestEntry kTests[] = {
    {"defined", without_arguments<is_defined>},
    {"undefined", without_arguments<is_undefined>},
    {"none", without_arguments<is_none>},
    {"string", without_arguments<is_string>},
    {"mapping", without_arguments<is_mapping>},
    {"iterable", without_arguments<is_iterable_value>},
    {"sequence", without_arguments<is_sequence>},
    {"boolean", without_arguments<is_boolean>},
    {"true", without_arguments<is_true_value>},
    {"false", without_arguments<is_false_value>},
    {"integer", without_arguments<is_plain_integer>},
    {"float", without_arguments<is_float>},
    {"number", without_arguments<is_any_number>},
    {"callable", without_arguments<is_callable_value>},
    {"escaped", without_arguments<is_escaped>},
    {"lower", without_arguments<is_lower>},
    {"upper", without_arguments<is_upper>},
    {"filter", without_arguments<is_filter>},
    {"test", without_arguments<is_test>},
    {"odd", without_arguments<is_odd>},
    {"even", without_arguments<is_even>},
    {"divisibleby", is_divisible_by},
    {"sameas", is_same_as},
    {"in", is_in},
    {"eq", compares<Comparison::kEqual>},
    {"equalto", compares<Comparison::kEqual>},
    {"==", compares<Comparison::kEqual>},
    {"ne", compares<Comparison::kNotEqual>},
    {"!=", compares<Comparison::kNotEqual>},
    {"lt", compares<Comparison::kLess>},
    {"lessthan", compares<Comparison::kLess>},
    {"<", compares<Comparison::kLess>},
    {"le", compares<Comparison::kLessEqual>},
    {"<=", compares<Comparison::kLessEqual>},
    {"gt", compares<Comparison::kGreater>},
    {"greaterthan", compares<Comparison::kGreater>},
    {">", compares<Comparison::kGreater>},
    {"ge", compares<Comparison::kGreaterEqual>},
    {">=", compares<Comparison::kGreaterEqual>},
};

}  // namespace

Test find_test(std::string_view name) {
  for (const TestEntry& entry : kTests) {
    if (entry.name == name) return entry.call;
  }
  return nullptr;
}

}  // namespace braid::jinja

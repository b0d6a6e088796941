// Values of the template language, as Python has them.
//
// A Value is a kind and a word; what it points to is immutable (but for namespaces, loops and the
// two counters of templates) and lives as long as the rendering.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "data/jinja/text.h"

namespace braid::jinja {

enum class Kind : uint8_t {
  kMissing,  // no value at all: an argument not given, a name not bound; templates never see it
  kUndefined,
  kNone,
  kBool,
  kInt,
  kFloat,
  kString,
  kList,
  kTuple,
  kDict,
  kView,  // of a dict: its keys, values or items
  kRange,
  kIterator,  // what `map`, `select` and their like give: can be gone through once
  kNamespace,
  kLoop,
  kMacro,
  kFunction,  // of the language: range, namespace, raise_exception, ...
  kMethod,    // bound to its value
  kCycler,
  kJoiner,
};

struct Value;
struct Sequence;
struct Dict;
struct View;
struct Range;
struct Namespace;
struct Macro;
struct Function;
struct BoundMethod;
struct Cycler;
struct Joiner;
struct Undefined;
class Iterator;
class Loop;

struct Value {
  Kind kind = Kind::kMissing;
  union {
    int64_t integer = 0;
    bool boolean;
    double number;
    const Text* text;
    const Sequence* sequence;  // of a list or tuple
    const Dict* dict;
    const View* view;
    const Range* range;
    Iterator* iterator;
    Namespace* space;
    Loop* loop;
    const Macro* macro;
    const Function* function;
    const BoundMethod* method;
    Cycler* cycler;
    Joiner* joiner;
    const Undefined* undefined;
  };

  bool is(Kind other) const { return kind == other; }
  bool given() const { return kind != Kind::kMissing; }
  bool is_none() const { return kind == Kind::kNone; }
  bool is_text() const { return kind == Kind::kString; }
  bool is_undefined() const { return kind == Kind::kUndefined; }
};

struct Sequence {
  std::span<const Value> items;
  bool foreign = false;  // given from outside: brackets and numbers are foreign too when printed
  bool group = false;    // a tuple of `groupby`, with the attributes `grouper` and `list`
};

struct View {
  enum class Part : uint8_t { kItems, kKeys, kValues };
  const Dict* dict = nullptr;
  Part part = Part::kItems;
};

struct Range {
  int64_t start = 0;
  int64_t step = 1;
  size_t count = 0;
  int64_t stop = 0;  // as given; only its printed form shows it
};

// Why a value is undefined. The message is put together only when it is needed.
struct Undefined {
  enum class Reason : uint8_t { kName, kAttribute, kElement, kUnsafe, kHint };
  Reason reason = Reason::kName;
  Kind object = Kind::kMissing;  // what was asked for the attribute or element
  std::string_view name;         // of the variable or attribute; the hint
};

// Gives one item after the other.
class Iterator {
 public:
  virtual bool next(Runtime& runtime, Value* item) = 0;  // false at the end
 protected:
  ~Iterator() = default;
};

inline Value none_value() {
  Value value;
  value.kind = Kind::kNone;
  return value;
}
inline Value bool_value(bool boolean) {
  Value value;
  value.kind = Kind::kBool;
  value.boolean = boolean;
  return value;
}
inline Value int_value(int64_t integer) {
  Value value;
  value.kind = Kind::kInt;
  value.integer = integer;
  return value;
}
inline Value float_value(double number) {
  Value value;
  value.kind = Kind::kFloat;
  value.number = number;
  return value;
}
inline Value text_value(const Text* text) {
  Value value;
  value.kind = Kind::kString;
  value.text = text;
  return value;
}
inline Value iterator_value(Iterator* iterator) {
  Value value;
  value.kind = Kind::kIterator;
  value.iterator = iterator;
  return value;
}
Value dict_value(const Dict* dict);

// The items are copied into the arena.
Value list_value(Runtime& runtime, std::span<const Value> items, bool foreign = false);
Value tuple_value(Runtime& runtime, std::span<const Value> items, bool foreign = false);
Value range_value(Runtime& runtime, int64_t start, int64_t stop, int64_t step);  // step not 0
Value undefined_value(Runtime& runtime, Undefined::Reason reason, std::string_view name,
                      Kind object = Kind::kMissing);

std::string_view type_name(Kind kind);  // Python's
[[noreturn]] void undefined_problem(const Value& undefined);

bool is_true(Runtime& runtime, const Value& value);
bool is_integer(const Value& value);     // integers and booleans
int64_t to_integer(const Value& value);  // of an integer or boolean

// Integer value of an argument; Problem "what must be an integer, not X" for another type.
int64_t require_integer(const Value& value, std::string_view what);
const Text& require_text(const Value& value, std::string_view what);

}  // namespace braid::jinja

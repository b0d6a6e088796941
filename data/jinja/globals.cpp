#include "data/jinja/globals.h"

#include <array>

#include "data/jinja/clock_format.h"
#include "data/jinja/iterate.h"
#include "data/jinja/print.h"
#include "data/jinja/problem.h"

namespace braid::jinja {
namespace {

constexpr size_t kMaxRange = 100000;  // Jinja's sandbox has the same limit

Value make_range(Runtime& runtime, const Arguments& arguments) {
  require_positional("range", arguments, 1, 3);
  const auto given = arguments.positional;
  const auto bound = [&](size_t i) { return require_integer(given[i], "an argument of range"); };
  const int64_t step = given.size() == 3 ? bound(2) : 1;
  if (step == 0) problem("the step of range cannot be zero");
  const Value range = given.size() == 1 ? range_value(runtime, 0, bound(0), 1)
                                        : range_value(runtime, bound(0), bound(1), step);
  if (range.range->count > kMaxRange) problem("range: more than {} numbers", kMaxRange);
  return range;
}

void add_pair(Runtime& runtime, DictBuilder& builder, const Value& pair) {
  const std::vector<Value> items = items_of(runtime, pair);
  if (items.size() != 2) problem("dict: an item has {} parts instead of 2", items.size());
  builder.set(items[0], items[1]);
}

// dict(mapping or pairs, key=value...)
const Dict* build_dict(Runtime& runtime, const Arguments& arguments) {
  if (arguments.positional.size() > 1) {
    problem("dict takes at most 1 argument besides the named ones");
  }
  DictBuilder builder(runtime);
  for (const Value& source : arguments.positional) {
    if (source.is_undefined()) undefined_problem(source);
    if (source.is(Kind::kDict)) {
      builder.set_all(*source.dict);
    } else {
      Cursor cursor(runtime, source);
      for (Value pair; cursor.next(&pair);) add_pair(runtime, builder, pair);
    }
  }
  for (const Keyword& keyword : arguments.keywords) {
    builder.set(text_value(borrow(runtime.arena, keyword.name)), keyword.value);
  }
  return builder.finish();
}

Value make_dict(Runtime& runtime, const Arguments& arguments) {
  return dict_value(build_dict(runtime, arguments));
}

Value make_namespace(Runtime& runtime, const Arguments& arguments) {
  Value value;
  value.kind = Kind::kNamespace;
  value.space = runtime.arena.make<Namespace>();
  for (const Entry& entry : build_dict(runtime, arguments)->entries) {
    assign(runtime, *value.space, &require_text(entry.key, "a name in a namespace"), entry.value);
  }
  return value;
}

Value make_cycler(Runtime& runtime, const Arguments& arguments) {
  require_positional("cycler", arguments, 1, arguments.positional.size());
  const Value items = tuple_value(runtime, arguments.positional);
  Value value;
  value.kind = Kind::kCycler;
  value.cycler = runtime.arena.make<Cycler>(Cycler{items.sequence->items});
  return value;
}

Value make_joiner(Runtime& runtime, const Arguments& arguments) {
  const auto [separator] = bind<1>("joiner", arguments, {std::string_view("sep")});
  Value value;
  value.kind = Kind::kJoiner;
  value.joiner = runtime.arena.make<Joiner>();
  value.joiner->separator = separator.given() ? &require_text(separator, "the separator of joiner")
                                              : borrow(runtime.arena, ", ");
  return value;
}

Value raise_exception(Runtime& runtime, const Arguments& arguments) {
  const auto [message] = bind<1>("raise_exception", arguments, {std::string_view("message")}, 1);
  throw TemplateRefusal(std::string(to_text(runtime, message).bytes));
}

Value strftime_now(Runtime& runtime, const Arguments& arguments) {
  const auto [format] = bind<1>("strftime_now", arguments, {std::string_view("format")}, 1);
  const Text& text = require_text(format, "the format of strftime_now");
  return text_value(copy_text(runtime.arena, format_time(runtime.now, text.bytes)));
}

Value lipsum(Runtime&, const Arguments&) { problem("the function 'lipsum' is not supported"); }

constexpr Function kFunctions[] = {
    {"range", make_range},          {"dict", make_dict},     {"namespace", make_namespace},
    {"cycler", make_cycler},        {"joiner", make_joiner}, {"raise_exception", raise_exception},
    {"strftime_now", strftime_now}, {"lipsum", lipsum},
};

}  // namespace

const Function* find_function(std::string_view name) {
  for (const Function& function : kFunctions) {
    if (function.name == name) return &function;
  }
  return nullptr;
}

}  // namespace braid::jinja

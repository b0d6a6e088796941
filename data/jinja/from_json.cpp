#include "data/jinja/from_json.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <vector>

#include "data/jinja/dict.h"
#include "data/jinja/problem.h"

namespace braid::jinja {
namespace {

Value from_integer(const Json& json) {
  if (json.is_number_unsigned() &&
      json.get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    problem("the integer {} in a variable does not fit 64 bits with a sign", json.get<uint64_t>());
  }
  return int_value(json.get<int64_t>());
}

// Templates spell tokens with the role, as in '<|' + message.role + '|>'. These words can be known
// to be meant: nothing else is let through.
Marks marks_of_member(std::string_view key, const Json& value, Marks marks) {
  constexpr std::string_view kRoles[] = {"system", "user", "assistant", "tool"};
  if (key != "role" || !value.is_string()) return marks;
  const auto& role = value.get_ref<const std::string&>();
  const bool known = std::find(std::begin(kRoles), std::end(kRoles), role) != std::end(kRoles);
  return known ? Marks{0} : marks;
}

}  // namespace

Value from_json(Runtime& runtime, const Json& json, Marks marks) {
  const Level level(runtime);
  const bool foreign = (marks & kForeign) != 0;
  switch (json.type()) {
    case Json::value_t::boolean:
      return bool_value(json.get<bool>());
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return from_integer(json);
    case Json::value_t::number_float:
      return float_value(json.get<double>());
    case Json::value_t::string:
      return text_value(borrow(runtime.arena, json.get_ref<const std::string&>(), marks));
    case Json::value_t::array: {
      std::vector<Value> items;
      items.reserve(json.size());
      for (const Json& item : json) items.push_back(from_json(runtime, item, marks));
      return list_value(runtime, items, foreign);
    }
    case Json::value_t::object: {
      DictBuilder builder(runtime);
      for (auto item = json.begin(); item != json.end(); ++item) {
        builder.set(
            text_value(borrow(runtime.arena, item.key(), marks)),
            from_json(runtime, item.value(), marks_of_member(item.key(), item.value(), marks)));
      }
      return dict_value(builder.finish(foreign));
    }
    default:
      return none_value();
  }
}

}  // namespace braid::jinja

// Paths and templates on rows: line 1 is a path, line 2 a template, the rest a row of JSON.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "data/feedback/mapping/text_template.h"

namespace braid {
namespace {

std::string_view take_line(std::string_view& rest) {
  const std::string_view line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  return line;
}

void walk(std::string_view text, const Json& row) {
  const FieldPath path = FieldPath::parse(text);
  const Scope scope(row);
  std::vector<const Json*> values;
  path.select(scope, values);
  std::vector<Scope> elements;
  path.elements(scope, elements);
  // Both walk the same values, but for @key and @index, which the row itself does not have.
  if (values.size() != elements.size()) std::abort();
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] != &elements[i].element || elements[i].index != i) std::abort();
  }
}

}  // namespace
}  // namespace braid

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const std::string_view path = braid::take_line(rest);
  const std::string_view text = braid::take_line(rest);
  braid::Json row;
  try {
    row = braid::parse_json(rest, "row");
  } catch (const braid::Error&) {
    row = {{"a", {{"b", {1, "two", nullptr, {{"c", true}}}}}}, {"text", "t"}};
  }
  try {
    braid::walk(path, row);
  } catch (const braid::Error&) {
  }
  try {
    braid::TextTemplate::parse(text).render(braid::Scope(row));
  } catch (const braid::Error&) {
  }
  return 0;
}

// Every case of tests/golden/jinja_expressions.json against what Jinja2 made of it.
#include <gtest/gtest.h>

#include "data/jinja/template.h"
#include "tests/support.h"

namespace braid::test {
namespace {

// The rendered text; nothing when there was an Error, which also a refusal by the template is.
std::optional<std::string> rendered(const std::string& source, const Json& variables) {
  try {
    return JinjaTemplate(source, "case").render(Json::object(), variables, 0).text;
  } catch (const Error&) {
    return std::nullopt;
  }
}

TEST(GoldenExpressions, RenderAsJinjaDoes) {
  const Json golden = read_json_file(golden_path("jinja_expressions.json"));
  const Json& cases = golden.at("cases");
  ASSERT_GE(cases.size(), 500u);
  for (const Json& row : cases) {
    Json variables = golden.at("variables");
    if (row.contains("variables")) variables.update(row.at("variables"));
    const auto source = row.at("source").get<std::string>();
    const Json& expected = row.at("expected");
    const auto text = rendered(source, variables);
    if (expected.is_null()) {
      EXPECT_EQ(text, std::nullopt) << source;
    } else {
      EXPECT_EQ(text, expected.get<std::string>())
          << source << "\n"
          << error_of([&] { JinjaTemplate(source, "case").render(Json::object(), variables, 0); });
    }
  }
}

}  // namespace
}  // namespace braid::test

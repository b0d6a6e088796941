// The interface: errors with file and line, refusals, variables, the clock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "data/jinja/template.h"
#include "tests/support.h"

namespace braid::test {
namespace {

using ::testing::HasSubstr;

std::string rendered(const std::string& source, const Json& variables = Json::object(),
                     std::time_t now = 0) {
  return JinjaTemplate(source, "t").render(variables, Json::object(), now).text;
}

std::string error_from(const std::string& source) {
  return error_of([&] { rendered(source, {{"d", {{"a", 1}}}, {"l", {1}}}); });
}

TEST(JinjaTemplate, ErrorsSayWhere) {
  EXPECT_EQ(error_from("a\n{{ 1 + }}"),
            "t:2: expected an expression, got the end of the expression");
  EXPECT_EQ(error_from("\n\n{{ missing.x }}"), "t:3: 'missing' is undefined");
  EXPECT_EQ(error_from("{% if true %}\n{{ d.b.c }}\n{% endif %}"),
            "t:2: a dict has no attribute or key 'b'");
  EXPECT_EQ(error_from("{{\n l.append(2) }}"),
            "t:2: 'append' of a list is not open to templates: it would change the value or look "
            "inside");
  EXPECT_EQ(error_from("\n{% include 'x' %}"), "t:2: the statement 'include' is not supported");
  EXPECT_EQ(error_from("{{ l | pprint }}"), "t:1: the filter 'pprint' is not supported");
  EXPECT_EQ(error_from("{{ l is nice }}"), "t:1: the test 'nice' is not supported");
  EXPECT_EQ(error_from("{{ 'a'.encode() }}"), "t:1: the method 'encode' of a str is not supported");
  EXPECT_EQ(error_from("{% for x in l recursive %}{% endfor %}"),
            "t:1: a recursive loop is not supported");
  EXPECT_EQ(error_from("{% if true %}\n\nx"), "t:3: expected 'endif', got the end of the template");
  EXPECT_EQ(error_from("{% macro m() %}\n{{ 1 / 0 }}{% endmacro %}\n\n{{ m() }}"),
            "t:2: division by zero");
  EXPECT_EQ(error_from("{{ 'a' ? }}"), "t:1: unexpected character '?'");
  EXPECT_EQ(error_from("a\xff"), "t:1: the template is not UTF-8");
}

TEST(JinjaTemplate, RefusesWithItsOwnMessage) {
  const JinjaTemplate chat("{{ raise_exception('no ' ~ role ~ ' here') }}", "t");
  try {
    chat.render(Json::object(), {{"role", "system"}}, 0);
    FAIL() << "nothing was thrown";
  } catch (const TemplateRefusal& refusal) {
    EXPECT_STREQ(refusal.what(), "no system here");
  }
}

TEST(JinjaTemplate, VariablesHideFunctions) {
  EXPECT_EQ(rendered("{{ range }}", {{"range", 5}}), "5");
  EXPECT_EQ(rendered("{{ x }}|{{ x is none }}", {{"x", nullptr}}), "None|True");
}

TEST(JinjaTemplate, FormatsTheTimeItIsGiven) {
  const std::time_t now = 1741529107;  // Sunday, 9 March 2025, 14:05:07
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"%d %b %Y", "09 Mar 2025"},
      {"%A, %B %-d, %y", "Sunday, March 9, 25"},
      {"%H:%M:%S %I %p %-I", "14:05:07 02 PM 2"},
      {"%a %e %j %w %u %U %W", "Sun  9 068 0 7 10 09"},
      {"%F %T %D %R", "2025-03-09 14:05:07 03/09/25 14:05"},
      {"%c|%x|%X", "Sun Mar  9 14:05:07 2025|03/09/25|14:05:07"},
      {"%f%z%Z%%", "000000%"},
      {"é %m", "é 03"},
  };
  for (const auto& [format, expected] : cases) {
    EXPECT_EQ(rendered("{{ strftime_now(f) }}", {{"f", format}}, now), expected) << format;
  }
  EXPECT_THAT(error_from("{{ strftime_now('%Q') }}"), HasSubstr("'%Q' is not supported"));
  EXPECT_THAT(error_from("{{ strftime_now('%999999999Y') }}"), HasSubstr("is not supported"));
}

TEST(JinjaTemplate, CanBeMovedAndSharedByThreads) {
  JinjaTemplate first("{% for x in xs %}{{ x | upper }}{% endfor %}", "t");
  const JinjaTemplate chat = std::move(first);
  std::vector<std::string> texts(4);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < texts.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 100; ++round) {
        texts[i] = chat.render(Json::object(), {{"xs", {"a", "é", std::to_string(i)}}}, 0).text;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(texts[i], "AÉ" + std::to_string(i));
}

}  // namespace
}  // namespace braid::test

// Hostile templates: one Error, in bounded time and memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/jinja/template.h"
#include "tests/support.h"

namespace braid::test {
namespace {

using ::testing::HasSubstr;

std::string repeated(const std::string& text, size_t count) {
  std::string result;
  for (size_t i = 0; i < count; ++i) result += text;
  return result;
}

std::string error_from(const std::string& source, const RenderLimits& limits = {}) {
  return error_of([&] {
    JinjaTemplate(source, "t").render({{"n", 1}}, {{"s", "text"}}, 0, limits);
  });
}

TEST(TemplateLimits, NestingOfTheSource) {
  const size_t many = 100000;
  const std::vector<std::string> sources = {
      "{{ " + repeated("(", many) + "1" + repeated(")", many) + " }}",
      "{{ " + repeated("[", many) + repeated("]", many) + " }}",
      "{{ " + repeated("{1:", many) + "1" + repeated("}", many) + " }}",
      "{{ " + repeated("- ", many) + "1 }}",
      "{{ " + repeated("not ", many) + "1 }}",
      "{{ " + repeated("1 if n else ", many) + "1 }}",
      "{{ " + repeated("n[", many) + "1" + repeated("]", many) + " }}",
      "{{ " + repeated("range(", many) + "1" + repeated(")", many) + " }}",
      repeated("{% if n %}", many),
      repeated("{% for x in s %}", many) + repeated("{% endfor %}", many),
      repeated("{% macro m() %}", many),
      "{% set " + repeated("(", many) + "x" + repeated(")", many) + " = 1 %}",
  };
  for (const std::string& source : sources) {
    EXPECT_THAT(error_from(source), HasSubstr("nested more than")) << source.substr(0, 30);
  }
}

TEST(TemplateLimits, LongChainsOfOperators) {
  const size_t many = 100000;
  for (const char* link : {"+ 1 ", "~ 1 ", "and 1 ", "* 1 ", "| string ", "is defined ", "< 2 "}) {
    const std::string source = "{{ 1 " + repeated(link, many) + "}}";
    const std::string error = error_from(source);  // some are fine, none may crash
    EXPECT_TRUE(error == "no error" || error.starts_with("t:1: ")) << link << error;
  }
  EXPECT_THAT(error_from("{{ n" + repeated(".x", many) + " }}"), HasSubstr("t:1: "));
  EXPECT_EQ(error_from("{{ 1" + repeated(" + 1", 200) + " }}"), "no error");
}

TEST(TemplateLimits, Recursion) {
  EXPECT_THAT(error_from("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"),
              HasSubstr("levels deep"));
  EXPECT_THAT(error_from("{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}"
                         "{% endmacro %}{{ a() }}"),
              HasSubstr("levels deep"));
  EXPECT_THAT(error_from("{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{% endmacro %}"
                         "{{ m() }}"),
              HasSubstr("t:1: "));
  EXPECT_THAT(error_from("{% set ns = namespace(x=[]) %}{% for i in range(100000) %}"
                         "{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}"),
              HasSubstr("levels deep"));
  EXPECT_THAT(error_from("{% set ns = namespace(x=[]) %}{% for i in range(100000) %}"
                         "{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x == [ns.x] }}"),
              HasSubstr("levels deep"));
  EXPECT_THAT(error_from("{% set ns = namespace(x=[1]) %}{% for i in range(100000) %}"
                         "{% set ns.x = ns.x | map('string') %}{% endfor %}{{ ns.x | list }}"),
              HasSubstr("levels deep"));
  EXPECT_THAT(error_from("{% set ns = namespace() %}{% set ns.me = ns %}{{ ns }}"),
              HasSubstr("levels deep"));
  EXPECT_THAT(error_from("{% set ns = namespace() %}{% set ns.me = [ns] %}{{ ns.me | tojson }}"),
              HasSubstr("JSON"));
}

TEST(TemplateLimits, Steps) {
  EXPECT_THAT(
      error_from(repeated("{% for a in range(100000) %}", 3) + "x" + repeated("{% endfor %}", 3)),
      HasSubstr("t:1: "));
  EXPECT_THAT(error_from("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}"
                         "{% endfor %}"),
              HasSubstr("steps"));
  EXPECT_THAT(error_from("{% for a in range(99999) %}{% for b in range(99999) if false %}"
                         "{% endfor %}{% endfor %}"),
              HasSubstr("steps"));
  const RenderLimits few = {.steps = 100};
  EXPECT_THAT(error_from("{% for a in range(99) %}{{ a }}{% endfor %}", few), HasSubstr("steps"));
  EXPECT_EQ(error_from("{{ n }}{{ s }}", few), "no error");
}

TEST(TemplateLimits, HugeSizesAtOnce) {
  const std::vector<std::string> sources = {
      "{{ 'a' * 10 ** 12 }}",
      "{{ s * 10 ** 12 }}",
      "{{ 10 ** 12 * 'ab' }}",
      "{{ ('' * 10 ** 12) | center(10 ** 9) }}",
      "{{ s.center(10 ** 12) }}",
      "{{ s.ljust(10 ** 12) }}",
      "{{ s.zfill(10 ** 12) }}",
      "{{ '%999999999d' % 1 }}",
      "{{ '%99999999999999999999d' % 1 }}",
      "{{ '%*d' % (10 ** 12, 1) }}",
      "{{ '%.999999999f' % 1 }}",
      "{{ '%.999999999d' % 1 }}",
      "{{ '{:999999999}'.format(1) }}",
      "{{ '{:.999999999f}'.format(1) }}",
      "{{ '{:99999999999999999999}'.format('a') }}",
      "{{ s | indent(10 ** 12, true) }}",
      "{{ [1] | tojson(indent=10 ** 12) }}",
      "{{ [s] * 10 ** 12 }}",
      "{{ (1,) * 10 ** 12 }}",
      "{{ range(10 ** 12) }}",
      "{{ [1] | batch(10 ** 12, 'x') | list }}",
      "{{ [1] | slice(10 ** 12) | list }}",
  };
  for (const std::string& source : sources) {
    EXPECT_THAT(error_from(source), HasSubstr("t:1: ")) << source;
  }
}

TEST(TemplateLimits, GrowthStepByStep) {
  const RenderLimits small = {
      .output_bytes = 1 << 20, .memory_bytes = 1 << 22, .steps = 1 << 18, .depth = 100};
  const std::vector<std::string> sources = {
      "{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}"
      "{% endfor %}",
      "{% set ns = namespace(x=s) %}{% for i in range(99) %}"
      "{% set ns.x = ns.x | replace('t', ns.x) %}{% endfor %}",
      "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}"
      "{% endfor %}",
      "{% set ns = namespace(x='a' * 10000) %}{% for i in range(99999) %}"
      "{% set ns.x = ns.x ~ 'b' %}{% endfor %}",
      "{% set x = 'a' * 1000000 %}{% for i in range(99999) %}{{ x.find('b') }}{% endfor %}",
      "{% set x = 'a' * 500000 %}{% for i in range(99999) %}{{ x == 'a' * 500000 }}"
      "{% endfor %}",
      "{% macro m() %}{{ 'a' * 1000000 }}{% endmacro %}{{ m() }}{{ m() }}",
      "{% filter upper %}{{ 'a' * 1000000 }}{{ 'a' * 1000000 }}{% endfilter %}",
      "{{ ('a' * 1000000).split('a') | length }}",
      "{{ ('a ' * 500000).split() | length }}",
      "{{ ('a' * 1000000) | list | length }}",
  };
  for (const std::string& source : sources) {
    EXPECT_THAT(error_from(source, small), HasSubstr("t:1: ")) << source;
  }
}

TEST(TemplateLimits, NumbersThatDoNotFit) {
  for (const char* source :
       {"{{ 9223372036854775808 }}", "{{ 9223372036854775807 + 1 }}", "{{ 2 ** 63 }}",
        "{{ 2 ** 999999999999 }}", "{{ -9223372036854775807 - 2 }}",
        "{{ (-9223372036854775807 - 1) // -1 }}", "{{ -(-9223372036854775807 - 1) }}",
        "{{ (-9223372036854775807 - 1) | abs }}", "{{ 4611686018427387904 * 2 }}",
        "{{ '9223372036854775808' | int }}", "{{ 1e30 | int }}", "{{ '%d' % 1e30 }}"}) {
    EXPECT_THAT(error_from(source), HasSubstr("t:1: ")) << source;
  }
  EXPECT_EQ(error_from("{{ (-9223372036854775807 - 1) % -1 }}"), "no error");
  EXPECT_EQ(error_from("{{ range(-9223372036854775807, 9223372036854775807, 4611686018427387904)"
                       " | list }}"),
            "no error");
  EXPECT_THAT(error_of([] {
                JinjaTemplate("{{ x }}", "t").render({{"x", 18446744073709551615u}}, {}, 0);
              }),
              HasSubstr("64 bits"));
}

TEST(TemplateLimits, DeepVariables) {
  Json deep = 1;
  for (int i = 0; i < 2000; ++i) deep = Json::array({deep});
  EXPECT_THAT(error_of([&] {
                JinjaTemplate("{{ x }}", "t").render(Json::object(), {{"x", deep}}, 0);
              }),
              HasSubstr("levels deep"));
}

}  // namespace
}  // namespace braid::test

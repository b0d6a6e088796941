// Where the bytes of a rendering come from: feedback stays feedback through every operation.
#include <gtest/gtest.h>

#include "data/jinja/template.h"
#include "tests/support.h"

namespace braid::test {
namespace {

// The rendered text with foreign stretches in [[ ]].
std::string marked(const std::string& source, const Json& foreign) {
  const RenderedText rendered =
      JinjaTemplate(source, "t").render({{"own", "own"}, {"list", {1, "x"}}}, foreign, 0);
  std::string result;
  size_t done = 0;
  for (const ByteRange& range : rendered.foreign) {
    result += rendered.text.substr(done, range.begin - done);
    result += "[[" + rendered.text.substr(range.begin, range.end - range.begin) + "]]";
    done = range.end;
  }
  return result + rendered.text.substr(done);
}

struct Case {
  std::string source;
  std::string expected;
};

void expect_all(const std::vector<Case>& cases, const Json& foreign) {
  for (const auto& [source, expected] : cases)
    EXPECT_EQ(marked(source, foreign), expected) << source;
}

TEST(Origin, OfPartsAndJoins) {
  expect_all(
      {
          {"a{{ s }}b", "a[[Hi <x> there]]b"},
          {"{{ own }}{{ s }}", "own[[Hi <x> there]]"},
          {"{{ s + own + s }}", "[[Hi <x> there]]own[[Hi <x> there]]"},
          {"{{ own ~ s[0] ~ 1 }}", "own[[H]]1"},
          {"{{ (own + s)[2:5] }}", "n[[Hi]]"},
          {"{{ (own + s)[::-1] }}", "[[ereht >x< iH]]nwo"},
          {"{{ s.split(' ')[1] }}", "[[<x>]]"},
          {"{{ s.split() | join('-') }}", "[[Hi]]-[[<x>]]-[[there]]"},
          {"{{ '-'.join([own, s]) }}", "own-[[Hi <x> there]]"},
          {"{{ (' ' + s + ' ').strip() }}", "[[Hi <x> there]]"},
          {"{{ s | replace('<x>', own) }}", "[[Hi ]]own[[ there]]"},
          {"{{ (own ~ s).replace('H', 'h') }}", "ownh[[i <x> there]]"},
          {"{{ (own ~ s) | upper }}", "OWN[[HI <X> THERE]]"},
          {"{{ (own ~ s) | title }}", "Own[[hi <X> There]]"},
          {"{{ s * 2 ~ own }}", "[[Hi <x> thereHi <x> there]]own"},
          {"{{ s.partition('<x>')[2] ~ own }}", "[[ there]]own"},
          {"{% for c in s[:2] %}{{ c }}.{% endfor %}", "[[H]].[[i]]."},
          {"{{ s | first }}{{ s | last }}{{ own }}", "[[He]]own"},
          {"{{ s | truncate(6, true, '!', 0) }}", "[[Hi <x]]!"},
          {"{{ s | center(16) }}|", "  [[Hi <x> there]]  |"},
          {"{{ '%s and %s' % (s, own) }}", "[[Hi <x> there]] and own"},
          {"{{ '%.2s|%4s' % (s, s[0]) }}", "[[Hi]]|   [[H]]"},
          {"{{ '{} {x}'.format(s[0], x=own) }}", "[[H]] own"},
          {"{{ s | e }}", "[[Hi &lt;x&gt; there]]"},
          {"{{ s | urlencode }}", "[[Hi%20%3Cx%3E%20there]]"},
          {"{{ 'a\n' ~ s | indent(2) }}", "a\n[[Hi <x> there]]"},
          {"{{ ('a\n' ~ s) | indent(2) }}", "a\n  [[Hi <x> there]]"},
      },
      {{"s", "Hi <x> there"}});
}

TEST(Origin, OfPrintedListsAndObjects) {
  const Json foreign = {{"d", {{"k\n", "v"}, {"n", {1, true, nullptr}}}}, {"l", {"a"}}};
  expect_all(
      {
          {"{{ d }}", R"([[{'k\n': 'v', 'n': [1, True, None]}]])"},
          {"{{ d | tojson }}", R"([[{"k\n": "v", "n": [1, true, null]}]])"},
          {"x{{ d | tojson(indent=1) | length }}", "x47"},
          {"{{ d.items() | first }}", R"([[('k\n', 'v')]])"},
          {"{{ d | list | tojson }}", R"(["[[k\n]]", "[[n]]"])"},
          {"{% for k, v in d.items() %}{{ k }}{% endfor %}", "[[k\nn]]"},
          {"{{ [own, l[0]] }}", "['own', '[[a]]']"},
          {"{{ [own, l] | tojson }}", R"(["own", [[["a"]]]])"},
          {"{{ {'role': l[0]} | tojson }}", R"({"role": "[[a]]"})"},
          {"{{ l[:1] ~ list[1:] }}", "[[['a']]]['x']"},
          {"{{ d.n[0] + 1 }}{{ d.n[1] }}", "2True"},
          {"{{ l | sort | first }}{{ l | map('upper') | join }}", "[[aA]]"},
          {"{{ dict(d)['n'] }}", "[[[1, True, None]]]"},
      },
      foreign);
}

TEST(Origin, OfRoles) {
  const Json foreign = {
      {"messages",
       {{{"role", "user"}, {"content", "user"}}, {{"role", "endoftext"}, {"content", "x"}}}}};
  EXPECT_EQ(marked("{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}", foreign),
            "<|user|>[[user]]<|[[endoftext]]|>[[x]]");
}

TEST(Origin, ThroughStatements) {
  expect_all(
      {
          {"{% set x = own ~ s %}{{ x }}", "own[[F]]"},
          {"{% set x %}a{{ s }}{% endset %}{{ x }}{{ x }}", "a[[F]]a[[F]]"},
          {"{% macro m(v) %}<{{ v }}>{% endmacro %}{{ m(s) }}{{ m(own) }}", "<[[F]]><own>"},
          {"{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() %}{{ s }}!{% endcall %}",
           "<[[F]]!>"},
          {"{% filter lower %}A{{ s }}{% endfilter %}", "a[[f]]"},
          {"{% set ns = namespace(x='') %}{% for i in [1, 2] %}{% set ns.x = ns.x ~ s ~ i %}"
           "{% endfor %}{{ ns.x }}",
           "[[F]]1[[F]]2"},
          {"{{ s if s == 'F' }}{{ 'F' if s == 'F' }}", "[[F]]F"},
          {"{{ s or own }}{{ own and s }}", "[[FF]]"},
          {"{{ undefined_name | default(s) }}", "[[F]]"},
          {"{{ {'F': own}[s] }}", "own"},
          {"{{ {s: own} }}", "{'[[F]]': 'own'}"},
      },
      {{"s", "F"}});
}

TEST(Origin, GeneratedTextIsMarkedWhereverItComesOut) {
  const JinjaTemplate chat(
      "a{% generation %}b{{ s }}{% endgeneration %}c"
      "{% macro m() %}<{% generation %}d{% endgeneration %}>{% endmacro %}{{ m() }}"
      "{% generation %}{% endgeneration %}",
      "t");
  const RenderedText rendered = chat.render(Json::object(), {{"s", "S"}}, 0);
  EXPECT_EQ(rendered.text, "abSc<d>");
  EXPECT_EQ(rendered.generated, (std::vector<ByteRange>{{1, 3}, {5, 6}}));
  EXPECT_EQ(rendered.foreign, (std::vector<ByteRange>{{2, 3}}));
}

}  // namespace
}  // namespace braid::test

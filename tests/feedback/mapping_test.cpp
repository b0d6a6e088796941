// The mapping language: paths, templates, fields, filters, scalars, aggregation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "data/feedback/mapping/aggregate.h"
#include "data/feedback/mapping/axis.h"
#include "data/feedback/mapping/field.h"
#include "data/feedback/mapping/row_filter.h"
#include "data/feedback/mapping/scalars.h"
#include "tests/support.h"

namespace braid {
namespace {

using test::error_of;
using ::testing::HasSubstr;

const Json kRow = parse_json(R"({
  "a": {"b": 1, "c.d": "dotted", "": "blank", "null": null},
  "list": [{"x": 1, "y": [10, 11]}, {"x": 2, "y": [20]}, {"y": []}, {"x": null}],
  "words": ["one", "two", "three"],
  "named": {"first": 0.5, "second": true},
  "text": "t"
})",
                             "row");

std::string select(const std::string& path, const Scope& scope) {
  std::vector<const Json*> values;
  FieldPath::parse(path).select(scope, values);
  Json list = Json::array();
  for (const Json* value : values) list.push_back(*value);
  return list.dump();
}

std::string select(const std::string& path) { return select(path, Scope(kRow)); }

TEST(FieldPath, Selects) {
  EXPECT_EQ(select("text"), R"(["t"])");
  EXPECT_EQ(select("a.b"), "[1]");
  EXPECT_EQ(select("a.\"c.d\""), R"(["dotted"])");
  EXPECT_EQ(select("a.'c.d'"), R"(["dotted"])");
  EXPECT_EQ(select("a.''"), R"(["blank"])");
  EXPECT_EQ(select("list[].x"), "[1,2]");
  EXPECT_EQ(select("list[].y[]"), "[10,11,20]");
  EXPECT_EQ(select("list[1].x"), "[2]");
  EXPECT_EQ(select("words[-1]"), R"(["three"])");
  EXPECT_EQ(select("words[0]"), R"(["one"])");
  EXPECT_EQ(select("named{}"), "[0.5,true]");
  EXPECT_EQ(select("words"), R"([["one","two","three"]])");
}

TEST(FieldPath, LeadsNowhere) {
  for (const char* path : {"b", "a.null", "a.b.c", "text[]", "a[]", "words[3]", "words[-4]",
                           "words{}", "words.x", "@key", "@index", "list[9223372036854775807]"}) {
    EXPECT_EQ(select(path), "[]") << path;
  }
}

TEST(FieldPath, WalksElements) {
  std::vector<Scope> elements;
  FieldPath::parse("named{}").elements(Scope(kRow), elements);
  FieldPath::parse("words[]").elements(Scope(kRow), elements);
  ASSERT_EQ(elements.size(), 5u);
  EXPECT_EQ(select("@key", elements[1]), R"(["second"])");
  EXPECT_EQ(select("@index", elements[1]), "[1]");
  EXPECT_EQ(select("@index", elements[4]), "[4]");
  EXPECT_EQ(select("@key", elements[4]), "[]");
  EXPECT_EQ(select(".", elements[4]), R"(["three"])");
  EXPECT_EQ(select("^.text", elements[4]), R"(["t"])");
  EXPECT_EQ(select("text", elements[4]), "[]");
}

TEST(FieldPath, NamesWhatIsWrong) {
  const auto error = [](const std::string& path) {
    return error_of([&] { FieldPath::parse(path); });
  };
  EXPECT_THAT(error(""), HasSubstr("is empty"));
  EXPECT_THAT(error("a..b"), HasSubstr("path \"a..b\": expects a name at character 3"));
  EXPECT_THAT(error("a."), HasSubstr("expects a name"));
  EXPECT_THAT(error("a[x]"), HasSubstr("expects a number or ]"));
  EXPECT_THAT(error("a[1"), HasSubstr("expects ]"));
  EXPECT_THAT(error("a[99999999999999999999]"), HasSubstr("expects a number"));
  EXPECT_THAT(error("'a"), HasSubstr("has a quote that does not end"));
  EXPECT_THAT(error("a[]b"), HasSubstr("needs a dot before a name"));
  EXPECT_THAT(error("@key.x"), HasSubstr("goes on behind @key"));
  EXPECT_THAT(error("a]"), HasSubstr("needs a dot"));
  std::string deep = "a";
  for (int i = 0; i < 40; ++i) deep += ".a";
  EXPECT_THAT(error(deep), HasSubstr("too many steps"));
}

std::string render(const std::string& text, const std::string& row) {
  const Json parsed = parse_json(row, "row");
  return TextTemplate::parse(text).render(Scope(parsed));
}

TEST(TextTemplate, Renders) {
  EXPECT_EQ(render("{a} and {b.c}", R"({"a":"x","b":{"c":2}})"), "x and 2");
  EXPECT_EQ(render("{a}\n\n{b}", R"({"a":"x","b":" "})"), "x");
  EXPECT_EQ(render("{a}[[\n\nInput: {b}]] end", R"({"a":"x","b":"y"})"), "x\n\nInput: y end");
  EXPECT_EQ(render("{a}[[\n\nInput: {b}]] end", R"({"a":"x","b":""})"), "x end");
  EXPECT_EQ(render("{a}[[\n\nInput: {b}]] end", R"({"a":"x"})"), "x end");
  EXPECT_EQ(render("[[{a}]][[{b}]]", R"({"b":"y"})"), "y");
  EXPECT_EQ(render("{{{a}}}", R"({"a":"x"})"), "{x}");
  EXPECT_EQ(render("{w[]}", R"({"w":["x","y"]})"), "x\ny");
  EXPECT_EQ(render("", "{}"), "");
}

TEST(TextTemplate, NamesWhatIsWrong) {
  EXPECT_THAT(error_of([] { TextTemplate::parse("{a"); }), HasSubstr("{ has no }"));
  EXPECT_THAT(error_of([] { TextTemplate::parse("a}"); }), HasSubstr("} without {"));
  EXPECT_THAT(error_of([] { TextTemplate::parse("[[a"); }), HasSubstr("[[ has no ]]"));
  EXPECT_EQ(error_of([] { render("{a}", "{}"); }), "a: is missing");
  EXPECT_EQ(error_of([] { render("{a}", R"({"a":[1]})"); }), "a: expected text, got a list");
}

Field field_of(const std::string& json) {
  const Json config = parse_json(R"({"f":)" + json + "}", "config");
  ObjectReader reader(config, "config");
  return Field::require(reader, "f");
}

std::string one(const std::string& field, const std::string& row) {
  const Json parsed = parse_json(row, "row");
  Json scratch;
  const Field reader = field_of(field);
  const Json* value = reader.one(Scope(parsed), scratch);
  return value == nullptr ? "none" : value->dump();
}

std::string all(const std::string& field, const std::string& row) {
  const Json parsed = parse_json(row, "row");
  Json scratch, list = Json::array();
  const Field reader = field_of(field);
  for (const Json* value : reader.all(Scope(parsed), scratch)) list.push_back(*value);
  return list.dump();
}

TEST(Field, Forms) {
  EXPECT_EQ(one(R"("a")", R"({"a":1})"), "1");
  EXPECT_EQ(one(R"(["b","a","c"])", R"({"a":1,"c":2})"), "1");
  EXPECT_EQ(one("3", "{}"), "3");
  EXPECT_EQ(one("true", "{}"), "true");
  EXPECT_EQ(one(R"({"value":"a"})", R"({"a":1})"), R"("a")");
  EXPECT_EQ(one(R"({"template":"<{a}>"})", R"({"a":1})"), R"("<1>")");
  EXPECT_EQ(one(R"({"path":"a","default":7})", "{}"), "7");
  EXPECT_EQ(one(R"("a")", "{}"), "none");
}

TEST(Field, MapsValuesAsText) {
  const std::string field =
      R"({"path":"a","map":{"1":"first","true":"yes","x":null,"2":"second"}})";
  EXPECT_EQ(one(field, R"({"a":1})"), R"("first")");
  EXPECT_EQ(one(field, R"({"a":1.0})"), R"("first")");
  EXPECT_EQ(one(field, R"({"a":"1"})"), R"("first")");
  EXPECT_EQ(one(field, R"({"a":true})"), R"("yes")");
  EXPECT_EQ(one(field, R"({"a":"x"})"), "none");
  EXPECT_EQ(one(R"({"path":"a","map":{"*":0,"1":1}})", R"({"a":"other"})"), "0");
  EXPECT_EQ(error_of([&] { one(field, R"({"a":"3"})"); }),
            "a: \"3\" is not in the map of the source");
  EXPECT_EQ(error_of([&] { one(field, R"({"a":{}})"); }),
            "a: expected a value of the map, got an object");
}

TEST(Field, GathersSeveralValues) {
  EXPECT_EQ(all(R"("a")", R"({"a":[1,null,2]})"), "[1,2]");
  EXPECT_EQ(all(R"("v[].w")", R"({"v":[{"w":1},{"w":2}]})"), "[1,2]");
  EXPECT_EQ(all(R"({"all":["a","c","b"]})", R"({"a":1,"b":2})"), "[1,2]");
  EXPECT_EQ(all(R"({"path":"a","map":{"1":"x","2":null}})", R"({"a":[1,2,1]})"), R"(["x","x"])");
  EXPECT_EQ(error_of([] { one(R"("v[].w")", R"({"v":[{"w":1},{"w":2}]})"); }),
            "v[].w: 2 values where one is expected; name one by its index");
}

TEST(Field, NamesWhatIsWrongInItsConfiguration) {
  EXPECT_THAT(error_of([] { field_of(R"({"path":"a","value":1})"); }),
              HasSubstr("config: f.path: give one of path, all, value and template"));
  EXPECT_THAT(error_of([] { field_of(R"({"paht":"a"})"); }), HasSubstr("is missing"));
  EXPECT_THAT(error_of([] { field_of(R"({"path":"a","mapp":{}})"); }),
              HasSubstr("config: unknown key f.mapp"));
  EXPECT_THAT(error_of([] { field_of(R"("a..b")"); }), HasSubstr("config: f: path \"a..b\""));
  EXPECT_THAT(error_of([] { field_of("[]"); }), HasSubstr("at least one path"));
}

TEST(Scalars, NumbersAreTheSameInEveryFormat) {
  const auto number = [](const std::string& json) {
    return scalar_number(parse_json(json, "row"), "f");
  };
  EXPECT_EQ(number("3"), 3.0);
  EXPECT_EQ(number("\"3\""), 3.0);
  EXPECT_EQ(number("\" 3.50 \""), 3.5);
  EXPECT_EQ(number("\"+1e2\""), 100.0);
  EXPECT_EQ(number("0.1"), number("\"0.1\""));
  EXPECT_EQ(number("true"), 1.0);
  EXPECT_EQ(number("null"), std::nullopt);
  EXPECT_EQ(number("\"  \""), std::nullopt);
  for (const char* bad : {"\"nan\"", "\"inf\"", "\"-Infinity\"", "\"3 stars\"", "\"0x10\"", "[]",
                          "{}", "\"1e999\"", "\"١\""}) {
    EXPECT_THAT(error_of([&] { number(bad); }), HasSubstr("f: expected a finite number, got "))
        << bad;
  }
}

TEST(Scalars, TextOfNumbers) {
  EXPECT_EQ(scalar_text(Json(2.0)), "2");
  EXPECT_EQ(scalar_text(Json(2.5)), "2.5");
  EXPECT_EQ(scalar_text(Json(-0.0)), "0");
  EXPECT_EQ(scalar_text(Json(1e300)), "1e+300");
  EXPECT_EQ(scalar_text(Json(18446744073709551615U)), "18446744073709551615");
  EXPECT_EQ(scalar_text(Json::array()), std::nullopt);
}

TEST(Aggregate, DoesNotDependOnOrder) {
  std::vector<double> values = {0.1, 0.7, 0.2, 0.30000000000000004, 1e-17, 0.7};
  const Opinion first = aggregate(values, Aggregation::kMean);
  std::sort(values.begin(), values.end());
  do {
    const Opinion opinion = aggregate(values, Aggregation::kMean);
    ASSERT_EQ(opinion.value, first.value);
    ASSERT_EQ(opinion.spread, first.spread);
  } while (std::next_permutation(values.begin(), values.end()));
}

TEST(Aggregate, MeanMedianMajority) {
  EXPECT_EQ(aggregate({1, 2, 6}, Aggregation::kMean).value, 3.0);
  EXPECT_EQ(aggregate({1, 2, 6}, Aggregation::kMedian).value, 2.0);
  EXPECT_EQ(aggregate({1, 6, 2, 3}, Aggregation::kMedian).value, 2.5);
  EXPECT_EQ(aggregate({1, 6, 6, 2}, Aggregation::kMajority).value, 6.0);
  EXPECT_EQ(aggregate({1, 1, 6, 6, 2}, Aggregation::kMajority).value, 3.5);
  EXPECT_EQ(aggregate({5}, Aggregation::kMajority).value, 5.0);
  EXPECT_EQ(aggregate({5}, Aggregation::kMean).spread, 0.0);
  EXPECT_EQ(aggregate({1, 3}, Aggregation::kMean).spread, 1.0);
}

TEST(RowFilter, KeepsAndSkips) {
  const auto passes = [](const std::string& config, const std::string& row) {
    const Json json = parse_json(config, "config"), parsed = parse_json(row, "row");
    ObjectReader reader(json, "config");
    return RowFilter::read(reader).passes(Scope(parsed));
  };
  EXPECT_TRUE(passes("{}", "{}"));
  EXPECT_TRUE(passes(R"({"keep":{"lang":["en","de"]}})", R"({"lang":"de"})"));
  EXPECT_FALSE(passes(R"({"keep":{"lang":["en","de"]}})", R"({"lang":"fr"})"));
  EXPECT_FALSE(passes(R"({"keep":{"lang":"en"}})", "{}"));
  EXPECT_TRUE(passes(R"({"skip":{"deleted":true}})", "{}"));
  EXPECT_FALSE(passes(R"({"skip":{"deleted":true}})", R"({"deleted":true})"));
  EXPECT_TRUE(passes(R"({"keep":{"tags[]":1}})", R"({"tags":[0,1]})"));
}

}  // namespace
}  // namespace braid

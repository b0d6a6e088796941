// Hostile JSON, and the messages of the typed reader.
#include "base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "base/error.h"

#include "tests/support.h"

namespace braid {
namespace {

using test::error_of;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StrEq;

std::string parse_failure(std::string_view text) {
  return error_of([&] { parse_json(text, "in.json"); });
}

TEST(Json, KeepsValuesAndOrder) {
  const Json json =
      parse_json(R"({"z":1,"a":[true,null,-2,2.5,"ü\u0000"],"m":{"b":{},"a":[]}})", "x");
  EXPECT_EQ(json.dump(), R"({"z":1,"a":[true,null,-2,2.5,"ü\u0000"],"m":{"b":{},"a":[]}})");
  EXPECT_EQ(parse_json(" 3 ", "x"), 3);
  EXPECT_EQ(parse_json("18446744073709551615", "x").get<uint64_t>(), 18446744073709551615u);
}

TEST(Json, RefusesWhatIsNotJson) {
  using namespace std::string_literals;
  const std::vector<std::string> texts = {
      "",          " ",       "{",           "[1,",      "[1,]",         "{\"a\":}",
      "{\"a\" 1}", "{a:1}",   "[1] 2",       "nul",      "NaN",          "[Infinity]",
      "[-NaN]",    "[1e999]", "[01]",        "[1.]",     "'a'",          "\"a",
      "\"\\x\"",   "\"\t\"",  "\"\\ud800\"", "\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"",
      "// c\n1",   "{}\0{}"s, "\"a\0b\""s};
  for (const auto& text : texts) {
    EXPECT_THAT(parse_failure(text), HasSubstr("in.json: not valid JSON")) << text;
  }
  EXPECT_THAT(parse_failure("{\n\"a\": x}"), HasSubstr("line 2, column"));
}

TEST(Json, MessagesAreOneShortPrintableLine) {
  std::string text(5001, 'a');
  text.front() = '"';
  text += "\xff\x1b[31m\n";
  const std::string message = parse_failure(text);
  EXPECT_LT(message.size(), 400u);
  for (const char c : message) EXPECT_TRUE(c >= ' ' && c <= '~');
}

TEST(Json, RefusesDuplicateKeys) {
  EXPECT_THAT(parse_failure(R"({"a":1,"b":2,"a":3})"), HasSubstr(R"(key "a" is there twice)"));
  EXPECT_THAT(parse_failure(R"([{"k":{"x":1,"\u0078":1}}])"), HasSubstr(R"(key "x")"));
  EXPECT_EQ(parse_failure(R"([{"a":1},{"a":2},{"b":{"a":1},"a":1}])"), "no error");
}

TEST(Json, LimitsDepth) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(parse_failure(nested(256)), "no error");
  EXPECT_THAT(parse_failure(nested(257)), HasSubstr("nested more than 256 levels"));
  EXPECT_THAT(parse_failure(std::string(10'000'000, '[')), HasSubstr("nested"));
  std::string objects;
  for (int i = 0; i < 300; ++i) objects += "{\"a\":";
  EXPECT_THAT(parse_failure(objects), HasSubstr("nested"));
}

TEST(Json, VocabulariesParseInLinearTime) {
  std::string text = "{";
  for (int i = 0; i < 300'000; ++i)
    text += "\"token" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  text.back() = '}';
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(parse_json(text, "x").size(), 300'000u);
  // It takes about 0.1 s; looking every key up in the keys before it takes minutes.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST(ObjectReader, ReadsTypedMembers) {
  const Json json = parse_json(
      R"({"b":true,"i":-3,"whole":4.0,"d":2,"s":"x","l":["p","q"],"n":null,"o":{"i":7}})", "x");
  ObjectReader reader(json, "run.json");
  EXPECT_TRUE(reader.boolean("b", false));
  EXPECT_EQ(reader.integer("i", 0), -3);
  EXPECT_EQ(reader.require_integer("whole"), 4);
  EXPECT_EQ(reader.number("d", 0), 2.0);
  EXPECT_EQ(reader.require_string("s"), "x");
  EXPECT_EQ(reader.strings("l"), (std::vector<std::string>{"p", "q"}));
  EXPECT_EQ(reader.integer("n", 9), 9);
  EXPECT_EQ(reader.string("absent", "fallback"), "fallback");
  EXPECT_TRUE(reader.strings("absent").empty());
  EXPECT_FALSE(reader.has("n"));
  EXPECT_TRUE(reader.has("o"));
  EXPECT_FALSE(reader.object("absent").has_value());
  EXPECT_EQ(reader.object("o")->integer("i", 0), 7);
  reader.reject_unknown();
}

TEST(ObjectReader, NamesTheWholePath) {
  const Json json = parse_json(
      R"({"lora":{"rank":"x","alpha":1.5,"huge":9223372036854775808,"t":["a",1]}})", "x");
  ObjectReader top(json, "run.json");
  auto lora = *top.object("lora");
  EXPECT_THAT(error_of([&] { lora.integer("rank", 1); }),
              StrEq("run.json: lora.rank: expected an integer of at most 64 bits, got \"x\""));
  EXPECT_THAT(error_of([&] { lora.integer("alpha", 1); }),
              HasSubstr("lora.alpha: expected an integer"));
  EXPECT_THAT(error_of([&] { lora.integer("huge", 1); }), HasSubstr("got 9223372036854775808"));
  EXPECT_THAT(error_of([&] { lora.boolean("rank", true); }), HasSubstr("expected true or false"));
  EXPECT_THAT(error_of([&] { lora.number("rank", 1); }), HasSubstr("expected a finite number"));
  EXPECT_THAT(error_of([&] { lora.string("alpha", ""); }), HasSubstr("expected a string, got 1.5"));
  EXPECT_THAT(error_of([&] { lora.strings("t"); }), HasSubstr("got 1 at index 1"));
  EXPECT_THAT(error_of([&] { lora.object("rank"); }), HasSubstr("lora.rank: expected an object"));
  EXPECT_THAT(error_of([&] { lora.require_string("none"); }),
              StrEq("run.json: lora.none: is missing"));
  EXPECT_THAT(error_of([&] { ObjectReader(parse_json("[]", "x"), "run.json"); }),
              StrEq("run.json: expected an object, got an array"));
}

TEST(ObjectReader, ListsUnknownKeys) {
  const Json json = parse_json(R"({"known":1,"tpyo":2,"odd\nkey":3})", "x");
  ObjectReader reader(json, "run.json");
  reader.integer("known", 0);
  const std::string message = error_of([&] { reader.reject_unknown(); });
  EXPECT_THAT(message, HasSubstr("unknown keys tpyo, "));
  EXPECT_THAT(message, HasSubstr("known here: known"));
  EXPECT_THAT(message, Not(HasSubstr("\n")));
}

TEST(Quote, MakesAnyBytesPrintable) {
  EXPECT_EQ(quote("a\"b\\"), R"("a\"b\\")");
  EXPECT_EQ(quote("한\n\xff\x7f"), "\"한\\x0a\\xff\\x7f\"");
  EXPECT_EQ(quote("\xed\xa0\x80"), R"("\xed\xa0\x80")");
  EXPECT_EQ(quote("\xf4\x90\x80\x80").find("\xf4"), std::string::npos);
  EXPECT_LT(quote(std::string(1000, 'a')).size(), 110u);
}

}  // namespace
}  // namespace braid

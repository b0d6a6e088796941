// Hostile input to a whole source: a clear error or a counted drop, in bounded memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "data/feedback/line_reader.h"
#include "data/feedback/sources/presets.h"
#include "tests/feedback/converted.h"

namespace braid {
namespace {

using test::convert_bytes;
using test::Converted;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kRating = R"({"kind":"rating","prompt":"q","response":"a",
    "axes":[{"name":"s","range":[0,5]}]})";

std::string with_member(const std::string& config, const std::string& member) {
  return config.substr(0, config.size() - 1) + "," + member + "}";
}

TEST(BadRows, AreErrorsOrCounted) {
  const std::string rows = R"({"q":"Q","a":"A","s":1}
{"q":"Q","a":"B","s":"NaN"}
{"q":"Q","a":"C","s":"inf"}
{"q":"Q","a":"D","s":123456789012345678901234567890}
{"q":"Q","a":"E","s":-1}
{"q":"Q","a":["E"],"s":1}
{"q":{},"a":"F","s":1}
{"a":"G","s":1}
not json
{"q":"Q","a":"H","s":4}
)";
  EXPECT_EQ(convert_bytes(kRating, rows).error,
            "rows.jsonl:2: s: expected a finite number, got \"NaN\"");
  const Converted counted = convert_bytes(with_member(kRating, R"("max_bad_rows":8)"), rows);
  EXPECT_EQ(counted.error, "");
  EXPECT_EQ(counted.feedback.report.rows, 10);
  EXPECT_EQ(counted.feedback.report.bad_rows, 8);
  EXPECT_EQ(test::unaccounted(counted.feedback, counted.pairing), "");
  EXPECT_EQ(counted.pairs.size(), 1u);
  EXPECT_EQ(counted.pairs[0].chosen, "H");
  const auto& examples = counted.feedback.report.bad_row_examples;
  ASSERT_EQ(examples.size(), 8u);
  EXPECT_THAT(examples[2], HasSubstr("rows.jsonl:4: s: 1.2345678901234568e+29 is outside"));
  EXPECT_THAT(examples[3], HasSubstr("rows.jsonl:5: s: -1 is outside of the range 0 to 5"));
  EXPECT_THAT(examples[4], HasSubstr("rows.jsonl:6: a[0]: expected a message, got \"E\""));
  EXPECT_THAT(examples[5], HasSubstr("rows.jsonl:7: q: the message has no role"));
  EXPECT_THAT(examples[6], HasSubstr("rows.jsonl:8: q: is missing"));
  EXPECT_THAT(examples[7], HasSubstr("rows.jsonl:9: not valid JSON"));
  EXPECT_THAT(convert_bytes(with_member(kRating, R"("max_bad_rows":7)"), rows).error,
              HasSubstr("not valid JSON"));
  EXPECT_THAT(convert_bytes(with_member(kRating, R"("max_bad_rows":7)"), rows).error,
              HasSubstr("(bad row 8; max_bad_rows is 7)"));
}

TEST(BadRows, HalfAConvertedRowLeavesNothing) {
  const Converted result = convert_bytes(
      R"({"kind":"rating","prompt":"q","responses":[{"each":"r[]","text":"t"}],
          "axes":[{"name":"s","range":[0,5]}],"max_bad_rows":1})",
      R"({"q":"Q","r":[{"t":"A","s":1},{"t":"B","s":2},{"t":"C","s":99}]})");
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.feedback.report.bad_rows, 1);
  EXPECT_EQ(result.feedback.report.responses, 0);
  EXPECT_TRUE(result.feedback.sets.empty());
}

TEST(BadRows, DeepNestingAndDoubledKeys) {
  const std::string deep = "{\"q\":" + std::string(100000, '[') + std::string(100000, ']') + "}";
  for (const char* name : {"rows.jsonl", "rows.json"}) {
    EXPECT_THAT(convert_bytes(kRating, deep, name).error, HasSubstr("nested more than 256 levels"));
    EXPECT_THAT(convert_bytes(kRating, R"({"q":"Q","q":"R"})", name).error,
                HasSubstr("key \"q\" is there twice"));
  }
}

TEST(BadRows, DeepTreesAreWalkedWithoutRecursion) {
  // 120 turns in 240 levels of JSON: as deep as rows may be.
  std::string tree, end;
  for (int i = 0; i < 60; ++i) {
    tree += R"({"role":"prompter","text":"Q)" + std::to_string(i) +
            R"(","replies":[{"role":"assistant","text":"x","rank":1},)"
            R"({"role":"assistant","text":"A","rank":0,"replies":[)";
    end += "]}]}";
  }
  tree += R"({"role":"prompter","text":"last"})";
  const Converted result = convert_bytes(R"({"preset":"oasst"})",
                                         R"({"message_tree_id":1,"prompt":)" + tree + end + "}");
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.pairs.size(), 60u);
}

TEST(Hostile, EndlessRowsStopInBoundedMemory) {
  rusage before = {}, after = {};
  getrusage(RUSAGE_SELF, &before);
  const std::string row = "{\"q\":\"" + std::string(size_t{100} << 20, 'x') + "\"}\n";
  EXPECT_THAT(convert_bytes(kRating, row).error, StartsWith("rows.jsonl:1: longer than 32 MiB"));
  EXPECT_THAT(convert_bytes(kRating, row, "rows.json").error,
              StartsWith("rows.json:1: longer than 32 MiB"));
  EXPECT_THAT(convert_bytes(kRating, "q,a,s\n\"" + row, "rows.csv").error,
              HasSubstr("the record at line 2 is longer than 32 MiB; is a quote missing?"));
  EXPECT_THAT(convert_bytes(kRating, row, "rows.csv").error, HasSubstr("longer than 32 MiB"));
  getrusage(RUSAGE_SELF, &after);
  // The 100 MiB rows of this test themselves, twice in places, and what a reader holds.
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 400 << 10);
}

TEST(Hostile, AMillionAnswersToOnePrompt) {
  std::string rows;
  for (int i = 0; i < 100000; ++i) {
    rows += R"({"q":"Q","a":"A)" + std::to_string(i) + R"(","s":)" + std::to_string(i % 6) + "}\n";
  }
  const Converted result = convert_bytes(
      with_member(kRating, R"("pairing":{"strategy":"all_pairs","max_pairs":100})"), rows);
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.pairs.size(), 100u);
}

TEST(Hostile, ManyElementsAndMembers) {
  std::string list = "[";
  for (int i = 0; i < 200000; ++i) list += fmt::format("{}{}", i == 0 ? "" : ",", i % 5);
  const Converted result = convert_bytes(
      R"({"kind":"rating","prompt":"q","responses":[{"text":"a"},{"text":"b","ratings":{"s":1}}],
          "axes":[{"name":"s","path":"v[]","range":[0,5]}]})",
      R"({"q":"Q","a":"A","b":"B","v":)" + list + "]}");
  EXPECT_EQ(result.error, "");
  ASSERT_EQ(result.pairs.size(), 1u);
  EXPECT_EQ(result.pairs[0].chosen, "A");
}

TEST(Hostile, OptionsAreLimited) {
  Json options = Json::array();
  for (int i = 0; i < 1001; ++i) options.push_back("option " + std::to_string(i));
  EXPECT_THAT(convert_bytes(R"({"kind":"choice","prompt":"q","options":"o","answer":0})",
                            Json{{"q", "Q"}, {"o", options}}.dump())
                  .error,
              HasSubstr("o: 1001 options; at most 1000 are accepted"));
}

std::string config_error(const std::string& config) {
  const Json json = parse_json(config, "run.json");
  return test::error_of([&] { read_source(json, "run.json", "sources[0]"); });
}

TEST(SourceConfig, NamesKeyAndRemedy) {
  EXPECT_THAT(config_error("{}"), HasSubstr("run.json: sources[0].files: expected at least one"));
  EXPECT_THAT(config_error(R"({"files":["f"]})"), HasSubstr("sources[0].kind: is missing"));
  EXPECT_THAT(config_error(R"({"files":["f"],"kind":"ratings"})"),
              HasSubstr("unknown kind \"ratings\"; use one of pairwise, rating, ranking, label, "
                        "cloze, choice, edit, demonstration"));
  EXPECT_THAT(config_error(R"({"files":["f"],"preset":"hh"})"), HasSubstr("unknown preset \"hh\""));
  EXPECT_THAT(config_error(R"({"files":["f"],"preset":"trl","promt":"x"})"),
              HasSubstr("unknown key sources[0].promt"));
  EXPECT_THAT(config_error(R"({"files":["f"],"kind":"pairwise","first":"a","second":"b"})"),
              HasSubstr("sources[0].first: give chosen and rejected"));
  EXPECT_THAT(config_error(R"({"files":["f"],"kind":"pairwise","chosen":"a","rejected":"b",
                               "preferred":"x"})"),
              HasSubstr("sources[0].chosen: give chosen and rejected"));
  EXPECT_THAT(config_error(R"({"files":["f"],"kind":"rating","prompt":"q","response":"a"})"),
              HasSubstr("sources[0].axes: expected at least one axis"));
  EXPECT_THAT(config_error(R"({"files":["f"],"kind":"rating","prompt":"q","axes":[{"name":"s"}]})"),
              HasSubstr("sources[0].response: give one of response, responses and conversation"));
  EXPECT_THAT(config_error(R"({"files":["f"],"kind":"rating","prompt":"q","response":"a",
                               "axes":[{"name":"s","range":[5,1]}]})"),
              HasSubstr("sources[0].axes[0].range: low must be less than high"));
  EXPECT_THAT(config_error(R"({"files":["f"],"kind":"rating","prompt":"q","response":"a",
                               "axes":[{"name":"s","weight":-1}]})"),
              HasSubstr("sources[0].axes[0].weight: expected more than 0"));
  EXPECT_THAT(config_error(R"({"files":["f"],"preset":"summeval",
                               "pairing":{"strategy":"largest_gap"}})"),
              HasSubstr("sources[0].pairing.axis: is missing"));
  EXPECT_THAT(config_error(R"({"files":["f"],"preset":"trl","keep":{"a..b":1}})"),
              HasSubstr("sources[0].keep: path \"a..b\""));
  EXPECT_THAT(config_error(R"({"files":["f"],"preset":"trl","max_bad_rows":-1})"),
              HasSubstr("negative"));
}

TEST(SourceConfig, EveryPresetIsASource) {
  EXPECT_GE(preset_names().size(), 40u);
  for (const std::string& name : preset_names()) {
    const Json config = {{"files", {"f.jsonl"}}, {"preset", name}};
    const Source source = read_source(config, "run.json");
    EXPECT_EQ(source.name, name);
    EXPECT_NE(source.kind, nullptr);
  }
}

TEST(SourceConfig, MembersReplaceThoseOfThePreset) {
  const Converted result =
      convert_bytes(R"({"preset":"trl","chosen":"good","rejected":"bad","prompt":null})",
                    R"({"good":"It is A","bad":"It is B","prompt":"unused"})");
  EXPECT_EQ(result.error, "");
  ASSERT_EQ(result.pairs.size(), 1u);
  EXPECT_EQ(result.pairs[0].prompt, "user:It is");
}

TEST(SourceConfig, JsonInsideText) {
  const Converted result =
      convert_bytes(R"({"preset":"messages","json_columns":["messages"]})",
                    "messages\n\"[{\"\"role\"\":\"\"user\"\",\"\"content\"\":\"\"Q\"\"},"
                    "{\"\"role\"\":\"\"assistant\"\",\"\"content\"\":\"\"A\"\"}]\"\n[1\n",
                    "rows.csv");
  EXPECT_THAT(result.error, StartsWith("rows.csv:2: messages: not valid JSON"));
}

}  // namespace
}  // namespace braid

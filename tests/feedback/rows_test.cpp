// Row sources: every format gives the same rows, and says what is wrong with bad ones.
#include "data/feedback/rows/row_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include "tests/feedback/files.h"

namespace braid {
namespace {

using test::gzip;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

struct Read {
  std::vector<std::string> rows;   // as JSON text, behind their number
  std::vector<std::string> flaws;  // with the folder taken off
  std::string error;
};

std::string without_folder(std::string text, const std::filesystem::path& folder) {
  const std::string prefix = folder.string() + "/";
  if (text.starts_with(prefix)) text.erase(0, prefix.size());
  return text;
}

Read read(std::string_view bytes, const std::string& name, const RowFormat& format = {}) {
  const test::TemporaryDirectory directory;
  test::write_bytes(directory.path() / name, bytes);
  Read result;
  try {
    const auto rows = open_rows(directory.path() / name, format);
    SourceRow row;
    while (rows->next(row)) {
      if (row.flaw.empty()) {
        result.rows.push_back(fmt::format("{} {}", row.number, row.value.dump()));
      } else {
        result.flaws.push_back(without_folder(row.flaw, directory.path()));
      }
    }
  } catch (const Error& error) {
    result.error = without_folder(error.what(), directory.path());
  }
  return result;
}

std::string zstd(std::string_view text) {
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 3));
  return packed;
}

RowFormat format_of(const std::string& config) {
  const Json json = parse_json(config, "config");
  ObjectReader reader(json, "config");
  return RowFormat::read(reader);
}

TEST(JsonLines, RowsAreLines) {
  const Read result = read("\xef\xbb\xbf{\"a\":1}\r\n\n{\"a\":2}", "r.jsonl");
  EXPECT_EQ(result.error, "");
  EXPECT_THAT(result.rows, ElementsAre(R"(1 {"a":1})", R"(3 {"a":2})"));
}

TEST(JsonLines, BadRowsAreToldAndPassed) {
  const Read result = read(
      "{\"a\":1}\n{\"a\":NaN}\n[1]\n{\"a\":\"\xff\"}\n{\"a\":1,\"a\":2}\n"
      "{\"a\":1e999}\n{\"a\":5}\n",
      "r.ndjson");
  EXPECT_EQ(result.error, "");
  EXPECT_THAT(result.rows, ElementsAre(R"(1 {"a":1})", R"(7 {"a":5})"));
  ASSERT_EQ(result.flaws.size(), 5u);
  EXPECT_THAT(result.flaws[0], StartsWith("r.ndjson:2: not valid JSON"));
  EXPECT_EQ(result.flaws[1], "r.ndjson:3: expected an object");
  EXPECT_THAT(result.flaws[2], StartsWith("r.ndjson:4: not valid JSON"));
  EXPECT_EQ(result.flaws[3], "r.ndjson:5: key \"a\" is there twice in one object; remove one");
  EXPECT_THAT(result.flaws[4], StartsWith("r.ndjson:6: not valid JSON"));
}

TEST(JsonDocument, ListsAndObjectsOneAfterAnother) {
  EXPECT_THAT(read(R"( [ {"a":[1,"]"]} , {"b":"\"}"} ] )", "r.json").rows,
              ElementsAre(R"(1 {"a":[1,"]"]})", R"(2 {"b":"\"}"})"));
  EXPECT_THAT(read("{\"a\":1}\n{\n \"a\":2\n}", "r.json").rows,
              ElementsAre(R"(1 {"a":1})", R"(2 {"a":2})"));
  EXPECT_THAT(read("[]", "r.json").rows, IsEmpty());
  EXPECT_THAT(read("", "r.json").rows, IsEmpty());
}

TEST(JsonDocument, ListsInsideObjects) {
  const RowFormat format = format_of(R"({"list":"x.rows"})");
  const Read result =
      read(R"({"v":[1,{"rows":[9]}],"s":"}","x":{"n":null,"t":12,"rows":[{"a":1},{"a":2}],)"
           R"("m":{}},"z":[[]]})",
           "r.json", format);
  EXPECT_EQ(result.error, "");
  EXPECT_THAT(result.rows, ElementsAre(R"(1 {"a":1})", R"(2 {"a":2})"));
  EXPECT_EQ(read(R"({"x":{}})", "r.json", format).error,
            "r.json: no member \"rows\" on the way to the list of rows \"x.rows\"");
  EXPECT_THAT(read(R"({"x":{"rows":{}}})", "r.json", format).error, HasSubstr("expected ["));
}

TEST(JsonDocument, NamesDamage) {
  const auto error = [](const std::string& text) { return read(text, "r.json").error; };
  EXPECT_EQ(error(R"([{"a":1})"), "r.json: ends in the middle of its list; copy it again");
  EXPECT_EQ(error(R"([{"a":1)"), "r.json:1: the file ends in the middle of a value; copy it again");
  EXPECT_EQ(error(R"([{"a":"1)"),
            "r.json:1: the file ends in the middle of a value; copy it again");
  EXPECT_THAT(error(R"([{"a":1} {"a":2}])"), HasSubstr("expected , (between two rows)"));
  EXPECT_THAT(error(R"([{"a":1},])"), HasSubstr("expected a value, got ']'"));
  EXPECT_THAT(error(R"([] x)"), HasSubstr("goes on behind its list"));
  EXPECT_THAT(error("3"), HasSubstr("expected a list of objects"));
  EXPECT_THAT(read(R"([1,{"a":1},{"b":nope},"x"])", "r.json").flaws,
              ElementsAre("r.json:1: expected an object", StartsWith("r.json:3: not valid JSON"),
                          "r.json:4: expected an object"));
}

TEST(Table, QuotesNewlinesAndEmptyFields) {
  const Read result = read("a,b\r\n1,\"x, \"\"y\"\"\r\nz\"\r\n,\"\"\r\n\r\nlast,row", "r.csv");
  EXPECT_EQ(result.error, "");
  EXPECT_THAT(result.rows, ElementsAre(R"(1 {"a":"1","b":"x, \"y\"\r\nz"})", R"(2 {"a":"","b":""})",
                                       R"(3 {"a":"last","b":"row"})"));
}

TEST(Table, TabsOtherDelimitersAndHeaders) {
  EXPECT_THAT(read("a\tb\n1\tx, y\n", "r.tsv").rows, ElementsAre(R"(1 {"a":"1","b":"x, y"})"));
  EXPECT_THAT(read("a;b\n1;2\n", "r.csv", format_of(R"({"delimiter":";"})")).rows,
              ElementsAre(R"(1 {"a":"1","b":"2"})"));
  EXPECT_THAT(read("1,2\n", "r.txt", format_of(R"({"format":"csv","columns":["x","y"]})")).rows,
              ElementsAre(R"(1 {"x":"1","y":"2"})"));
  EXPECT_THAT(read("a\tb\n\"1\t2\"\n", "r.tsv", format_of(R"({"quotes":false})")).rows,
              ElementsAre(R"(1 {"a":"\"1","b":"2\""})"));
  EXPECT_THAT(read("\xef\xbb\xbf"
                   "a\n1\n",
                   "r.csv")
                  .rows,
              ElementsAre(R"(1 {"a":"1"})"));
  EXPECT_THAT(read("a\n\"\"\n\nx\n", "r.csv").rows, ElementsAre(R"(1 {"a":""})", R"(2 {"a":"x"})"));
}

TEST(Table, BadRowsAreToldAndPassed) {
  const Read result = read("a,b\n1\n1,2,3\n\"x\"y,2\nx\"y,2\n\xff,2\n\"\n\",2\n5,6\n", "r.csv");
  EXPECT_EQ(result.error, "");
  EXPECT_THAT(result.rows, ElementsAre(R"(6 {"a":"\n","b":"2"})", R"(7 {"a":"5","b":"6"})"));
  EXPECT_THAT(
      result.flaws,
      ElementsAre(
          "r.csv:1: 1 fields where the header has 2 (line 2)",
          "r.csv:2: 3 fields where the header has 2 (line 3)",
          "r.csv:3: text behind a closing quote; quotes inside a field are doubled (line 4)",
          "r.csv:4: a quote inside a field that is not quoted; if quotes mean nothing "
          "here, give the source \"quotes\": false (line 5)",
          "r.csv:5: \"a\": not UTF-8 text (line 6)"));
}

TEST(Table, NamesDamage) {
  EXPECT_EQ(read("a,b\n1,\"2\n3,4\n", "r.csv").error,
            "r.csv: the quote opened in the record at line 2 never ends");
  EXPECT_EQ(read("a,a\n", "r.csv").error, "r.csv: column \"a\" is there twice; rename one");
  EXPECT_THAT(read("a,\"b\"c\n", "r.csv").error, StartsWith("r.csv: header: text behind"));
  EXPECT_THAT(read("a,\xff\n", "r.csv").error, HasSubstr("header: \"\\xff\": not UTF-8"));
  std::string wide;
  for (int i = 0; i < 2000000; ++i) wide += "c,";
  EXPECT_EQ(read(wide + "\n", "r.csv").error,
            "r.csv: more than 10000 fields in the record at line 1");
}

TEST(Table, EmptyFiles) {
  EXPECT_THAT(read("", "r.csv").rows, IsEmpty());
  EXPECT_THAT(read("a,b\n", "r.csv").rows, IsEmpty());
  EXPECT_EQ(read("", "r.csv").error, "");
}

TEST(Packed, EveryTextFormatUnpacks) {
  const std::string lines = "{\"a\":\"1\"}\n{\"a\":\"2\"}\n";
  const std::string list = R"([{"a":"1"},{"a":"2"}])";
  const std::string table = "a\n1\n2\n";
  const auto expected = ElementsAre(R"(1 {"a":"1"})", R"(2 {"a":"2"})");
  EXPECT_THAT(read(gzip(lines), "r.jsonl.gz").rows, expected);
  EXPECT_THAT(read(zstd(lines), "r.jsonl.zst").rows, expected);
  EXPECT_THAT(read(gzip(list), "r.json.gz").rows, expected);
  EXPECT_THAT(read(zstd(list), "r.json.zst").rows, expected);
  EXPECT_THAT(read(gzip(table), "r.csv.gz").rows, expected);
  EXPECT_THAT(read(zstd(table), "r.tsv.zst").rows, expected);
  EXPECT_THAT(
      read(zstd("{\"a\":\"1\"}\n") + zstd("") + zstd("{\"a\":\"2\"}\n"), "r.jsonl.zst").rows,
      expected);
}

TEST(Packed, LargeZstdFilesStream) {
  std::string lines, expected;
  for (int i = 0; i < 60000; ++i) lines += "{\"a\":" + std::to_string(i * 7919LL % 100003) + "}\n";
  const Read result = read(zstd(lines), "r.jsonl.zst");
  EXPECT_EQ(result.error, "");
  ASSERT_EQ(result.rows.size(), 60000u);
  EXPECT_EQ(result.rows[59999], "60000 {\"a\":" + std::to_string(59999LL * 7919 % 100003) + "}");
  // A frame that ends exactly where the reader's buffer does.
  const std::string block(size_t{1} << 18, ' ');
  EXPECT_EQ(read(zstd(block), "r.jsonl.zst").error, "");
}

TEST(Packed, NamesDamage) {
  const std::string lines = "{\"a\":\"1\"}\n{\"a\":\"2\"}\n";
  const std::string packed = zstd(lines);
  const auto error = [](std::string_view bytes) { return read(bytes, "r.jsonl.zst").error; };
  for (size_t size = 0; size < packed.size(); ++size) {
    EXPECT_THAT(error(packed.substr(0, size)),
                ::testing::AnyOf(HasSubstr("ends in the middle"), HasSubstr("not zstd-compressed")))
        << size;
  }
  EXPECT_THAT(error(packed + "trailing"), HasSubstr("damaged compressed data"));
  EXPECT_THAT(read(lines, "r.jsonl.zst").error, HasSubstr("not zstd-compressed"));
  EXPECT_THAT(read(packed, "r.jsonl").error, HasSubstr("zstd-compressed, but not named so"));
  EXPECT_THAT(error(zstd(std::string(size_t{1} << 27, '\n'))),
              HasSubstr("unpacks to more than 100 times"));
  EXPECT_THAT(read(gzip("a\n1\n").substr(0, 15), "r.csv.gz").error,
              HasSubstr("ends in the middle"));
}

TEST(OpenRows, NamesFilesItCannotRead) {
  EXPECT_THAT(read("x", "rows.txt").error,
              HasSubstr("rows.txt: the name does not say the format; name it .jsonl"));
  EXPECT_THAT(read("x", "rows.parquet.gz").error, HasSubstr("Parquet is compressed inside"));
  EXPECT_THAT(read("{\"a\":1}\n", "rows.txt", format_of(R"({"format":"jsonl"})")).rows,
              ElementsAre(R"(1 {"a":1})"));
  EXPECT_THROW(open_rows("/nonexistent/rows.jsonl", {}), Error);
  EXPECT_THROW(open_rows("/nonexistent/rows.parquet", {}), Error);
  EXPECT_THROW(open_rows("/", format_of(R"({"format":"parquet"})")), Error);
}

TEST(OpenRows, NamesWhatIsWrongInItsConfiguration) {
  const auto error = [](const std::string& config) {
    return test::error_of([&] { format_of(config); });
  };
  EXPECT_THAT(error(R"({"format":"xml"})"), HasSubstr("config: format: unknown format \"xml\""));
  EXPECT_THAT(error(R"({"delimiter":"ab"})"), HasSubstr("expected one character"));
}

}  // namespace
}  // namespace braid

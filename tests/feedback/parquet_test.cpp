// Parquet: every type, equality with the text formats, and damaged or hostile files.
#include <arrow/array.h>
#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/util.h>
#include <arrow/io/file.h>
#include <arrow/json/from_string.h>
#include <arrow/scalar.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <parquet/arrow/writer.h>

#include <limits>

#include "base/file.h"
#include "base/random.h"
#include "tests/feedback/converted.h"

namespace braid {
namespace {

using test::Converted;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Column {
  std::string name;
  std::shared_ptr<arrow::Array> values;
};

std::shared_ptr<arrow::Array> array(const std::shared_ptr<arrow::DataType>& type,
                                    const std::string& json) {
  return arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
}

void write_parquet(const std::filesystem::path& path, const std::vector<Column>& columns,
                   int64_t group_rows = 1 << 20, bool dictionary = true) {
  std::vector<std::shared_ptr<arrow::Field>> fields;
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  for (const Column& column : columns) {
    fields.push_back(arrow::field(column.name, column.values->type()));
    arrays.push_back(column.values);
  }
  const auto table = arrow::Table::Make(arrow::schema(fields), arrays);
  auto sink = arrow::io::FileOutputStream::Open(path.string()).ValueOrDie();
  parquet::WriterProperties::Builder builder;
  if (!dictionary) builder.disable_dictionary();
  const auto status = parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), sink,
                                                 group_rows, builder.build());
  if (!status.ok()) throw std::runtime_error(status.ToString());
  if (!sink->Close().ok()) throw std::runtime_error("cannot close " + path.string());
}

struct Read {
  std::vector<std::string> rows;
  std::vector<std::string> flaws;
  std::string error;
};

Read read_file(const std::filesystem::path& path, const WantsColumn& wants = nullptr) {
  Read result;
  const std::string folder = path.parent_path().string() + "/";
  const auto strip = [&](std::string text) {
    return text.starts_with(folder) ? text.substr(folder.size()) : text;
  };
  try {
    const auto rows = open_rows(path, {}, wants);
    SourceRow row;
    while (rows->next(row)) {
      if (row.flaw.empty()) {
        result.rows.push_back(row.value.dump());
      } else {
        result.flaws.push_back(strip(row.flaw));
      }
    }
  } catch (const Error& error) {
    result.error = strip(error.what());
  }
  return result;
}

Read read(const std::vector<Column>& columns, int64_t group_rows = 1 << 20,
          const WantsColumn& wants = nullptr) {
  const test::TemporaryDirectory directory;
  write_parquet(directory.path() / "r.parquet", columns, group_rows);
  return read_file(directory.path() / "r.parquet", wants);
}

TEST(Parquet, ScalarsOfEveryType) {
  const Read result =
      read({{"s", array(arrow::utf8(), R"(["x", null])")},
            {"i", array(arrow::int32(), "[-7, null]")},
            {"b", array(arrow::boolean(), "[true, false]")},
            {"u", array(arrow::uint64(), "[18446744073709551615, 0]")},
            {"f", array(arrow::float32(), "[3.3, 0.5]")},
            {"d", array(arrow::float64(), "[0.1, NaN]")},
            {"l", array(arrow::large_utf8(), R"(["y", ""])")},
            {"t", array(arrow::timestamp(arrow::TimeUnit::SECOND), R"(["2026-01-02", null])")},
            {"m", array(arrow::decimal128(5, 2), R"(["1.50", null])")},
            {"n", array(arrow::null(), "[null, null]")}});
  EXPECT_EQ(result.error, "");
  EXPECT_THAT(
      result.rows,
      ElementsAre(
          R"({"s":"x","i":-7,"b":true,"u":18446744073709551615,"f":3.3,"d":0.1,"l":"y",)"
          R"("t":"2026-01-02 00:00:00.000","m":"1.50","n":null})",
          R"({"s":null,"i":null,"b":false,"u":0,"f":0.5,"d":null,"l":"","t":null,"m":null,"n":null})"));
}

TEST(Parquet, ListsStructsMapsAndCategories) {
  const auto message =
      arrow::struct_({arrow::field("role", arrow::utf8()), arrow::field("content", arrow::utf8())});
  const Read result = read(
      {{"messages", array(arrow::list(message), R"([[{"role":"user","content":"Q"}], [], null])")},
       {"lists", array(arrow::list(arrow::list(arrow::int64())), "[[[1, 2], []], [null], []]")},
       {"map",
        array(arrow::map(arrow::utf8(), arrow::int64()), R"([[["a", 1], ["b", 2]], [], null])")},
       {"category",
        arrow::json::DictArrayFromJSONString(arrow::dictionary(arrow::int8(), arrow::utf8()),
                                             "[1, 0, null]", R"(["first", "second"])")
            .ValueOrDie()}},
      2);
  EXPECT_EQ(result.error, "");
  EXPECT_THAT(result.rows,
              ElementsAre(R"({"messages":[{"role":"user","content":"Q"}],"lists":[[1,2],[]],)"
                          R"("map":{"a":1,"b":2},"category":"second"})",
                          R"({"messages":[],"lists":[null],"map":{},"category":"first"})",
                          R"({"messages":null,"lists":[],"map":null,"category":null})"));
}

TEST(Parquet, OnlyWantedColumnsAreRead) {
  const std::vector<Column> columns = {{"a", array(arrow::int8(), "[1]")},
                                       {"b", array(arrow::int8(), "[2]")}};
  const auto wants = [](const std::string& name) { return name == "b"; };
  EXPECT_THAT(read(columns, 10, wants).rows, ElementsAre(R"({"b":2})"));
  EXPECT_THAT(read(columns, 10, [](const std::string&) { return false; }).rows,
              ElementsAre(R"({"a":1,"b":2})"));
}

TEST(Parquet, TextThatIsNotUtf8AndUnknownTypes) {
  arrow::BinaryBuilder builder;
  ASSERT_TRUE(builder.Append("ok").ok() && builder.Append("\xff").ok());
  const Read result = read({{"s", builder.Finish().ValueOrDie()}});
  EXPECT_THAT(result.rows, ElementsAre(R"({"s":"ok"})"));
  EXPECT_THAT(result.flaws, ElementsAre("r.parquet:2: \"s\": not UTF-8 text"));
  EXPECT_THAT(read({{"h", array(arrow::float16(), "[1.5]")}}).flaws,
              ElementsAre(HasSubstr("\"h\": a value of type halffloat")));
}

// Rated answers as columns, drawn at random.
struct Drawn {
  std::string prompts = "[", answers = "[", stars = "[", votes = "[";
  std::string csv = "prompt,answer,stars,votes\n", json_lines;
};

Drawn draw_rows(int count) {
  Drawn drawn;
  for (int i = 0; i < count; ++i) {
    const auto index = static_cast<uint64_t>(i);
    const std::string prompt =
        "What, then, is " + std::to_string(random_below(1, 0, index, 9)) + "?";
    const std::string answer = "It is\n\"" + std::to_string(i) + "\", ü.";
    const bool missing = random_below(1, 1, index, 10) == 0;
    const double rating = static_cast<double>(random_below(1, 2, index, 41)) / 10 + 1;
    const std::string star = fmt::format("{}", rating);
    const uint64_t vote = random_below(1, 3, index, 3);
    const char* comma = i == 0 ? "" : ",";
    std::string doubled = answer;
    for (size_t at = 0; (at = doubled.find('"', at)) != std::string::npos; at += 2) {
      doubled.insert(at, 1, '"');
    }
    drawn.prompts += fmt::format("{}{}", comma, Json(prompt).dump());
    drawn.answers += fmt::format("{}{}", comma, Json(answer).dump());
    drawn.stars += fmt::format("{}{}", comma, missing ? "null" : star);
    drawn.votes += fmt::format("{}{}", comma, vote);
    drawn.csv += fmt::format("\"{}\",\"{}\",{},{}\n", prompt, doubled, missing ? "" : star, vote);
    Json row = {{"prompt", prompt}, {"answer", answer}, {"stars", nullptr}, {"votes", vote}};
    if (!missing) row["stars"] = rating;
    drawn.json_lines += row.dump() + "\n";
  }
  for (std::string* list : {&drawn.prompts, &drawn.answers, &drawn.stars, &drawn.votes}) {
    *list += "]";
  }
  return drawn;
}

Converted convert(const std::filesystem::path& folder, const std::string& file, bool by_rank) {
  Json config = parse_json(R"({"kind":"rating","prompt":"prompt","response":"answer","axes":[
      {"name":"stars","range":[1,5],"weight":2},
      {"name":"votes","map":{"0":-1,"1":0,"2":1},"range":[-1,1]}],
      "pairing":{"strategy":"all_pairs"}})",
                           "test");
  if (by_rank) config["axes"][0]["range"] = "rank";
  config["files"] = {file};
  return test::convert_files(config, folder);
}

TEST(Formats, TheSameRowsGiveTheSameRecords) {
  const test::TemporaryDirectory directory;
  const auto folder = directory.path();
  const Drawn drawn = draw_rows(700);  // more than two batches
  test::write_bytes(folder / "r.csv", drawn.csv);
  test::write_bytes(folder / "r.jsonl", drawn.json_lines);
  for (const auto& type : {arrow::float64(), arrow::float32()}) {
    write_parquet(folder / "r.parquet",
                  {{"prompt", array(arrow::utf8(), drawn.prompts)},
                   {"answer", array(arrow::large_utf8(), drawn.answers)},
                   {"stars", array(type, drawn.stars)},
                   {"votes", array(arrow::int8(), drawn.votes)}},
                  100);
    for (const bool by_rank : {false, true}) {
      const Converted lines = convert(folder, "r.jsonl", by_rank);
      ASSERT_EQ(lines.error, "");
      ASSERT_GT(lines.pairs.size(), 100u);
      ASSERT_EQ(test::unaccounted(lines.feedback, lines.pairing), "");
      for (const char* name : {"r.csv", "r.parquet"}) {
        const Converted other = convert(folder, name, by_rank);
        ASSERT_EQ(other.error, "");
        ASSERT_EQ(other.pairs, lines.pairs) << name;
        ASSERT_EQ(other.feedback.report.dropped_responses, lines.feedback.report.dropped_responses);
        ASSERT_EQ(other.feedback.sets.size(), lines.feedback.sets.size());
        for (size_t i = 0; i < lines.feedback.sets.size(); ++i) {
          const ComparisonSet &one = lines.feedback.sets[i], &two = other.feedback.sets[i];
          ASSERT_EQ(one.where, two.where);
          ASSERT_EQ(one.prompt_key, two.prompt_key);
          for (size_t k = 0; k < one.responses.size(); ++k) {
            ASSERT_EQ(one.responses[k].text, two.responses[k].text);
            ASSERT_EQ(one.responses[k].utility, two.responses[k].utility);
            ASSERT_EQ(one.responses[k].where, two.responses[k].where);
          }
        }
      }
    }
  }
}

TEST(Formats, InfiniteRatingsAreErrors) {
  const test::TemporaryDirectory directory;
  arrow::DoubleBuilder builder;
  ASSERT_TRUE(builder.AppendValues({1.0, std::numeric_limits<double>::infinity()}).ok());
  write_parquet(directory.path() / "r.parquet", {{"prompt", array(arrow::utf8(), R"(["Q","Q"])")},
                                                 {"answer", array(arrow::utf8(), R"(["A","B"])")},
                                                 {"stars", builder.Finish().ValueOrDie()},
                                                 {"votes", array(arrow::int8(), "[0,1]")}});
  EXPECT_EQ(convert(directory.path(), "r.parquet", true).error,
            "r.parquet:2: stars: expected a finite number, got infinity");
}

TEST(ParquetDamage, EveryTruncationIsNamed) {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "r.parquet";
  const Drawn drawn = draw_rows(60);
  write_parquet(path, {{"prompt", array(arrow::utf8(), drawn.prompts)},
                       {"answer", array(arrow::utf8(), drawn.answers)}});
  const std::string bytes = read_text_file(path);
  for (size_t size = 0; size < bytes.size(); size += 1 + size / 40) {
    test::write_bytes(path, bytes.substr(0, size));
    EXPECT_THAT(read_file(path).error, HasSubstr("r.parquet: damaged Parquet, or none: ")) << size;
  }
}

TEST(ParquetDamage, FlippedBytesGiveRowsOrOneLine) {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "r.parquet";
  const Drawn drawn = draw_rows(60);
  write_parquet(path, {{"prompt", array(arrow::utf8(), drawn.prompts)},
                       {"stars", array(arrow::float64(), drawn.stars)}});
  const std::string bytes = read_text_file(path);
  int errors = 0;
  for (uint64_t trial = 0; trial < 400; ++trial) {
    std::string damaged = bytes;
    const uint64_t at = random_below(9, 0, trial, bytes.size());
    damaged[at] = static_cast<char>(random_below(9, 1, trial, 256));
    test::write_bytes(path, damaged);
    const Read result = read_file(path);
    EXPECT_EQ(result.error.find('\n'), std::string::npos);
    errors += !result.error.empty();
  }
  EXPECT_GT(errors, 20);
}

TEST(ParquetDamage, RefusesTooManyColumnsAndDoubles) {
  const auto one = array(arrow::int8(), "[1]");
  std::vector<Column> columns;
  for (size_t i = 0; i <= kMaxColumns; ++i) columns.push_back({fmt::format("c{}", i), one});
  EXPECT_EQ(read(columns).error, "r.parquet: 10001 columns; at most 10000 are accepted");
  EXPECT_EQ(read({{"a", one}, {"a", one}}).error,
            "r.parquet: column \"a\" is there twice; rename one");
}

TEST(ParquetDamage, RepeatedLongTextsStopAtTheMemoryLimit) {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "r.parquet";
  // 256 rows of the same 16 MiB are 4 GiB in a batch, and 16 MiB in the file.
  const auto text =
      array(arrow::large_utf8(), Json::array({std::string(size_t{16} << 20, 'x')}).dump());
  const auto codes = arrow::MakeArrayFromScalar(arrow::Int8Scalar(0), 256).ValueOrDie();
  const auto type = arrow::dictionary(arrow::int8(), arrow::large_utf8());
  write_parquet(path, {{"s", arrow::DictionaryArray::FromArrays(type, codes, text).ValueOrDie()}});
  const Read result = read_file(path);
  EXPECT_TRUE(result.error.empty() || result.error.find("unpack to more than") != std::string::npos)
      << result.error;
}

}  // namespace
}  // namespace braid

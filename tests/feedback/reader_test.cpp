// The reader as a whole: order, provenance, counts, errors, and real files.
#include "data/feedback/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "tests/feedback/files.h"

namespace braid {
namespace {

using test::read_bytes;
using ::testing::StartsWith;

TEST(Reader, KeepsOrderAndProvenance) {
  const auto result = read_bytes(
      "\xef\xbb\xbf{\"prompt\":\"q\",\"chosen\":\"a\",\"rejected\":\"b\"}\r\n"
      "\n"
      "{\"prompt\":\"q\",\"chosen\":\"a\",\"rejected\":\"a\"}\n"
      "  {\"prompt\":\"r\",\"completion\":\"c\",\"extra\":[{\"deep\":1}]}");
  ASSERT_EQ(result.error, "");
  ASSERT_EQ(result.records.size(), 2u);
  EXPECT_EQ(result.records[0].where.line, 1);
  EXPECT_EQ(result.records[1].where.line, 4);
  EXPECT_TRUE(result.records[1].where.file.ends_with("/rows.jsonl"));
  EXPECT_EQ(result.records[1].source, "source");
  EXPECT_EQ(result.report.rows, 3);
  EXPECT_EQ(result.report.dropped, (std::map<std::string, int64_t>{{"chosen equals rejected", 1}}));
}

TEST(Reader, CountsAddUpOverFiles) {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "a.jsonl";
  test::write_bytes(path, "{\"prompt\":\"q\",\"chosen\":\"a\",\"rejected\":\"\"}\n");
  ReadReport report;
  read_feedback(path, "a", report);
  read_feedback(path, "b", report);
  EXPECT_EQ(report.rows, 2);
  EXPECT_EQ(report.dropped.at("empty answer"), 2);
}

TEST(Reader, EmptyFileHasNoRows) {
  const auto result = read_bytes("");
  EXPECT_EQ(result.error, "");
  EXPECT_TRUE(result.records.empty());
  EXPECT_EQ(result.report.rows, 0);
}

struct ErrorCase {
  const char* row;
  const char* error;  // the whole message, or its beginning when it ends in "..."
};

class ReaderErrors : public ::testing::TestWithParam<ErrorCase> {};

TEST_P(ReaderErrors, NameLineFieldAndRemedy) {
  const std::string good = R"({"prompt":"p","chosen":"a","rejected":"b"})";
  const std::string error = read_bytes(good + "\n\n" + GetParam().row + "\n" + good).error;
  std::string expected = std::string("rows.jsonl:3: ") + GetParam().error;
  if (expected.ends_with("...")) {
    expected.resize(expected.size() - 3);
    EXPECT_THAT(error, StartsWith(expected));
  } else {
    EXPECT_EQ(error, expected);
  }
  EXPECT_EQ(error.find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ReaderErrors,
    ::testing::Values(
        ErrorCase{R"({"prompt":"p")", "not valid JSON: ..."},
        ErrorCase{"{\"prompt\":\"\xff\"}", "not valid JSON: ..."},
        ErrorCase{R"({"prompt":"p","prompt":"q","chosen":"a","rejected":"b"})",
                  R"(key "prompt" is there twice...)"},
        ErrorCase{R"("text")", R"(expected an object, got "text")"},
        ErrorCase{
            R"([{"prompt":"p"}])",
            "a JSON array; expected one JSON object per line (jq -c '.[]' makes such a file)"},
        ErrorCase{R"({"question":"q","answer\n":"a"})",
                  R"(no known row form (keys: "question", "answer\x0a"); expected chosen and ...)"},
        ErrorCase{R"({"prompt":"p"})", R"(no known row form (keys: "prompt"); expected ...)"},
        ErrorCase{R"({"prompt":"p","chosen":"a"})", "rejected: is missing"},
        ErrorCase{R"({"prompt":"p","rejected":"a","chosen":null})", "chosen: is missing"},
        ErrorCase{R"({"completion":"p"})", "prompt: is missing"},
        ErrorCase{R"({"prompt":3,"chosen":"a","rejected":"b"})",
                  "prompt: expected a string or a list of messages, got type number"},
        ErrorCase{R"({"conversations":[],"chosen":{"value":"a"},"rejected":{"value":"b"}})",
                  "chosen: expected a string or a list of messages, got type object"},
        ErrorCase{R"({"prompt":"p","chosen":["a"],"rejected":["b"]})",
                  R"(chosen[0]: expected an object, got "a")"},
        ErrorCase{R"({"prompt":"p","chosen":"a","rejected":[{"role":"assistant","content":"b"}]})",
                  "rejected: text and conversation mixed; give chosen and rejected one form"},
        ErrorCase{R"({"messages":[{"role":"user","content":"a"},{"content":"b"}]})",
                  "messages[1].role: is missing"},
        ErrorCase{R"({"messages":[{"role":"user","content":["a"]}]})",
                  "messages[0].content: expected a string, got an array"},
        ErrorCase{R"({"messages":[{"role":"robot","content":"a"}]})",
                  R"(messages[0].role: unknown role "robot"; use system, user, assistant or tool)"},
        ErrorCase{R"({"messages":"a"})", "messages: expected a list of messages, got text"},
        ErrorCase{R"({"prompt":"p","chosen":"a","rejected":"b","margin":"1"})",
                  R"(margin: expected a finite number, got "1")"},
        ErrorCase{R"({"prompt":"p","chosen":"a","rejected":"b","margin":-1})",
                  "margin: negative; swap chosen and rejected, and give the size of the gap"},
        ErrorCase{R"({"prompt":"p","chosen":"a","rejected":"a","weight":-0.5})",
                  "weight: negative; expected 0 or more"},
        ErrorCase{R"({"prompt_ids":[1],"rejected_ids":[2]})", "chosen_ids: is missing"},
        ErrorCase{R"({"prompt_ids":"1 2","chosen_ids":[2]})",
                  "prompt_ids: expected a list of token ids, got type string"},
        ErrorCase{R"({"prompt_ids":[1,-2],"chosen_ids":[2]})",
                  "prompt_ids[1]: expected a token id, got -2"},
        ErrorCase{R"({"prompt_ids":[1],"chosen_ids":[2147483648]})",
                  "chosen_ids[0]: expected a token id, got 2147483648"},
        ErrorCase{R"({"prompt_ids":[1.5],"chosen_ids":[2]})",
                  "prompt_ids[0]: expected a token id, got 1.5"},
        ErrorCase{R"({"prompt_ids":[[1]],"chosen_ids":[2]})",
                  "prompt_ids[0]: expected a token id, got array"},
        ErrorCase{R"({"prompt_ids":[1],"chosen_ids":[2],"chosen":"a"})",
                  "chosen: text and token ids in one row; keep one of them"}));

TEST(RealFiles, HarmlessDialogues) {
  const auto path = test::shared_path("data/hh_rlhf/harmless_base_test.jsonl.gz");
  if (!path) GTEST_SKIP() << "the shared test material is not there";
  ReadReport report;
  const auto records = read_feedback(*path, "hh", report);
  // Counted by a separate Python script over the same file.
  EXPECT_EQ(report.rows, 1961);
  EXPECT_EQ(records.size(), 1949u);
  EXPECT_EQ(report.dropped, (std::map<std::string, int64_t>{{"answers of several turns", 5},
                                                            {"empty answer", 4},
                                                            {"turns do not alternate", 3}}));
  for (const FeedbackRecord& record : records) {
    ASSERT_TRUE(record.is_pair());
    ASSERT_EQ(record.prompt.front().role, "user");
    ASSERT_EQ(record.prompt.back().role, "user");
    ASSERT_EQ(record.chosen.find("\n\nHuman:"), std::string::npos);
  }
  EXPECT_EQ(records.front().prompt.size(), 5u);
}

// The file is a JSON array; its rows become lines.
TEST(RealFiles, LabelledConversations) {
  const auto path = test::shared_path("data/llamafactory_demo/kto_en_demo.json");
  if (!path) GTEST_SKIP() << "the shared test material is not there";
  int64_t good = 0, bad = 0;
  std::string lines;
  for (const Json& row : read_json_file(*path)) {
    lines += row.dump() + "\n";
    ++(row.at("label").get<bool>() ? good : bad);
  }
  const auto result = read_bytes(lines);
  ASSERT_EQ(result.error, "");
  EXPECT_EQ(static_cast<int64_t>(result.records.size()), good);
  EXPECT_EQ(result.report.dropped,
            (std::map<std::string, int64_t>{{"labelled as a bad answer", bad}}));
  ReadReport report;
  EXPECT_THROW(read_feedback(*path, "kto", report), Error);
}

}  // namespace
}  // namespace braid

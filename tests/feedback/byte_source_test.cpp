// Plain and gzip input: members, damage, bombs, and lines of any length.
#include "data/feedback/byte_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/feedback/line_reader.h"
#include "tests/feedback/files.h"

namespace braid {
namespace {

using test::gzip;
using test::read_bytes;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kRow = R"({"prompt":"p","chosen":"good","rejected":"bad"})"
                         "\n";

std::vector<std::string> lines_of(std::string_view bytes, const std::string& name = "f.txt") {
  const test::TemporaryDirectory directory;
  test::write_bytes(directory.path() / name, bytes);
  LineReader reader(directory.path() / name);
  std::vector<std::string> lines;
  std::string_view line;
  while (reader.next(line)) {
    lines.emplace_back(line);
    EXPECT_EQ(reader.line_number(), static_cast<int64_t>(lines.size()));
  }
  return lines;
}

std::string repeated(const std::string& text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) result += text;
  return result;
}

TEST(LineReader, GivesLinesAcrossBufferEnds) {
  std::vector<std::string> expected;
  std::string bytes;
  for (int i = 0; i < 300; ++i) {  // 0 to 90 KB: shorter and longer than what is left in a buffer
    expected.push_back(std::string(static_cast<size_t>(i) * 301, static_cast<char>('a' + i % 26)));
    bytes += expected.back() + "\n";
  }
  EXPECT_EQ(lines_of(bytes), expected);
  EXPECT_EQ(lines_of(gzip(bytes), "f.gz"), expected);
}

TEST(LineReader, LastLineNeedsNoNewline) {
  EXPECT_EQ(lines_of("a\n\nb"), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_TRUE(lines_of("").empty());
}

TEST(LineReader, RefusesEndlessLines) {
  const std::string bytes = "{}\n" + std::string(LineReader::kMaxLineBytes + 1, ' ');
  EXPECT_THAT(read_bytes("\n" + bytes.substr(3)).error,
              StartsWith("rows.jsonl:2: longer than 32 MiB;"));
}

TEST(Gzip, ReadsSeveralMembers) {
  const auto result = read_bytes(gzip(kRow) + gzip(kRow) + gzip(""), "rows.jsonl.gz");
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.records.size(), 2u);
}

TEST(Gzip, NamesDamage) {
  const std::string packed = gzip(kRow);
  const auto error = [](std::string_view bytes) { return read_bytes(bytes, "r.gz").error; };
  EXPECT_THAT(error(packed.substr(0, packed.size() - 6)), StartsWith("r.gz: ends in the middle"));
  EXPECT_THAT(error(""), StartsWith("r.gz: ends in the middle"));
  EXPECT_THAT(error(packed + "trailing"), StartsWith("r.gz: damaged compressed data"));
  std::string flipped = packed;
  flipped[flipped.size() - 7] ^= 1;  // in the checksum
  EXPECT_THAT(error(flipped), StartsWith("r.gz: damaged compressed data"));
}

TEST(Gzip, ContentsMustFitTheName) {
  EXPECT_THAT(read_bytes(kRow, "r.gz").error, StartsWith("r.gz: not gzip-compressed"));
  EXPECT_THAT(read_bytes(gzip(kRow)).error, StartsWith("rows.jsonl: gzip-compressed"));
}

TEST(Gzip, RefusesBombs) {
  // Blank lines are never kept, so that only the ratio can stop this one.
  const std::string bomb = gzip(std::string(size_t{1} << 27, '\n'));
  EXPECT_LT(bomb.size(), size_t{1} << 20);
  EXPECT_THAT(read_bytes(bomb, "r.gz").error, HasSubstr("unpacks to more than 100 times"));
}

TEST(Gzip, SmallRepetitiveFilesAreFine) {
  const std::string text = repeated(kRow, 20000);
  const std::string packed = gzip(text);
  ASSERT_GT(text.size(), 100 * packed.size());
  EXPECT_EQ(read_bytes(packed, "r.gz").records.size(), 20000u);
}

TEST(ByteSource, NamesFilesThatCannotBeRead) {
  const test::TemporaryDirectory directory;
  ReadReport report;
  const auto error = [&](const std::filesystem::path& path) -> std::string {
    try {
      read_feedback(path, "s", report);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(error(directory.path() / "absent.jsonl"),
              HasSubstr("absent.jsonl: cannot open: No such file"));
  EXPECT_THAT(error(directory.path()), HasSubstr("not a regular file"));
}

}  // namespace
}  // namespace braid

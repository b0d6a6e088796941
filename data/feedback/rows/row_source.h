// Rows of a feedback file as JSON objects, one at a time, whatever the format of the file.
//
// Memory: a buffer and one row, or one batch of rows (Parquet); never the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace braid {

struct SourceRow {
  Json value;
  std::string text;  // JSON that is not parsed yet, so that several threads can do it
  size_t bytes = 0;  // about what the row takes
  // JSON Lines: the line. Other formats: the how manieth row, the header not counted. 1-based.
  int64_t number = 0;
  std::string flaw;  // why the row cannot be read, as a whole message; empty when it could
};

class RowSource {
 public:
  explicit RowSource(const std::filesystem::path& path) : path_(path.string()) {}
  virtual ~RowSource() = default;

  // The next row; false at the end. A row that cannot be read is given with its flaw, and reading
  // goes on behind it. Error when the file cannot be read any further: damaged or truncated data,
  // a row without an end.
  bool next(SourceRow& row);

  // The same, but JSON stays text until parse_row.
  virtual bool read(SourceRow& row) = 0;

  const std::string& path() const { return path_; }

 protected:
  std::string path_;
};

// Turns the text of a row of the file `path`, if there is one, into its value or its flaw.
void parse_row(SourceRow& row, const std::string& path);

// How to read a file; what is absent follows from its name.
struct RowFormat {
  enum class Kind { kJsonLines, kJson, kTable, kParquet };
  std::optional<Kind> kind;
  std::string list;                  // kJson: dotted members that lead to the list of rows
  std::optional<char> delimiter;     // kTable
  bool quotes = true;                // kTable: fields may be quoted
  std::vector<std::string> columns;  // kTable: names, for files without a header

  // Members "format" (jsonl, json, csv, tsv, parquet), "list", "delimiter", "quotes", "columns".
  static RowFormat read(ObjectReader& object);
};

// Longest row of a text format, and most columns of a table.
constexpr size_t kMaxRowBytes = size_t{32} << 20;
constexpr size_t kMaxColumns = 10000;

// Whether a column of a Parquet file is needed; others are not read.
using WantsColumn = std::function<bool(const std::string& name)>;

// By name: .jsonl and .ndjson, .json (a list, an object that holds it, or objects one after
// another), .csv, .tsv, .parquet; all but Parquet also with .gz or .zst behind.
std::unique_ptr<RowSource> open_rows(const std::filesystem::path& path, const RowFormat& format,
                                     const WantsColumn& wants_column = nullptr);

std::unique_ptr<RowSource> open_json_lines(const std::filesystem::path& path);
std::unique_ptr<RowSource> open_json(const std::filesystem::path& path, const RowFormat& format);
std::unique_ptr<RowSource> open_table(const std::filesystem::path& path, const RowFormat& format);
std::unique_ptr<RowSource> open_parquet(const std::filesystem::path& path,
                                        const WantsColumn& wants_column);

}  // namespace braid

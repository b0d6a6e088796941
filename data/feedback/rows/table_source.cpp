// CSV and TSV (RFC 4180): rows become objects of strings, named by the header.
#include <algorithm>

#include "base/error.h"
#include "data/feedback/rows/byte_cursor.h"
#include "data/feedback/rows/row_source.h"
#include "data/text/utf8.h"

namespace braid {
namespace {

class TableRows : public RowSource {
 public:
  TableRows(const std::filesystem::path& path, const RowFormat& format)
      : RowSource(path),
        bytes_(path),
        delimiter_(format.delimiter.value_or(',')),
        quotes_(format.quotes),
        names_(format.columns) {
    if (bytes_.peek() == 0xef) {
      for (const int byte : {0xef, 0xbb, 0xbf}) {
        if (bytes_.take() != byte) fail("{}: not UTF-8 text", path_);
      }
    }
    if (names_.empty()) read_header();
    check_names();
  }

  bool read(SourceRow& row) override {
    if (!read_record()) return false;
    row = {nullptr, "", record_bytes_, ++number_, flaw_};
    if (row.flaw.empty()) check_cells(row.flaw);
    if (!row.flaw.empty()) {
      row.flaw = fmt::format("{}:{}: {} (line {})", path_, number_, row.flaw, record_line_);
      return true;
    }
    row.value = Json::object();
    Json::object_t::Container& members = row.value.get_ref<Json::object_t&>();
    members.reserve(names_.size());
    for (size_t i = 0; i < names_.size(); ++i) {
      members.emplace_back(names_[i], std::move(cells_[i]));
    }
    return true;
  }

 private:
  void read_header() {
    if (!read_record()) return;
    if (!flaw_.empty()) fail("{}: header: {}", path_, flaw_);
    std::string problem;
    names_ = cells_;
    check_cells(problem);
    if (!problem.empty()) fail("{}: header: {}", path_, problem);
  }

  void check_names() const {
    if (names_.size() > kMaxColumns) {
      fail("{}: more than {} columns", path_, kMaxColumns);
    }
    std::vector<std::string_view> sorted(names_.begin(), names_.end());
    std::sort(sorted.begin(), sorted.end());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice != sorted.end()) {
      fail("{}: column {} is there twice; rename one", path_, quote(*twice));
    }
  }

  void check_cells(std::string& problem) const {
    if (cells_.size() != names_.size()) {
      problem = fmt::format("{} fields where the header has {}", cells_.size(), names_.size());
      return;
    }
    for (size_t i = 0; i < cells_.size(); ++i) {
      if (find_invalid_utf8(cells_[i]) == std::string_view::npos) continue;
      problem = fmt::format("{}: not UTF-8 text", quote(names_[i]));
      return;
    }
  }

  // Cells of the next record that is not an empty line; false at the end of the file. What is wrong
  // with the record is in flaw_; the record then ends at the end of its line.
  bool read_record() {
    do {
      if (bytes_.peek() == ByteCursor::kEnd) return false;
      record_line_ = line_;
      cells_.clear();
      flaw_.clear();
      record_bytes_ = 0;
      while (read_cell()) {
      }
    } while (cells_.size() == 1 && cells_[0].empty() && !quoted_);
    return true;
  }

  // One cell and what ends it; false when that is the end of the record.
  bool read_cell() {
    std::string& cell = cells_.emplace_back();
    if (cells_.size() > kMaxColumns) {
      fail("{}: more than {} fields in the record at line {}", path_, kMaxColumns, record_line_);
    }
    quoted_ = quotes_ && bytes_.peek() == '"';
    if (quoted_) read_quoted(cell);
    while (true) {
      const int byte = take();
      if (byte == ByteCursor::kEnd || byte == '\n') return false;
      if (byte == '\r' && bytes_.peek() == '\n') continue;
      if (byte == delimiter_ && flaw_.empty()) return true;
      if (quoted_) set_flaw("text behind a closing quote; quotes inside a field are doubled");
      if (quotes_ && byte == '"') {
        set_flaw(
            "a quote inside a field that is not quoted; if quotes mean nothing here, give "
            "the source \"quotes\": false");
      }
      if (flaw_.empty()) cell += static_cast<char>(byte);
    }
  }

  void read_quoted(std::string& cell) {
    take();
    while (true) {
      const int byte = take();
      if (byte == ByteCursor::kEnd) {
        fail("{}: the quote opened in the record at line {} never ends", path_, record_line_);
      }
      if (byte == '"' && bytes_.peek() != '"') return;
      if (byte == '"') take();
      cell += static_cast<char>(byte);
    }
  }

  int take() {
    const int byte = bytes_.take();
    if (byte == '\n') ++line_;
    if (++record_bytes_ > kMaxRowBytes) {
      fail("{}: the record at line {} is longer than {} MiB; is a quote missing?", path_,
           record_line_, kMaxRowBytes >> 20);
    }
    return byte;
  }

  void set_flaw(std::string_view problem) {
    if (flaw_.empty()) flaw_ = problem;
  }

  ByteCursor bytes_;
  int delimiter_;
  bool quotes_;
  std::vector<std::string> names_, cells_;
  std::string flaw_;
  bool quoted_ = false;  // the last cell read
  size_t record_bytes_ = 0;
  int64_t number_ = 0, line_ = 1, record_line_ = 1;
};

}  // namespace

std::unique_ptr<RowSource> open_table(const std::filesystem::path& path, const RowFormat& format) {
  return std::make_unique<TableRows>(path, format);
}

}  // namespace braid

// Which reader a file needs, and JSON Lines, the simplest of them.
#include "base/error.h"
#include "data/feedback/conversation.h"
#include "data/feedback/line_reader.h"
#include "data/feedback/rows/row_source.h"

namespace braid {
namespace {

using Kind = RowFormat::Kind;

struct Suffix {
  const char* name;
  Kind kind;
  char delimiter;
};

constexpr Suffix kSuffixes[] = {
    {"jsonl", Kind::kJsonLines, ','}, {"ndjson", Kind::kJsonLines, ','},
    {"json", Kind::kJson, ','},       {"csv", Kind::kTable, ','},
    {"tsv", Kind::kTable, '\t'},      {"parquet", Kind::kParquet, ','},
};

const Suffix* find_suffix(std::string_view name) {
  for (const Suffix& suffix : kSuffixes) {
    if (name == suffix.name) return &suffix;
  }
  return nullptr;
}

class JsonLines : public RowSource {
 public:
  explicit JsonLines(const std::filesystem::path& path) : RowSource(path), lines_(path) {}

  bool read(SourceRow& row) override {
    std::string_view line;
    do {
      if (!lines_.next(line)) return false;
      if (lines_.line_number() == 1 && line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
      line = trimmed(line);
    } while (line.empty());
    row = {nullptr, std::string(line), line.size(), lines_.line_number(), ""};
    return true;
  }

 private:
  LineReader lines_;
};

}  // namespace

RowFormat RowFormat::read(ObjectReader& object) {
  RowFormat format;
  if (object.has("format")) {
    const std::string name = object.require_string("format");
    const Suffix* suffix = find_suffix(name);
    if (suffix == nullptr) {
      object.error("format", fmt::format("unknown format {}; use jsonl, json, csv, tsv or parquet",
                                         quote(name)));
    }
    format.kind = suffix->kind;
    if (suffix->kind == Kind::kTable) format.delimiter = suffix->delimiter;
  }
  format.list = object.string("list", "");
  if (object.has("delimiter")) {
    const std::string delimiter = object.require_string("delimiter");
    if (delimiter.size() != 1 || delimiter == "\"" || delimiter == "\n" || delimiter == "\r") {
      object.error("delimiter", "expected one character that is neither a quote nor a line end");
    }
    format.delimiter = delimiter.front();
  }
  format.quotes = object.boolean("quotes", true);
  format.columns = object.strings("columns");
  return format;
}

bool RowSource::next(SourceRow& row) {
  if (!read(row)) return false;
  parse_row(row, path_);
  return true;
}

void parse_row(SourceRow& row, const std::string& path) {
  if (row.text.empty()) return;
  const std::string where = fmt::format("{}:{}", path, row.number);
  try {
    row.value = parse_json(row.text, where);
    if (!row.value.is_object()) row.flaw = fmt::format("{}: expected an object", where);
  } catch (const Error& error) {
    row.flaw = error.what();
  }
  row.text = {};
}

std::unique_ptr<RowSource> open_json_lines(const std::filesystem::path& path) {
  return std::make_unique<JsonLines>(path);
}

std::unique_ptr<RowSource> open_rows(const std::filesystem::path& path, const RowFormat& format,
                                     const WantsColumn& wants_column) {
  std::filesystem::path name = path.filename();
  const bool packed = name.extension() == ".gz" || name.extension() == ".zst";
  if (packed) name = name.stem();
  const std::string extension = name.extension().string();
  const Suffix* suffix = extension.empty() ? nullptr : find_suffix(extension.substr(1));
  if (!format.kind && suffix == nullptr) {
    fail(
        "{}: the name does not say the format; name it .jsonl, .json, .csv, .tsv or .parquet, or "
        "give the source a format",
        path.string());
  }
  switch (format.kind.value_or(suffix != nullptr ? suffix->kind : Kind::kJsonLines)) {
    case Kind::kJsonLines:
      return open_json_lines(path);
    case Kind::kJson:
      return open_json(path, format);
    case Kind::kTable: {
      RowFormat table = format;
      if (!table.delimiter) table.delimiter = suffix != nullptr ? suffix->delimiter : ',';
      return open_table(path, table);
    }
    case Kind::kParquet:
      if (packed) {
        fail("{}: Parquet is compressed inside and is not read from a packed file; unpack it",
             path.string());
      }
      return open_parquet(path, wants_column);
  }
  fail("{}: unknown format", path.string());
}

}  // namespace braid

// Rows from Parquet files, a batch at a time. Only the columns that the mapping names are read.
#include <arrow/io/file.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <parquet/arrow/reader.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "data/feedback/rows/arrow_json.h"
#include "data/feedback/rows/row_source.h"
#include "data/text/utf8.h"

namespace braid {
namespace {

constexpr int64_t kBatchRows = 256;
constexpr int64_t kReadBytes = int64_t{1} << 20;
// A batch may unpack to far more than the file holds: a dictionary repeats a long text for a few
// bits a row.
constexpr int64_t kMaxPoolBytes = int64_t{1} << 30;

// Arrow's messages may have several lines and quote what the file holds.
std::string one_line(std::string text) {
  constexpr size_t kLength = 200;
  if (text.size() > kLength) text.resize(kLength);
  for (char& c : text) {
    if (c < ' ' || c > '~') c = ' ';
  }
  return text;
}

class ParquetRows : public RowSource {
 public:
  ParquetRows(const std::filesystem::path& path, const WantsColumn& wants_column)
      : RowSource(path), pool_(arrow::default_memory_pool(), kMaxPoolBytes) {
    std::error_code unknown;
    if (!std::filesystem::is_regular_file(path, unknown)) {
      fail("{}: cannot open: not a regular file", path_);
    }
    guarded([&] { open(wants_column); });
  }

  bool read(SourceRow& row) override {
    while (!batch_ || at_ == batch_->num_rows()) {
      guarded([&] { check(batches_->ReadNext(&batch_)); });
      if (!batch_) return false;
      at_ = 0;
    }
    const auto bytes = static_cast<size_t>(pool_.bytes_allocated() / batch_->num_rows());
    row = {Json::object(), "", bytes, ++number_, ""};
    Json::object_t::Container& members = row.value.get_ref<Json::object_t&>();
    for (int column = 0; column < batch_->num_columns(); ++column) {
      const std::string& name = batch_->column_name(column);
      try {
        members.emplace_back(name, arrow_to_json(*batch_->column(column), at_));
      } catch (const Error& error) {
        row.flaw = fmt::format("{}:{}: {}: {}", path_, number_, quote(name), error.what());
        break;
      }
    }
    ++at_;
    return true;
  }

 private:
  // Parquet throws exceptions of its own.
  template <typename Call>
  void guarded(const Call& call) const {
    try {
      call();
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      fail("{}: damaged Parquet, or none: {}", path_, one_line(error.what()));
    }
  }

  void check(const arrow::Status& status) const {
    if (status.ok()) return;
    if (status.IsOutOfMemory()) {
      fail("{}: {} rows unpack to more than {} MiB; write it with smaller texts", path_, kBatchRows,
           kMaxPoolBytes >> 20);
    }
    fail("{}: damaged Parquet, or none: {}", path_, one_line(status.message()));
  }

  template <typename Value>
  Value take(arrow::Result<Value> result) const {
    check(result.status());
    return std::move(result).ValueUnsafe();
  }

  void open(const WantsColumn& wants_column) {
    parquet::ReaderProperties properties(&pool_);
    properties.enable_buffered_stream();
    properties.set_buffer_size(kReadBytes);
    parquet::ArrowReaderProperties arrow_properties(/*use_threads=*/false);
    arrow_properties.set_batch_size(kBatchRows);
    arrow_properties.set_pre_buffer(false);
    parquet::arrow::FileReaderBuilder builder;
    check(builder.Open(take(arrow::io::ReadableFile::Open(path_, &pool_)), properties));
    const auto metadata = builder.raw_reader()->metadata();
    const std::vector<int> columns = choose_columns(*metadata->schema(), wants_column);
    builder.memory_pool(&pool_)->properties(arrow_properties);
    reader_ = take(builder.Build());
    std::vector<int> row_groups(static_cast<size_t>(metadata->num_row_groups()));
    for (size_t i = 0; i < row_groups.size(); ++i) row_groups[i] = static_cast<int>(i);
    batches_ = take(reader_->GetRecordBatchReader(row_groups, columns));
  }

  // Leaves of the schema under the top-level columns that are wanted; all when none is.
  std::vector<int> choose_columns(const parquet::SchemaDescriptor& schema,
                                  const WantsColumn& wants_column) const {
    if (schema.num_columns() > static_cast<int>(kMaxColumns)) {
      fail("{}: {} columns; at most {} are accepted", path_, schema.num_columns(), kMaxColumns);
    }
    std::set<std::string> names;
    for (int i = 0; i < schema.group_node()->field_count(); ++i) {
      const std::string& name = schema.group_node()->field(i)->name();
      if (!names.insert(name).second) {
        fail("{}: column {} is there twice; rename one", path_, quote(name));
      }
    }
    std::vector<int> all, wanted;
    for (int i = 0; i < schema.num_columns(); ++i) {
      const std::string path = schema.Column(i)->path()->ToDotString();
      if (find_invalid_utf8(path) != std::string_view::npos) {
        fail("{}: the name of column {} is not UTF-8 text", path_, quote(path));
      }
      all.push_back(i);
      if (wants_column && wants_column(schema.GetColumnRoot(i)->name())) wanted.push_back(i);
    }
    return wanted.empty() ? all : wanted;
  }

  arrow::CappedMemoryPool pool_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::shared_ptr<arrow::RecordBatchReader> batches_;
  std::shared_ptr<arrow::RecordBatch> batch_;
  int64_t at_ = 0, number_ = 0;
};

}  // namespace

std::unique_ptr<RowSource> open_parquet(const std::filesystem::path& path,
                                        const WantsColumn& wants_column) {
  return std::make_unique<ParquetRows>(path, wants_column);
}

}  // namespace braid

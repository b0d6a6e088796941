// The loop over files and rows.
#include "data/feedback/convert.h"

#include <algorithm>
#include <cmath>
#include <thread>

#include "base/error.h"
#include "base/hash.h"
#include "base/parallel.h"
#include "data/feedback/collector.h"
#include "data/feedback/mapping/scalars.h"

namespace braid {
namespace {

// What became of one element of a row.
struct Outcome {
  RowConversion conversion;
  std::string dropped;  // why it gives nothing
  std::string bad;      // what is malformed
};

// Rows that are converted together, on several threads.
struct Batch {
  static constexpr size_t kMaxRows = 512;
  static constexpr size_t kMaxBytes = size_t{16} << 20;

  std::vector<SourceRow> rows;
  std::vector<std::vector<Outcome>> outcomes;

  // False when there is nothing more.
  bool fill(RowSource& source) {
    rows.clear();
    for (size_t bytes = 0; rows.size() < kMaxRows && bytes < kMaxBytes;) {
      SourceRow row;
      if (!source.read(row)) break;
      bytes += row.bytes;
      rows.push_back(std::move(row));
    }
    outcomes.assign(rows.size(), {});
    return !rows.empty();
  }
};

// Threads for so many rows: a few are not worth starting one.
size_t threads_for(size_t rows) {
  constexpr size_t kRowsWorthAThread = 32;
  const size_t cores = std::max(1U, std::thread::hardware_concurrency());
  return std::min(cores, rows / kRowsWorthAThread + 1);
}

class Conversion {
 public:
  Conversion(const Source& source, SourceFeedback& result)
      : source_(source), result_(result), collector_(source.kind->rules(), result) {}

  void read_file(uint32_t file, const std::filesystem::path& path) {
    const auto rows = open_rows(path, source_.format, [&](const std::string& column) {
      return source_.wants_column(column);
    });
    Batch batch;
    while (batch.fill(*rows)) {
      const size_t count = batch.rows.size();
      parallel_for(count, threads_for(count), [&](size_t i) {
        convert(batch.rows[i], {file, batch.rows[i].number}, rows->path(), batch.outcomes[i]);
      });
      for (size_t i = 0; i < batch.rows.size(); ++i) {
        const RowRef where{file, batch.rows[i].number};
        for (Outcome& outcome : batch.outcomes[i]) take(std::move(outcome), where);
      }
    }
  }

  void finish() { collector_.finish(); }

 private:
  // Touches nothing but its arguments: rows are converted side by side.
  void convert(SourceRow& row, RowRef where, const std::string& path,
               std::vector<Outcome>& outcomes) const {
    parse_row(row, path);
    if (!row.flaw.empty()) return outcomes.push_back({{}, "", row.flaw});
    try {
      for (const std::string& column : source_.json_columns) parse_column(row.value, column);
    } catch (const Error& error) {
      return outcomes.push_back({{}, "", fmt::format("{}:{}: {}", path, where.row, error.what())});
    }
    const Scope scope(row.value);
    if (source_.each.empty()) {
      outcomes.push_back(convert_element(scope, where, path));
    } else {
      std::vector<Scope> elements;
      for (const FieldPath& each : source_.each) each.elements(scope, elements);
      if (elements.empty()) outcomes.push_back({{}, "no elements", ""});
      for (const Scope& element : elements) {
        outcomes.push_back(convert_element(element, where, path));
      }
    }
    row.value = nullptr;  // not later, on the one thread that takes the outcomes
  }

  static void parse_column(Json& row, const std::string& column) {
    const auto found = row.find(column);
    if (found == row.end() || !found->is_string()) return;
    const std::string text = found->get<std::string>();
    *found = text.empty() ? Json(nullptr) : parse_json(text, column);
  }

  Outcome convert_element(const Scope& scope, RowRef where, const std::string& path) const {
    Outcome outcome;
    if (!source_.filter.passes(scope)) {
      outcome.dropped = "left out by keep or skip";
      return outcome;
    }
    try {
      outcome.conversion = source_.kind->convert(scope);
      outcome.dropped = outcome.conversion.dropped;
      if (outcome.dropped.empty()) complete(scope, where, outcome.conversion);
    } catch (const Error& error) {
      outcome.bad = fmt::format("{}:{}: {}", path, where.row, error.what());
    }
    return outcome;
  }

  void take(Outcome outcome, RowRef where) {
    ConversionReport& report = result_.report;
    ++report.rows;
    if (!outcome.bad.empty()) return count_bad_row(outcome.bad, where);
    if (!outcome.dropped.empty()) {
      ++report.dropped_rows[outcome.dropped];
      result_.drops.add(DropStage::kRow, where, outcome.dropped);
      return;
    }
    ++report.used_rows;
    collector_.add(std::move(outcome.conversion), where);
  }

  // Keys, weights and origins, which no kind has to know about.
  void complete(const Scope& scope, RowRef where, RowConversion& conversion) const {
    const double weight = row_weight(scope);
    const std::optional<uint64_t> group = named_group(scope);
    for (ComparisonSet& set : conversion.sets) {
      set.where = where;
      for (Response& response : set.responses) response.where = where;
      finish_record(set, weight, group);
    }
    for (Demonstration& example : conversion.demonstrations) {
      example.where = where;
      finish_record(example, weight, group);
    }
  }

  template <typename Record>
  static void finish_record(Record& record, double weight, std::optional<uint64_t> group) {
    record.weight = weight;
    record.prompt_key = prompt_key(record.prompt);
    record.group = group ? *group : prompt_group(record.prompt);
  }

  double row_weight(const Scope& scope) const {
    Json scratch;
    const Json* value = source_.row_weight ? source_.row_weight->one(scope, scratch) : nullptr;
    if (value == nullptr) return source_.weight;
    const std::string& name = source_.row_weight->name();
    const double weight = source_.weight * scalar_number(*value, name).value_or(1.0);
    if (!(weight >= 0) || !std::isfinite(weight)) fail("{}: negative or too large a weight", name);
    return weight;
  }

  std::optional<uint64_t> named_group(const Scope& scope) const {
    Json scratch;
    const Json* value = source_.group ? source_.group->one(scope, scratch) : nullptr;
    if (value == nullptr) return std::nullopt;
    const auto text = scalar_text(*value);
    if (!text) fail("{}: expected text or a number", source_.group->name());
    return hash64(*text);
  }

  void count_bad_row(const std::string& message, RowRef where) {
    ConversionReport& report = result_.report;
    if (++report.bad_rows > source_.max_bad_rows) {
      if (source_.max_bad_rows == 0) throw Error(message);
      fail("{} (bad row {}; max_bad_rows is {})", message, report.bad_rows, source_.max_bad_rows);
    }
    result_.drops.add(DropStage::kRow, where, message);
    if (report.bad_row_examples.size() < ConversionReport::kMaxExamples) {
      report.bad_row_examples.push_back(message);
    }
  }

  const Source& source_;
  SourceFeedback& result_;
  Collector collector_;
};

Provenance provenance(const SourceFeedback& feedback, const RowRef& where) {
  return {feedback.files[where.file], where.row};
}

}  // namespace

SourceFeedback convert_source(const Source& source, const std::filesystem::path& folder) {
  SourceFeedback result;
  result.name = source.name;
  result.files = source.files;
  result.axes = source.axis_names();
  Conversion conversion(source, result);
  for (size_t i = 0; i < source.files.size(); ++i) {
    conversion.read_file(static_cast<uint32_t>(i), folder / source.files[i]);
  }
  conversion.finish();
  return result;
}

FeedbackRecord to_record(const SourceFeedback& feedback, const PreferencePair& pair) {
  const ComparisonSet& set = feedback.sets[pair.set];
  FeedbackRecord record;
  record.prompt = set.prompt;
  record.tools = set.tools;
  record.chosen = set.responses[pair.chosen].text;
  record.rejected = set.responses[pair.rejected].text;
  record.margin = pair.margin;
  record.weight = pair.weight;
  record.source = feedback.name;
  record.where = provenance(feedback, set.where);
  return record;
}

FeedbackRecord to_record(const SourceFeedback& feedback, const Demonstration& demonstration) {
  FeedbackRecord record;
  record.prompt = demonstration.prompt;
  record.tools = demonstration.tools;
  record.chosen = demonstration.answer;
  record.weight = demonstration.weight;
  record.source = feedback.name;
  record.where = provenance(feedback, demonstration.where);
  return record;
}

}  // namespace braid

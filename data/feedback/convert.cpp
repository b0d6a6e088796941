// The loop over files and rows.
#include "data/feedback/convert.h"

#include "base/error.h"
#include "base/hash.h"
#include "data/feedback/collector.h"
#include "data/feedback/mapping/scalars.h"

namespace braid {
namespace {

class Conversion {
 public:
  Conversion(const Source& source, SourceFeedback& result)
      : source_(source), result_(result), collector_(source.kind->rules(), result) {}

  void read_file(uint32_t file, const std::filesystem::path& path) {
    const auto rows = open_rows(path, source_.format, [&](const std::string& column) {
      return source_.wants_column(column);
    });
    SourceRow row;
    while (rows->next(row)) {
      where_ = {file, row.number};
      if (row.flaw.empty()) {
        take(path, row.value);
      } else {
        ++result_.report.rows;
        count_bad_row(row.flaw);
      }
    }
  }

  void finish() { collector_.finish(); }

 private:
  void take(const std::filesystem::path& path, Json& row) {
    try {
      for (const std::string& column : source_.json_columns) parse_column(row, column);
    } catch (const Error& error) {
      ++result_.report.rows;
      return count_bad_row(fmt::format("{}:{}: {}", path.string(), where_.row, error.what()));
    }
    const Scope scope(row);
    if (source_.each.empty()) return take_element(path, scope);
    std::vector<Scope> elements;
    for (const FieldPath& each : source_.each) each.elements(scope, elements);
    if (elements.empty()) {
      ++result_.report.rows;
      ++result_.report.dropped_rows["no elements"];
    }
    for (const Scope& element : elements) take_element(path, element);
  }

  static void parse_column(Json& row, const std::string& column) {
    const auto found = row.find(column);
    if (found == row.end() || !found->is_string()) return;
    const std::string text = found->get<std::string>();
    *found = text.empty() ? Json(nullptr) : parse_json(text, column);
  }

  void take_element(const std::filesystem::path& path, const Scope& scope) {
    ++result_.report.rows;
    if (!source_.filter.passes(scope)) {
      ++result_.report.dropped_rows["left out by keep or skip"];
      return;
    }
    try {
      RowConversion conversion = source_.kind->convert(scope);
      if (!conversion.dropped.empty()) {
        ++result_.report.dropped_rows[std::string(conversion.dropped)];
        return;
      }
      complete(scope, conversion);
      ++result_.report.used_rows;
      collector_.add(std::move(conversion));
    } catch (const Error& error) {
      count_bad_row(fmt::format("{}:{}: {}", path.string(), where_.row, error.what()));
    }
  }

  // Keys, weights and origins, which no kind has to know about.
  void complete(const Scope& scope, RowConversion& conversion) const {
    const double weight = source_.weight * row_weight(scope);
    const std::optional<uint64_t> group = named_group(scope);
    for (ComparisonSet& set : conversion.sets) {
      set.where = where_;
      for (Response& response : set.responses) response.where = where_;
      finish_record(set, weight, group);
    }
    for (Demonstration& example : conversion.demonstrations) {
      example.where = where_;
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
    const auto weight = value == nullptr ? 1.0 : scalar_number(*value, source_.row_weight->name());
    if (weight && *weight < 0) fail("{}: negative weight", source_.row_weight->name());
    return weight.value_or(1.0);
  }

  std::optional<uint64_t> named_group(const Scope& scope) const {
    Json scratch;
    const Json* value = source_.group ? source_.group->one(scope, scratch) : nullptr;
    if (value == nullptr) return std::nullopt;
    const auto text = scalar_text(*value);
    if (!text) fail("{}: expected text or a number", source_.group->name());
    return hash64(*text);
  }

  void count_bad_row(const std::string& message) {
    ConversionReport& report = result_.report;
    if (++report.bad_rows > source_.max_bad_rows) {
      if (source_.max_bad_rows == 0) throw Error(message);
      fail("{} (bad row {}; max_bad_rows is {})", message, report.bad_rows, source_.max_bad_rows);
    }
    if (report.bad_row_examples.size() < ConversionReport::kMaxExamples) {
      report.bad_row_examples.push_back(message);
    }
  }

  const Source& source_;
  SourceFeedback& result_;
  Collector collector_;
  RowRef where_;
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

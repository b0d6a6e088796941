// The loop over rows: which form a row has, what every form shares, and the counts.
#include "data/feedback/reader.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "base/stop.h"
#include "data/feedback/line_reader.h"
#include "data/feedback/row_forms.h"

namespace braid {
namespace {

[[noreturn]] void unknown_form(const Json& object, const std::string& where) {
  constexpr size_t kShownKeys = 12;
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) {
    if (keys.size() < kShownKeys) keys.push_back(quote(key));
  }
  fail(
      "{}: no known row form (keys: {}); expected chosen and rejected (with prompt or without), "
      "prompt and completion, messages, or prompt_ids and chosen_ids",
      where, fmt::join(keys, ", "));
}

std::string_view read_form(const Json& object, Row& row, FeedbackRecord& record) {
  const auto any = [&](std::initializer_list<const char*> keys) {
    return std::any_of(keys.begin(), keys.end(), [&](auto key) { return row.fields.has(key); });
  };
  if (any({"prompt_ids", "chosen_ids", "rejected_ids"})) return read_token_row(row, record);
  if (any({"chosen", "rejected"})) return read_pair_row(row, record);
  if (any({"completion", "messages"})) return read_demonstration_row(row, record);
  unknown_form(object, row.where);
}

std::string_view read_numbers(Row& row, FeedbackRecord& record) {
  record.margin = row.fields.number("margin", 1.0);
  record.weight = row.fields.number("weight", 1.0);
  if (record.margin < 0) {
    row.fields.error("margin", "negative; swap chosen and rejected, and give the size of the gap");
  }
  if (record.weight < 0) row.fields.error("weight", "negative; expected 0 or more");
  if (record.weight == 0) return "weight is zero";
  return record.is_pair() && record.margin == 0 ? "tie (margin is zero)" : "";
}

// Prepared rows name their source. Elsewhere a key of that name may hold anything.
std::string read_source_name(Row& row) {
  const Json* source = row.fields.find("source");
  return source != nullptr && source->is_string() ? source->get<std::string>() : "";
}

// Function descriptions for the chat template: a list, or the JSON text of one.
Json read_tools(Row& row) {
  const Json* tools = row.fields.find("tools");
  if (tools == nullptr) return nullptr;
  Json list =
      tools->is_string() ? parse_json(tools->get<std::string>(), row.where + ": tools") : *tools;
  if (!list.is_array()) row.fields.error("tools", "expected a list of function descriptions");
  return list.empty() ? Json(nullptr) : list;
}

std::string_view read_row(std::string_view line, const std::string& where, FeedbackRecord& record) {
  const Json object = parse_json(line, where);
  Row row{ObjectReader(object, where), where};
  const std::string_view unusable = read_form(object, row, record);
  const std::string_view worthless = read_numbers(row, record);
  record.tools = read_tools(row);
  record.source = read_source_name(row);
  return unusable.empty() ? worthless : unusable;
}

}  // namespace

void ReadReport::add(const ReadReport& other) {
  rows += other.rows;
  for (const auto& [reason, count] : other.dropped) dropped[reason] += count;
}

Json ReadReport::to_json() const { return {{"rows", rows}, {"dropped", dropped}}; }

ReadReport ReadReport::from_json(const Json& json, const std::string& where) {
  ObjectReader reader(json, where);
  return {reader.require_integer("rows"), reader.counts("dropped")};
}

std::vector<FeedbackRecord> read_feedback(const std::filesystem::path& path,
                                          const std::string& source, ReadReport& report) {
  std::vector<FeedbackRecord> records;
  LineReader lines(path);
  std::string_view line;
  while (lines.next(line)) {
    check_stop();
    line = trimmed(line);
    if (line.empty()) continue;
    if (line.front() == '[') {
      fail("{}: a JSON array; expected one JSON object per line (jq -c '.[]' makes such a file)",
           lines.where());
    }
    FeedbackRecord record;
    ++report.rows;
    const std::string_view dropped = read_row(line, lines.where(), record);
    if (!dropped.empty()) {
      ++report.dropped[std::string(dropped)];
      continue;
    }
    if (record.source.empty()) record.source = source;
    record.where = {path.string(), lines.line_number()};
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace braid

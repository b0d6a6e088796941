// Records of a run, and what is left of them when it resumes.
#include "trainer/metrics.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <sstream>

#include "base/error.h"
#include "base/file.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

int64_t jsonl_step(const std::string& line) {
  const Json record = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!record.is_object()) return kNever;
  const auto step = record.find("step");
  return step != record.end() && step->is_number_integer() ? step->get<int64_t>() : kNever;
}

int64_t csv_step(const std::string& line) {
  if (line.starts_with("step")) return -1;
  int64_t step = kNever;
  std::from_chars(line.data(), line.data() + line.size(), step);
  return step;
}

using StepOf = std::function<int64_t(const std::string&)>;

// Keeps the lines up to `last`; a torn last line is dropped. How many are of its step.
int64_t keep_until(const fs::path& path, const MetricsEnd& last, const StepOf& step_of) {
  if (!fs::exists(path)) return 0;
  int64_t records = 0;
  const std::string text = read_text_file(path);
  std::string kept;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    if (end == std::string::npos) break;
    const std::string line = text.substr(begin, end - begin + 1);
    begin = end + 1;
    const int64_t step = step_of(line);
    if (step > last.step) continue;
    if (step == last.step && last.records && records >= *last.records) continue;
    records += step == last.step;
    kept += line;
  }
  if (kept != text) write_file_atomic(path, kept);
  return records;
}

// Cuts or removes what an earlier run left; how many lines of the last step stay.
int64_t prepare(const fs::path& path, const MetricsEnd& last, const StepOf& step_of) {
  if (last.step >= 0) return keep_until(path, last, step_of);
  std::error_code error;
  fs::remove(path, error);
  if (error) fail("{}: cannot remove: {}", path.string(), error.message());
  return 0;
}

// Both files; how many records of the last step stay in the JSONL.
int64_t cut(const fs::path& run_directory, const MetricsEnd& end) {
  prepare(run_directory / "metrics.csv", {end.step, {}}, csv_step);
  return prepare(run_directory / "metrics.jsonl", end, jsonl_step);
}

std::vector<std::string> read_columns(const fs::path& csv) {
  std::vector<std::string> columns;
  std::istringstream text(read_text_file(csv));
  std::string header, name;
  std::getline(text, header);
  std::istringstream names(header);
  std::getline(names, name, ',');  // step
  while (std::getline(names, name, ',')) columns.push_back(name);
  return columns;
}

bool is_evaluation(const Metrics& metrics) {
  return std::ranges::any_of(metrics, [](const auto& m) { return m.first.starts_with("eval"); });
}

}  // namespace

MetricsLog::MetricsLog(const fs::path& run_directory, const MetricsEnd& end)
    : step_(end.step),
      records_(cut(run_directory, end)),
      jsonl_(run_directory / "metrics.jsonl"),
      csv_(run_directory / "metrics.csv"),
      columns_(read_columns(run_directory / "metrics.csv")) {}

void MetricsLog::write(int64_t step, const Metrics& metrics) {
  Json record = {{"step", step}};
  for (const auto& [name, value] : metrics) {
    record[name] = std::isfinite(value) ? Json(value) : Json(nullptr);
  }
  append(record);
  if (!is_evaluation(metrics)) csv_.append(csv_line(step, metrics));
}

void MetricsLog::warn(int64_t step, const std::string& text) {
  append({{"step", step}, {"warning", text}});
}

void MetricsLog::append(const Json& record) {
  jsonl_.append(record.dump() + "\n");
  const int64_t step = record["step"].get<int64_t>();
  records_ = records(step) + 1;
  step_ = step;
}

std::string MetricsLog::csv_line(int64_t step, const Metrics& metrics) {
  std::string line;
  if (columns_.empty()) {
    line = "step";
    for (const auto& [name, value] : metrics) {
      columns_.push_back(name);
      line += "," + name;
    }
    line += "\n";
  }
  line += std::to_string(step);
  size_t used = 0;
  for (const std::string& column : columns_) {
    line += ",";
    const auto found = std::ranges::find(metrics, column, &Metrics::value_type::first);
    if (found == metrics.end()) continue;
    line += fmt::format("{}", found->second);
    ++used;
  }
  if (used != metrics.size()) {
    fail(
        "metrics.csv: this run logs columns that the file does not have, it was written by another "
        "version; move it away and start again");
  }
  return line + "\n";
}

void MetricsLog::sync() {
  jsonl_.sync();
  csv_.sync();
}

}  // namespace braid

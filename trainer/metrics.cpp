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
#include "base/json.h"

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

// Keeps the lines whose step is at most `last`; a torn last line is dropped.
void keep_until(const fs::path& path, int64_t last,
                const std::function<int64_t(const std::string&)>& step_of) {
  if (!fs::exists(path)) return;
  const std::string text = read_text_file(path);
  std::string kept;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    if (end == std::string::npos) break;
    const std::string line = text.substr(begin, end - begin + 1);
    if (step_of(line) <= last) kept += line;
    begin = end + 1;
  }
  if (kept != text) write_file_atomic(path, kept);
}

// The file's path, after cutting or removing what an earlier run left.
fs::path prepared(const fs::path& path, int64_t resume_step,
                  const std::function<int64_t(const std::string&)>& step_of) {
  if (resume_step >= 0) {
    keep_until(path, resume_step, step_of);
    return path;
  }
  std::error_code error;
  fs::remove(path, error);
  if (error) fail("{}: cannot remove: {}", path.string(), error.message());
  return path;
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

MetricsLog::MetricsLog(const fs::path& run_directory, int64_t resume_step)
    : jsonl_(prepared(run_directory / "metrics.jsonl", resume_step, jsonl_step)),
      csv_(prepared(run_directory / "metrics.csv", resume_step, csv_step)),
      columns_(read_columns(run_directory / "metrics.csv")) {}

void MetricsLog::write(int64_t step, const Metrics& metrics) {
  Json record = {{"step", step}};
  for (const auto& [name, value] : metrics) {
    record[name] = std::isfinite(value) ? Json(value) : Json(nullptr);
  }
  jsonl_.append(record.dump() + "\n");
  if (!is_evaluation(metrics)) csv_.append(csv_line(step, metrics));
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

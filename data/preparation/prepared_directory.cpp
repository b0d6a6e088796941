#include "data/preparation/prepared_directory.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/file.h"
#include "base/fresh_directory.h"
#include "base/hash.h"
#include "data/preparation/outputs.h"
#include "data/preparation/report/report.h"
#include "data/preparation/summary.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSummaryFile = "summary.json";
constexpr const char* kReportFile = "report.html";

// Raise it with every change that gives other outputs for the same input.
constexpr int kPreparationVersion = 1;

void hash_files(const std::vector<Source>& sources, Hasher& hasher) {
  for (const Source& source : sources) {
    hasher.update(source.mapping.dump());
    for (const std::string& file : source.files) {
      const MappedFile mapped(file);
      hasher.update(fmt::format(" {} ", mapped.bytes().size())).update(mapped.bytes());
    }
  }
}

std::string hash_of(const fs::path& path) {
  return Hasher().update(MappedFile(path).bytes()).hex();
}

// "" when the files are there as they were written; else what is wrong.
std::string damage_of(const fs::path& directory, const Json& summary, const std::string& where) {
  ObjectReader reader(summary, where);
  for (ObjectReader& output : reader.objects("outputs")) {
    const fs::path path = directory / output.require_string("file");
    if (!fs::exists(path)) return path.string() + " is missing";
    if (hash_of(path) != output.require_string("hash")) return path.string() + " was changed";
  }
  return "";
}

Json outputs_json(const std::vector<WrittenFile>& files) {
  Json list = Json::array();
  for (const WrittenFile& file : files) {
    list.push_back(
        {{"file", file.name}, {"rows", file.rows}, {"bytes", file.bytes}, {"hash", file.hash}});
  }
  return list;
}

Json configuration_json(const PreparationConfig& config, const Preparation& preparation) {
  Json sources = Json::array();
  for (const Source& source : preparation.sources) sources.push_back(source.mapping);
  return {{"sources", sources},
          {"protect", config.protect},
          {"held_out", config.held_out},
          {"selection", config.selection.to_json()}};
}

// What is replaced must be an older preparation: somebody may have named a directory of their own.
void check_replaceable(const fs::path& target) {
  if (!fs::exists(target) || fs::exists(target / kSummaryFile)) return;
  if (fs::is_directory(target) && fs::is_empty(target)) return;
  fail("{}: is there already and holds no prepared data; give another data.prepared",
       target.string());
}

}  // namespace

std::string preparation_key(const PreparationConfig& config, const std::string& parts) {
  Hasher hasher;
  hasher.update(fmt::format("preparation {} held out {:a} selection {} parts {} ",
                            kPreparationVersion, config.held_out, config.selection.to_json().dump(),
                            parts));
  hash_files(config.read_sources(), hasher);
  hasher.update(" protect ");
  hash_files(config.read_protected(), hasher);
  return hasher.hex();
}

Json find_prepared(const fs::path& directory, const std::string& key,
                   const std::function<void(const std::string&)>& note) {
  const fs::path path = directory / kSummaryFile;
  if (!fs::exists(path)) return nullptr;
  std::string reason;
  try {
    Json summary = read_json_file(path);
    ObjectReader reader(summary, path.string());
    if (reader.string("key", "") == key) {
      reason = damage_of(directory, summary, path.string());
      if (reason.empty()) return summary;
    } else {
      reason = directory.string() + ": feedback, sources or selection have changed";
    }
  } catch (const Error& error) {
    reason = error.what();
  }
  note(reason + "; preparing again");
  return nullptr;
}

Json write_prepared(const fs::path& directory, const std::string& key,
                    const PreparationConfig& config, const Preparation& preparation) {
  const fs::path target = fs::absolute(directory).lexically_normal();
  check_replaceable(target);
  const FreshDirectory fresh(target.parent_path() / fmt::format(".writing-{}-{}",
                                                                target.filename().string(),
                                                                process_name()));
  const auto files = write_outputs(preparation, fresh.path());
  Json summary = {{"key", key}, {"configuration", configuration_json(config, preparation)}};
  summary.update(summarize(preparation));
  summary["outputs"] = outputs_json(files);
  write_file_atomic(fresh.path() / kReportFile, preparation_report(preparation, summary));
  write_file_atomic(fresh.path() / kSummaryFile, summary.dump(2) + "\n");
  replace_directory(fresh.path(), target);
  return summary;
}

}  // namespace braid

#include "trainer/reference_files.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/safetensors.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

constexpr size_t kKeyDigits = 32;
constexpr size_t kNameDigits = 16;  // of a key in the name of a file

std::string checksum(std::span<const std::byte> groups, std::span<const std::byte> branches,
                     std::span<const std::byte> logps) {
  return Hasher().update(groups).update(branches).update(logps).hex();
}

template <typename Value>
std::vector<Value> values_of(std::span<const std::byte> bytes) {
  std::vector<Value> values(bytes.size() / sizeof(Value));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

std::span<const std::byte> bytes_of(const SafetensorsFile& file, const char* name,
                                    const char* dtype) {
  const SafetensorsEntry* entry = file.find(name);
  if (entry != nullptr && entry->dtype == dtype) return entry->bytes;
  fail("{}: no tensor {} of type {}", file.path().string(), name, dtype);
}

std::string metadata_of(const SafetensorsFile& file, const char* name) {
  const auto found = file.metadata().find(name);
  return found == file.metadata().end() ? "" : found->second;
}

}  // namespace

ReferenceFiles::ReferenceFiles(fs::path directory, std::string policy,
                               const std::function<void(std::string)>& say)
    : directory_(std::move(directory)), policy_(std::move(policy)) {
  for (const fs::path& path : files()) {
    try {
      read(path);
    } catch (const Error& error) {
      say(fmt::format("{}; not used", error.what()));
    }
  }
}

const std::vector<float>* ReferenceFiles::find(const std::string& group) const {
  const auto found = values_.find(group);
  return found == values_.end() ? nullptr : &found->second;
}

void ReferenceFiles::add(const std::string& group, std::span<const float> values) {
  BRAID_ASSERT(group.size() == kKeyDigits);
  values_[group] = {values.begin(), values.end()};
  new_groups_ += group;
  new_branches_.push_back(static_cast<int64_t>(values.size()));
  new_values_.insert(new_values_.end(), values.begin(), values.end());
}

void ReferenceFiles::flush() {
  if (new_branches_.empty()) return;
  std::error_code error;
  fs::create_directories(directory_, error);
  if (error) fail("{}: cannot create: {}", directory_.string(), error.message());
  const auto groups = std::as_bytes(std::span(new_groups_));
  const auto branches = std::as_bytes(std::span(new_branches_));
  const auto logps = std::as_bytes(std::span(new_values_));
  const std::string sum = checksum(groups, branches, logps);
  const auto count = static_cast<int64_t>(new_branches_.size());
  // Whoever has computed the same groups in the same order writes the same file.
  write_file_atomic(
      directory_ / fmt::format("{}-{}.safetensors", policy_.substr(0, kNameDigits),
                               sum.substr(0, kNameDigits)),
      safetensors_bytes({{"branches", "I64", {count}, branches},
                         {"logps", "F32", {static_cast<int64_t>(new_values_.size())}, logps},
                         {"groups", "U8", {count, kKeyDigits}, groups}},
                        {{"policy", policy_}, {"checksum", sum}}));
  new_groups_.clear();
  new_branches_.clear();
  new_values_.clear();
}

void ReferenceFiles::discard() {
  for (const fs::path& path : files()) {
    std::error_code error;
    fs::remove(path, error);
    if (error) fail("{}: cannot remove: {}", path.string(), error.message());
  }
  values_.clear();
}

std::vector<fs::path> ReferenceFiles::files() const {
  std::vector<fs::path> paths;
  std::error_code error;
  for (const auto& item : fs::directory_iterator(directory_, error)) {
    const std::string name = item.path().filename().string();
    if (name.starts_with(policy_.substr(0, kNameDigits) + "-") && name.ends_with(".safetensors")) {
      paths.push_back(item.path());
    }
  }
  std::ranges::sort(paths);
  return paths;
}

void ReferenceFiles::read(const fs::path& path) {
  const SafetensorsFile file(path);
  const auto groups = bytes_of(file, "groups", "U8");
  const auto branches = bytes_of(file, "branches", "I64");
  const auto logps = bytes_of(file, "logps", "F32");
  const auto counts = values_of<int64_t>(branches);
  const auto values = values_of<float>(logps);
  const auto in_range = [&](int64_t count) {
    return count >= 1 && static_cast<uint64_t>(count) <= values.size();
  };
  const bool counted = std::ranges::all_of(counts, in_range);
  const size_t total = counted ? std::accumulate(counts.begin(), counts.end(), size_t{0}) : 0;
  if (metadata_of(file, "policy") != policy_ ||
      metadata_of(file, "checksum") != checksum(groups, branches, logps) ||
      groups.size() != kKeyDigits * counts.size() || !counted || values.size() != total) {
    fail("{}: does not match its checksum", path.string());
  }
  size_t next = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    const auto count = static_cast<size_t>(counts[i]);
    const auto key = groups.subspan(i * kKeyDigits, kKeyDigits);
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(next);
    values_[{reinterpret_cast<const char*>(key.data()), key.size()}] = {
        begin, begin + static_cast<std::ptrdiff_t>(count)};
    next += count;
  }
}

}  // namespace braid

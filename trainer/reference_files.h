// Log-probabilities of single groups under one policy, in a directory that several processes read
// and add to.
//
// A file holds some groups and is never changed: <policy>-<content>.safetensors with `groups` U8
// [n, 32] (keys), `branches` I64 [n] and `logps` F32 [sum of branches]; checksum in the metadata.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace braid {

// Whoever computes flushes after so many: a killed run loses no more.
constexpr int64_t kGroupsPerFile = 1000;

class ReferenceFiles {
 public:
  // Reads what the directory holds for this policy (32 hexadecimal digits). A damaged file is named
  // through `say` and not used.
  ReferenceFiles(std::filesystem::path directory, std::string policy,
                 const std::function<void(std::string)>& say);

  // The values of a group's branches; null when they are not known.
  const std::vector<float>* find(const std::string& group) const;
  // `group`: 32 hexadecimal digits.
  void add(const std::string& group, std::span<const float> values);
  // Writes what was added since the last time, whole or not at all. Error names path and reason.
  void flush();
  // Removes all files of this policy and forgets what they held.
  void discard();

 private:
  std::vector<std::filesystem::path> files() const;
  void read(const std::filesystem::path& path);

  std::filesystem::path directory_;
  std::string policy_;
  std::unordered_map<std::string, std::vector<float>> values_;
  std::string new_groups_;  // their keys, one behind the other
  std::vector<int64_t> new_branches_;
  std::vector<float> new_values_;
};

}  // namespace braid

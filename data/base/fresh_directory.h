// A directory while it is filled, before it takes its place.
#pragma once

#include <filesystem>

namespace braid {

// Made empty, whatever a killed process left under that name; removed with the object unless it was
// moved to its place by then.
class FreshDirectory {
 public:
  explicit FreshDirectory(std::filesystem::path path);
  ~FreshDirectory();
  FreshDirectory(const FreshDirectory&) = delete;
  FreshDirectory& operator=(const FreshDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace braid

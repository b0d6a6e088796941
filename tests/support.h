// What tests share: where the committed golden files and the optional shared material are, and
// scratch folders.
#pragma once

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace braid::test {

inline std::filesystem::path golden_path(const std::string& name) {
  return std::filesystem::path(BRAID_SOURCE_DIR) / "tests" / "golden" / name;
}

// A file or folder of the shared test material: $BRAID_SHARED, else ../shared beside the checkout.
// Users do not have it; tests skip with a reason then.
inline std::optional<std::filesystem::path> shared_path(const std::string& name) {
  const char* configured = std::getenv("BRAID_SHARED");
  const std::filesystem::path root =
      configured ? std::filesystem::path(configured)
                 : std::filesystem::path(BRAID_SOURCE_DIR).parent_path() / "shared";
  const auto path = root / name;
  if (!std::filesystem::exists(path)) return std::nullopt;
  return path;
}

// The message of the Error that `call` throws; "no error" when it throws none.
template <typename Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

inline std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& item : std::filesystem::directory_iterator(folder)) files.push_back(item.path());
  return files;
}

// A fresh folder that is removed with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    static std::atomic<int> next = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("braid-test-" + std::to_string(getpid()) + "-" + std::to_string(next++));
    std::filesystem::create_directories(path_);
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace braid::test

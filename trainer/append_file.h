// A text file that grows record by record and never ends in half a record.
#pragma once

#include <filesystem>
#include <string_view>

namespace braid {

class AppendFile {
 public:
  // Creates the file when it is not there. Error names path and reason.
  explicit AppendFile(const std::filesystem::path& path);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  // On failure (disk full) the file is cut back to what it was, and an Error names path and reason.
  void append(std::string_view record);
  void sync();

 private:
  [[noreturn]] void error(const char* what) const;

  std::filesystem::path path_;
  int descriptor_;
};

}  // namespace braid

// A JSON Lines file that is being written.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "base/hash.h"
#include "base/json.h"

namespace braid {

// A file that was written, for the summary.
struct WrittenFile {
  std::string name;
  int64_t rows = 0;
  int64_t bytes = 0;
  std::string hash;  // of its content
};

class LineFile {
 public:
  // Creates the file `name` in `directory`, in place of an old one.
  LineFile(const std::filesystem::path& directory, const std::string& name);

  void write(const Json& row);
  // On disk when it returns; nothing can be written after that.
  WrittenFile finish();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  void check(bool ok) const;

  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Close> file_;
  WrittenFile written_;
  Hasher hasher_;
};

}  // namespace braid

// What the byte sources of compressed files share.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

#include "data/feedback/byte_source.h"

namespace braid {

// A file that closes itself. Directories and pipes would fail late or hang: Error.
class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& path);

  size_t read(std::span<char> buffer);  // 0 at the end
  const std::string& path() const { return path_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
};

// Error when so few packed bytes gave so many unpacked ones that no text was packed.
void refuse_bomb(const std::string& path, uint64_t packed, uint64_t unpacked);

bool has_zstd_magic(std::span<const char> bytes);
std::unique_ptr<ByteSource> open_zstd_source(const std::filesystem::path& path);

}  // namespace braid

// Files: read-only memory maps, whole-file reads, and writes that are there whole or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace braid {

// A whole file mapped read-only. Movable; the mapping ends with the object. Empty files map to an
// empty span. Throws Error naming the path when it cannot be opened or mapped.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
};

// Whole file as text; Error when missing or larger than `max_bytes`.
std::string read_text_file(const std::filesystem::path& path, size_t max_bytes = size_t{1} << 30);

// "<host>-<pid>", for temporary names where machines share a file system.
std::string process_name();

// Writes to a temporary sibling, fsyncs, renames over `path`, fsyncs the directory. On failure
// (disk full, no permission) the temporary file is removed, `path` is as before, and an Error names
// path and reason.
void write_file_atomic(const std::filesystem::path& path, std::string_view bytes);

// Puts the directory `fresh` in the place of `target`, which may exist; of several processes that
// do so the last one wins. Whoever is interrupted leaves the old directory or the new one there;
// only where the file system cannot exchange two names is there a moment without either, and the
// old one is kept beside as "<target>.old" until it is over.
void replace_directory(const std::filesystem::path& fresh, const std::filesystem::path& target);

// Lets `fill` write into a fresh directory beside `target`, and puts that in its place as above.
void write_directory_atomic(const std::filesystem::path& target,
                            const std::function<void(const std::filesystem::path&)>& fill);

// fsync of a directory, so that renames inside it survive power loss.
void sync_directory(const std::filesystem::path& directory);

}  // namespace braid

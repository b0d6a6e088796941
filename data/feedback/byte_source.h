// The bytes of a file as a stream, unpacked when its name ends in .gz or .zst.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace braid {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Fills the front of `buffer` and returns the bytes written there; 0 only at the end of the data.
  // Errors name the file: unreadable, damaged or truncated compressed data, contents that do not
  // fit the name, and data that unpacks to more than a hundred times its size (no feedback does).
  virtual size_t read(std::span<char> buffer) = 0;
};

std::unique_ptr<ByteSource> open_byte_source(const std::filesystem::path& path);

}  // namespace braid

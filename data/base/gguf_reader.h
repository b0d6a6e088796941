// Bounds-checked cursor over the head of a GGUF file: scalars, strings and metadata values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "base/gguf.h"

namespace braid {

class GgufReader {
 public:
  // `where` begins every error.
  GgufReader(std::span<const std::byte> bytes, std::string where)
      : bytes_(bytes), where_(std::move(where)) {}

  void magic();  // magic and version; Error for anything but versions 2 and 3, little-endian

  // A u64 count of things that take at least `min_bytes` each, checked against what is left of the
  // file.
  size_t count(size_t min_bytes, const char* what);
  std::string string();
  GgufValue value();  // type tag and value

  template <typename T>
  T scalar() {
    T result;
    std::memcpy(&result, take(sizeof(T)), sizeof(T));
    return result;
  }

  size_t position() const { return position_; }
  const std::string& where() const { return where_; }
  void set_context(std::string context) { context_ = std::move(context); }

 private:
  const std::byte* take(size_t count);
  bool boolean();
  int64_t integer(uint32_t type);
  double number(uint32_t type);
  GgufValue array();

  std::span<const std::byte> bytes_;
  std::string where_;
  std::string context_;  // what is being read, for errors: " of key ..."
  size_t position_ = 0;
};

}  // namespace braid

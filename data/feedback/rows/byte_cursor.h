// One byte at a time from a ByteSource, for readers that look at every byte.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "data/feedback/byte_source.h"

namespace braid {

class ByteCursor {
 public:
  static constexpr int kEnd = -1;

  explicit ByteCursor(const std::filesystem::path& path)
      : source_(open_byte_source(path)), buffer_(size_t{1} << 18) {}

  // The next byte (0 to 255), or kEnd; `peek` leaves it where it is.
  int peek() { return at_ < filled_ || refill() ? static_cast<unsigned char>(buffer_[at_]) : kEnd; }
  int take() {
    const int byte = peek();
    if (byte != kEnd) ++at_;
    return byte;
  }

 private:
  bool refill() {
    filled_ = source_->read(buffer_);
    at_ = 0;
    return filled_ > 0;
  }

  std::unique_ptr<ByteSource> source_;
  std::vector<char> buffer_;
  size_t at_ = 0, filled_ = 0;
};

}  // namespace braid

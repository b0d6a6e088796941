// Lines of a plain or gzip-compressed file, one at a time. Memory: a fixed buffer, plus one line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/feedback/byte_source.h"

namespace braid {

class LineReader {
 public:
  static constexpr size_t kMaxLineBytes = size_t{32} << 20;

  explicit LineReader(const std::filesystem::path& path);

  // The next line without its newline, valid until the next call; false at the end. A last line
  // needs no newline. Error for a line longer than kMaxLineBytes.
  bool next(std::string_view& line);

  // "file:line" of the line that `next` gave last, 1-based.
  std::string where() const;
  int64_t line_number() const { return line_number_; }

 private:
  std::unique_ptr<ByteSource> source_;
  std::string path_;
  std::vector<char> buffer_;
  std::string_view unread_;  // the part of buffer_ not given out yet
  std::string carried_;      // a line that crosses the end of the buffer
  int64_t line_number_ = 0;
};

}  // namespace braid

// Feedback files made by tests, and what the reader says about them.
#pragma once

#include <zlib.h>

#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "data/feedback/reader.h"
#include "tests/support.h"

namespace braid::test {

inline void write_bytes(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

// One gzip member.
inline std::string gzip(std::string_view text) {
  z_stream stream = {};
  deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int result = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("deflate failed");
  return packed;
}

struct ReadResult {
  std::vector<FeedbackRecord> records;
  ReadReport report;
  std::string error;  // with the folder of the file taken off; empty when there was none
};

inline ReadResult read_bytes(std::string_view bytes, const std::string& name = "rows.jsonl") {
  const TemporaryDirectory directory;
  const auto path = directory.path() / name;
  write_bytes(path, bytes);
  ReadResult result;
  try {
    result.records = read_feedback(path, "source", result.report);
  } catch (const Error& error) {
    result.error = error.what();
    const std::string folder = directory.path().string() + "/";
    if (result.error.starts_with(folder)) result.error.erase(0, folder.size());
  }
  return result;
}

// The reason for which a single row is dropped; otherwise what happened instead.
inline std::string drop_reason(std::string_view row) {
  const ReadResult result = read_bytes(row);
  if (!result.error.empty()) return "error: " + result.error;
  if (!result.records.empty()) return "kept";
  return result.report.dropped.size() == 1 && result.report.dropped.begin()->second == 1
             ? result.report.dropped.begin()->first
             : "not counted once";
}

inline FeedbackRecord read_one(std::string_view row) {
  ReadResult result = read_bytes(row);
  if (!result.error.empty()) throw std::runtime_error(result.error);
  if (result.records.size() != 1) throw std::runtime_error("not one record");
  return std::move(result.records.front());
}

}  // namespace braid::test

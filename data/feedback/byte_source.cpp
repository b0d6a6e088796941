// Plain and gzip byte streams, and which one a file needs.
#include "data/feedback/byte_source.h"

#include <zlib.h>

#include <vector>

#include "base/error.h"
#include "data/feedback/packed_source.h"

namespace braid {
namespace {

constexpr size_t kInputBytes = size_t{1} << 16;
constexpr unsigned char kGzipMagic[2] = {0x1f, 0x8b};

bool has_gzip_magic(std::span<const char> bytes) {
  return bytes.size() >= 2 && static_cast<unsigned char>(bytes[0]) == kGzipMagic[0] &&
         static_cast<unsigned char>(bytes[1]) == kGzipMagic[1];
}

class PlainSource : public ByteSource {
 public:
  explicit PlainSource(const std::filesystem::path& path) : file_(path) {}

  size_t read(std::span<char> buffer) override {
    const size_t count = file_.read(buffer);
    if (first_ && has_gzip_magic(buffer.first(count))) {
      fail("{}: gzip-compressed, but not named so; rename it to end in .gz", file_.path());
    }
    if (first_ && has_zstd_magic(buffer.first(count))) {
      fail("{}: zstd-compressed, but not named so; rename it to end in .zst", file_.path());
    }
    first_ = false;
    return count;
  }

 private:
  InputFile file_;
  bool first_ = true;
};

// zlib's inflate rather than gzread, which takes a damaged second member for the end of the data
// and a file without a gzip header for plain text.
class GzipSource : public ByteSource {
 public:
  explicit GzipSource(const std::filesystem::path& path) : file_(path), input_(kInputBytes) {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) fail("{}: cannot start zlib", file_.path());
  }
  ~GzipSource() override { inflateEnd(&stream_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  size_t read(std::span<char> buffer) override {
    stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_.avail_out = static_cast<uInt>(buffer.size());
    while (stream_.avail_out == buffer.size()) {
      if (stream_.avail_in == 0 && !refill()) break;
      inflate_some();
    }
    const size_t count = buffer.size() - stream_.avail_out;
    unpacked_ += count;
    refuse_bomb(file_.path(), packed_, unpacked_);
    return count;
  }

 private:
  // False at the end of the file.
  bool refill() {
    const size_t count = file_.read(input_);
    if (count == 0) {
      if (packed_ == 0 || inside_member_) {
        fail("{}: ends in the middle of its compressed data; copy it again", file_.path());
      }
      return false;
    }
    if (packed_ == 0 && !has_gzip_magic(std::span(input_).first(count))) {
      fail("{}: not gzip-compressed, though its name ends in .gz; rename it", file_.path());
    }
    packed_ += count;
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(count);
    return true;
  }

  void inflate_some() {
    inside_member_ = true;
    const int result = inflate(&stream_, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {  // a file may be several members, one after another
      inflateReset(&stream_);
      inside_member_ = false;
    } else if (result != Z_OK) {
      fail("{}: damaged compressed data ({}); copy it again", file_.path(),
           stream_.msg ? stream_.msg : zError(result));
    }
  }

  InputFile file_;
  std::vector<char> input_;
  z_stream stream_ = {};
  uint64_t packed_ = 0, unpacked_ = 0;
  bool inside_member_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> open_byte_source(const std::filesystem::path& path) {
  if (path.extension() == ".gz") return std::make_unique<GzipSource>(path);
  if (path.extension() == ".zst") return open_zstd_source(path);
  return std::make_unique<PlainSource>(path);
}

}  // namespace braid

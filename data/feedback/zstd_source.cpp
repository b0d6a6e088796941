// Zstandard byte streams.
#include <zstd.h>

#include <cstring>
#include <vector>

#include "base/error.h"
#include "data/feedback/packed_source.h"

namespace braid {
namespace {

constexpr unsigned char kMagic[4] = {0x28, 0xb5, 0x2f, 0xfd};
constexpr int kMaxWindowLog = 27;  // 128 MiB of history: what `zstd -d` accepts unasked

class ZstdSource : public ByteSource {
 public:
  explicit ZstdSource(const std::filesystem::path& path)
      : file_(path), input_(ZSTD_DStreamInSize()), stream_(ZSTD_createDStream()) {
    if (!stream_) fail("{}: cannot start zstd", file_.path());
    ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, kMaxWindowLog);
  }

  size_t read(std::span<char> buffer) override {
    ZSTD_outBuffer out = {buffer.data(), buffer.size(), 0};
    while (out.pos == 0) {
      // What is still inside comes out before more is read.
      if (packed_bytes_.pos == packed_bytes_.size && !held_back_ && !refill()) break;
      const size_t result = ZSTD_decompressStream(stream_.get(), &out, &packed_bytes_);
      if (ZSTD_isError(result)) {
        fail("{}: damaged compressed data ({}); copy it again", file_.path(),
             ZSTD_getErrorName(result));
      }
      inside_frame_ = result != 0;
      held_back_ = inside_frame_ && out.pos == out.size;
    }
    unpacked_ += out.pos;
    refuse_bomb(file_.path(), packed_, unpacked_);
    return out.pos;
  }

 private:
  // False at the end of the file.
  bool refill() {
    const size_t count = file_.read(input_);
    if (count == 0) {
      if (packed_ == 0 || inside_frame_) {
        fail("{}: ends in the middle of its compressed data; copy it again", file_.path());
      }
      return false;
    }
    if (packed_ == 0 && !has_zstd_magic(std::span(input_).first(count))) {
      fail("{}: not zstd-compressed, though its name ends in .zst; rename it", file_.path());
    }
    packed_ += count;
    packed_bytes_ = {input_.data(), count, 0};
    return true;
  }

  struct Free {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };
  InputFile file_;
  std::vector<char> input_;
  std::unique_ptr<ZSTD_DStream, Free> stream_;
  ZSTD_inBuffer packed_bytes_ = {nullptr, 0, 0};
  uint64_t packed_ = 0, unpacked_ = 0;
  bool inside_frame_ = false;
  bool held_back_ = false;  // the output was full, so that there may be more of it
};

}  // namespace

bool has_zstd_magic(std::span<const char> bytes) {
  return bytes.size() >= sizeof kMagic && std::memcmp(bytes.data(), kMagic, sizeof kMagic) == 0;
}

std::unique_ptr<ByteSource> open_zstd_source(const std::filesystem::path& path) {
  return std::make_unique<ZstdSource>(path);
}

}  // namespace braid

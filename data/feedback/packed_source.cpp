// Files behind byte sources, and the limit on what they may unpack to.
#include "data/feedback/packed_source.h"

#include <cerrno>
#include <system_error>

#include "base/error.h"

namespace braid {
namespace {

constexpr uint64_t kFreeBytes = uint64_t{64} << 20;  // unpacked size below which any ratio is fine
constexpr uint64_t kMaxRatio = 100;                  // text of one's own packs 3 to 20 times

std::string reason(int code) { return std::generic_category().message(code); }

}  // namespace

InputFile::InputFile(const std::filesystem::path& path) : path_(path.string()) {
  std::error_code unknown;
  if (std::filesystem::exists(path, unknown) && !std::filesystem::is_regular_file(path, unknown)) {
    fail("{}: not a regular file; name a file of rows", path_);
  }
  file_.reset(std::fopen(path.c_str(), "rb"));
  if (!file_) fail("{}: cannot open: {}", path_, reason(errno));
}

size_t InputFile::read(std::span<char> buffer) {
  const size_t count = std::fread(buffer.data(), 1, buffer.size(), file_.get());
  if (count == 0 && std::ferror(file_.get())) fail("{}: cannot read: {}", path_, reason(errno));
  return count;
}

void refuse_bomb(const std::string& path, uint64_t packed, uint64_t unpacked) {
  if (unpacked <= kFreeBytes || unpacked / kMaxRatio <= packed) return;
  fail(
      "{}: unpacks to more than {} times its size, which no feedback does; if it is meant, "
      "unpack it first",
      path, kMaxRatio);
}

}  // namespace braid

// Appending whole records with POSIX calls, because streams do not say what reached the file.
#include "trainer/append_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/error.h"

namespace braid {

AppendFile::AppendFile(const std::filesystem::path& path)
    : path_(path),
      descriptor_(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644)) {
  if (descriptor_ < 0) error("open");
}

AppendFile::~AppendFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void AppendFile::append(std::string_view record) {
  const off_t before = ::lseek(descriptor_, 0, SEEK_END);
  while (!record.empty()) {
    const ssize_t written = ::write(descriptor_, record.data(), record.size());
    if (written >= 0) {
      record.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      const int code = errno;
      // Devices cannot be cut; the failure to report is the first one either way.
      [[maybe_unused]] const int cut = ::ftruncate(descriptor_, before);
      errno = code;
      error("write");
    }
  }
}

void AppendFile::sync() {
  if (::fsync(descriptor_) != 0 && errno != EINVAL) error("sync");
}

void AppendFile::error(const char* what) const {
  fail("{}: cannot {}: {}", path_.string(), what, std::generic_category().message(errno));
}

}  // namespace braid

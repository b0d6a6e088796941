// Files: read-only memory maps, whole-file reads, and atomic writes.
#include "base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/fresh_directory.h"

namespace braid {
namespace {

// A file descriptor that closes itself. `close` reports what a silent destructor would hide.
class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags, mode_t mode = 0)
      : value_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  bool valid() const { return value_ >= 0; }
  int get() const { return value_; }
  bool close() { return ::close(std::exchange(value_, -1)) == 0; }

 private:
  int value_;
};

std::string reason(int code) { return std::generic_category().message(code); }

// Opens for reading and refuses what is not a plain file: reading a directory, pipe or device would
// fail late or hang.
size_t checked_size(const Descriptor& file, const std::filesystem::path& path) {
  if (!file.valid()) fail("{}: cannot open: {}", path.string(), reason(errno));
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) fail("{}: cannot stat: {}", path.string(), reason(errno));
  if (!S_ISREG(status.st_mode)) fail("{}: not a regular file", path.string());
  return static_cast<size_t>(status.st_size);
}

// Sets errno and returns false on the first failure.
bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

// False when the name is taken, be it by another process and only just now.
bool rename_to_free(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (std::filesystem::exists(to)) return false;
  std::error_code error;
  std::filesystem::rename(from, to, error);
  if (error && !std::filesystem::exists(to)) {
    fail("{}: cannot rename to {}: {}", from.string(), to.string(), error.message());
  }
  return !error;
}

// Unique among the threads of this process and among processes that share a file system.
std::filesystem::path temporary_sibling(const std::filesystem::path& path) {
  static std::atomic<uint64_t> next = 0;
  auto sibling = path;
  sibling += fmt::format(".tmp-{}-{}", process_name(), next++);
  return sibling;
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path) : path_(path) {
  // O_NONBLOCK: opening a pipe for reading would otherwise wait for a writer.
  const Descriptor file(path, O_RDONLY | O_NONBLOCK);
  size_ = checked_size(file, path);
  if (size_ == 0) return;
  void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) fail("{}: cannot map: {}", path.string(), reason(errno));
  data_ = static_cast<const std::byte*>(address);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

std::string read_text_file(const std::filesystem::path& path, size_t max_bytes) {
  const Descriptor file(path, O_RDONLY | O_NONBLOCK);
  const size_t size = checked_size(file, path);
  if (size > max_bytes) {
    fail("{}: {} bytes, at most {} are accepted here", path.string(), size, max_bytes);
  }
  std::string text(size, '\0');
  size_t filled = 0;
  while (filled < size) {
    const ssize_t count = ::read(file.get(), text.data() + filled, size - filled);
    if (count < 0) {
      if (errno == EINTR) continue;
      fail("{}: cannot read: {}", path.string(), reason(errno));
    }
    if (count == 0) break;  // somebody truncated the file since fstat
    filled += static_cast<size_t>(count);
  }
  text.resize(filled);
  return text;
}

std::string process_name() {
  utsname system = {};
  ::uname(&system);
  return fmt::format("{}-{}", system.nodename, ::getpid());
}

void write_file_atomic(const std::filesystem::path& path, std::string_view bytes) {
  const auto temporary = temporary_sibling(path);
  Descriptor file(temporary, O_WRONLY | O_CREAT | O_EXCL, 0644);
  if (!file.valid()) fail("{}: cannot write: {}", path.string(), reason(errno));
  const bool stored = write_all(file.get(), bytes) && ::fsync(file.get()) == 0 && file.close() &&
                      ::rename(temporary.c_str(), path.c_str()) == 0;
  if (!stored) {
    const int code = errno;
    ::unlink(temporary.c_str());
    fail("{}: cannot write: {}", path.string(), reason(code));
  }
  sync_directory(path.parent_path());
}

void replace_directory(const std::filesystem::path& fresh, const std::filesystem::path& target) {
  namespace fs = std::filesystem;
  const fs::path parent = target.parent_path();
  if (rename_to_free(fresh, target)) {
    // Nothing was there.
  } else if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) == 0) {
    sync_directory(parent);
    fs::remove_all(fresh);  // the old one
  } else {
    fs::path old = target;
    old += ".old";
    fs::remove_all(old);
    fs::rename(target, old);
    fs::rename(fresh, target);
    sync_directory(parent);
    fs::remove_all(old);
  }
  sync_directory(parent);
}

void write_directory_atomic(const std::filesystem::path& target,
                            const std::function<void(const std::filesystem::path&)>& fill) {
  const FreshDirectory fresh(target.parent_path() / (".writing-" + target.filename().string()));
  fill(fresh.path());
  replace_directory(fresh.path(), target);
}

void sync_directory(const std::filesystem::path& directory) {
  const std::filesystem::path name = directory.empty() ? "." : directory;
  const Descriptor file(name, O_RDONLY | O_DIRECTORY);
  if (!file.valid()) fail("{}: cannot open directory: {}", name.string(), reason(errno));
  // Some file systems have no fsync for directories and say EINVAL; nothing more can be done there.
  if (::fsync(file.get()) != 0 && errno != EINVAL) {
    fail("{}: cannot sync directory: {}", name.string(), reason(errno));
  }
}

}  // namespace braid

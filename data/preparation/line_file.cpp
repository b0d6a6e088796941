#include "data/preparation/line_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/stop.h"

namespace braid {

LineFile::LineFile(const std::filesystem::path& directory, const std::string& name)
    : path_(directory / name), file_(std::fopen(path_.c_str(), "wb")) {
  check(file_ != nullptr);
  written_.name = name;
}

void LineFile::check(bool ok) const {
  if (!ok) fail("{}: cannot write: {}", path_.string(), std::strerror(errno));
}

void LineFile::write(const Json& row) {
  check_stop();
  const std::string line = row.dump() + "\n";
  check(std::fwrite(line.data(), 1, line.size(), file_.get()) == line.size());
  hasher_.update(line);
  ++written_.rows;
  written_.bytes += static_cast<int64_t>(line.size());
}

WrittenFile LineFile::finish() {
  check(std::fflush(file_.get()) == 0 && ::fsync(::fileno(file_.get())) == 0);
  check(std::fclose(file_.release()) == 0);
  written_.hash = hasher_.hex();
  return written_;
}

}  // namespace braid

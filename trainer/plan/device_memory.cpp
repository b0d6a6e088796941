#include "trainer/plan/device_memory.h"

#include <c10/core/CachingDeviceAllocator.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>
#include <vector>

namespace braid {
namespace {

namespace fs = std::filesystem;

// Beyond it a limit stands for none: version 1 writes a number near 2^63.
constexpr int64_t kNoLimit = int64_t{1} << 60;

// The number behind `name` ("" : the first word) in a file of lines "name number"; nullopt when it
// is not there.
std::optional<int64_t> number_in(const fs::path& path, std::string_view name) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string word;
    if (!name.empty() && (!(words >> word) || word != name)) continue;
    int64_t value = 0;
    if (words >> value && value >= 0) return value;
    if (name.empty()) return std::nullopt;
  }
  return std::nullopt;
}

struct GroupFiles {
  const char *limit, *usage, *inactive;
};
constexpr GroupFiles kVersion1 = {"memory.limit_in_bytes", "memory.usage_in_bytes",
                                  "total_inactive_file"};
constexpr GroupFiles kVersion2 = {"memory.max", "memory.current", "inactive_file"};

// Least that the group at `path` and those above it, up to `top`, leave; nullopt without a limit.
std::optional<int64_t> left_in_groups(const fs::path& top, const std::string& path,
                                      const GroupFiles& files) {
  std::optional<int64_t> least;
  for (fs::path group = fs::path(path).relative_path();; group = group.parent_path()) {
    const auto limit = number_in(top / group / files.limit, "");
    const auto usage = number_in(top / group / files.usage, "");
    if (limit && usage && *limit < kNoLimit) {
      // Pages of files that were read long ago count as used, but make room.
      const int64_t cache = number_in(top / group / "memory.stat", files.inactive).value_or(0);
      const int64_t left = std::max<int64_t>(0, *limit - std::max<int64_t>(0, *usage - cache));
      least = std::min(least.value_or(left), left);
    }
    if (group.empty()) return least;
  }
}

std::optional<int64_t> left_in_control_groups(const fs::path& root) {
  std::optional<int64_t> least;
  std::ifstream file(root / "proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {  // hierarchy:controllers:path
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    std::optional<int64_t> left;
    if (controllers.empty()) left = left_in_groups(root / "sys/fs/cgroup", path, kVersion2);
    if (controllers == "memory") {
      left = left_in_groups(root / "sys/fs/cgroup/memory", path, kVersion1);
    }
    if (left) least = std::min(least.value_or(*left), *left);
  }
  return least;
}

// Of this process, in bytes.
struct OwnMemory {
  int64_t addresses = 0, resident = 0, data = 0;
};

OwnMemory own_memory(const fs::path& root) {
  std::ifstream file(root / "proc/self/statm");
  int64_t pages = 0, resident = 0, shared = 0, text = 0, library = 0, data = 0;
  if (!(file >> pages >> resident >> shared >> text >> library >> data)) return {};
  const auto size = static_cast<int64_t>(sysconf(_SC_PAGESIZE));
  return {pages * size, resident * size, data * size};
}

// These limits count addresses, used or not.
std::optional<int64_t> left_of_limit(__rlimit_resource resource, int64_t own) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0 || limit.rlim_cur >= rlim_t{kNoLimit}) return std::nullopt;
  return std::max<int64_t>(0, static_cast<int64_t>(limit.rlim_cur) - own);
}

}  // namespace

MemoryLimit host_memory_limit(const fs::path& root) {
  const auto available = number_in(root / "proc/meminfo", "MemAvailable:");
  if (!available) return {};
  const OwnMemory own = own_memory(root);
  MemoryLimit limit{int64_t{1024} * *available, "available"};
  const auto lower = [&](std::optional<int64_t> bytes, const char* what) {
    if (bytes && *bytes < limit.bytes) limit = {*bytes, what};
  };
  lower(left_in_control_groups(root), "left of the control group's limit");
  lower(left_of_limit(RLIMIT_AS, own.addresses), "left of `ulimit -v`");
  lower(left_of_limit(RLIMIT_DATA, own.data), "left of `ulimit -d`");
  limit.bytes += own.resident;
  return limit;
}

MemoryLimit memory_limit(c10::Device device) {
  if (device.is_cpu()) return host_memory_limit("/");
  try {
    const auto [free, total] = at::getDeviceAllocator(device.type())->getMemoryInfo(device.index());
    return {static_cast<int64_t>(free), "free on the GPU"};
  } catch (const c10::Error&) {  // an allocator that does not tell
    return {};
  }
}

}  // namespace braid

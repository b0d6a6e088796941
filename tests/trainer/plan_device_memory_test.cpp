// Limits from files of a made root.
#include "trainer/plan/device_memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/trainer/tiny.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

class HostMemory : public ::testing::Test {
 protected:
  HostMemory() {
    write("proc/meminfo", "MemTotal: 2000 kB\nMemAvailable: 1000 kB\n");
    write("proc/self/statm", "50 3 1 1 0 2 0\n");
  }
  void write(const std::string& path, const std::string& text) {
    fs::create_directories((directory_.path() / path).parent_path());
    test::write_text(directory_.path() / path, text);
  }
  MemoryLimit limit() const { return host_memory_limit(directory_.path()); }

  test::TemporaryDirectory directory_;
  int64_t own_ = 3 * static_cast<int64_t>(sysconf(_SC_PAGESIZE));
};

TEST_F(HostMemory, WithoutControlGroupsIsWhatTheSystemSays) {
  EXPECT_EQ(limit().bytes, 1000 * 1024 + own_);
  EXPECT_EQ(limit().what, "available");
}

TEST_F(HostMemory, Version2CountsTheGroupsAbove) {
  write("proc/self/cgroup", "0::/outer/inner\n");
  write("sys/fs/cgroup/outer/inner/memory.max", "max\n");
  write("sys/fs/cgroup/outer/inner/memory.current", "1000\n");
  write("sys/fs/cgroup/outer/memory.max", "500000\n");
  write("sys/fs/cgroup/outer/memory.current", "300000\n");
  write("sys/fs/cgroup/outer/memory.stat", "anon 200000\ninactive_file 50000\n");
  EXPECT_EQ(limit().bytes, 500000 - (300000 - 50000) + own_);
}

TEST_F(HostMemory, Version1AndNoLimit) {
  write("proc/self/cgroup", "5:cpu:/a\n4:memory:/a\n0::/\n");
  write("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "9223372036854771712\n");
  write("sys/fs/cgroup/memory/a/memory.usage_in_bytes", "1000\n");
  EXPECT_EQ(limit().what, "available");
  write("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "700000\n");
  EXPECT_EQ(limit().bytes, 699000 + own_);
  write("sys/fs/cgroup/memory/a/memory.usage_in_bytes", "800000\n");
  EXPECT_EQ(limit().bytes, own_);
}

TEST_F(HostMemory, UnknownWhereTheSystemDoesNotSay) {
  write("proc/meminfo", "garbage\n");
  EXPECT_EQ(limit().bytes, 0);
}

TEST(HostMemoryHere, IsThere) { EXPECT_GT(memory_limit(c10::kCPU).bytes, int64_t{1} << 20); }

}  // namespace
}  // namespace braid

// Mapped files and atomic writes: what is there after failures as much as after success.
#include "base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include "base/error.h"
#include "tests/support.h"

namespace braid {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

size_t entries_in(const std::filesystem::path& directory) {
  return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(directory), {}));
}

TEST(File, WritesAndReadsBack) {
  const test::TemporaryDirectory scratch;
  const auto path = scratch.path() / "a.txt";
  const std::string text("one\0two\n", 8);
  write_file_atomic(path, text);
  EXPECT_EQ(read_text_file(path), text);
  write_file_atomic(path, "");
  EXPECT_EQ(read_text_file(path), "");
  EXPECT_EQ(entries_in(scratch.path()), 1u) << "the temporary file stayed behind";
}

TEST(File, MapsAndMoves) {
  const test::TemporaryDirectory scratch;
  const auto path = scratch.path() / "a.bin";
  write_file_atomic(path, "abc");
  MappedFile first(path);
  ASSERT_EQ(first.bytes().size(), 3u);
  MappedFile second(std::move(first));
  EXPECT_EQ(second.bytes()[1], std::byte{'b'});
  EXPECT_EQ(second.path(), path);
  write_file_atomic(scratch.path() / "empty", "");
  second = MappedFile(scratch.path() / "empty");
  EXPECT_TRUE(second.bytes().empty());
}

TEST(File, MapKeepsOldContentWhenReplaced) {
  const test::TemporaryDirectory scratch;
  const auto path = scratch.path() / "a";
  write_file_atomic(path, "old");
  const MappedFile mapped(path);
  write_file_atomic(path, "new");
  EXPECT_EQ(mapped.bytes()[0], std::byte{'o'});
}

TEST(File, NamesPathAndReason) {
  const test::TemporaryDirectory scratch;
  const auto missing = scratch.path() / "missing";
  const auto names_it =
      ThrowsMessage<Error>(AllOf(HasSubstr(missing.string()), HasSubstr("No such")));
  EXPECT_THAT([&] { MappedFile{missing}; }, names_it);
  EXPECT_THAT([&] { read_text_file(missing); }, names_it);
  EXPECT_THAT([&] { write_file_atomic(missing / "file", "x"); }, names_it);
  EXPECT_THAT([&] { sync_directory(missing); }, names_it);
}

TEST(File, RefusesWhatIsNotAPlainFile) {
  const test::TemporaryDirectory scratch;
  const auto pipe = scratch.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const auto refuses = ThrowsMessage<Error>(HasSubstr("not a regular file"));
  EXPECT_THAT([&] { MappedFile{scratch.path()}; }, refuses);
  EXPECT_THAT([&] { MappedFile{pipe}; }, refuses);  // must not wait for a writer
  EXPECT_THAT([&] { read_text_file("/dev/zero"); }, refuses);
}

TEST(File, LimitsTheSizeOfTexts) {
  const test::TemporaryDirectory scratch;
  write_file_atomic(scratch.path() / "a", "12345");
  EXPECT_EQ(read_text_file(scratch.path() / "a", 5), "12345");
  EXPECT_THAT([&] { read_text_file(scratch.path() / "a", 4); },
              ThrowsMessage<Error>(HasSubstr("5 bytes, at most 4")));
}

TEST(File, FailedRenameLeavesNothingBehind) {
  const test::TemporaryDirectory scratch;
  const auto directory = scratch.path() / "taken";
  std::filesystem::create_directory(directory);
  EXPECT_THROW(write_file_atomic(directory, "x"), Error);
  EXPECT_EQ(entries_in(scratch.path()), 1u);
}

TEST(File, ReadOnlyDirectory) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write into read-only directories";
  const test::TemporaryDirectory scratch;
  std::filesystem::permissions(
      scratch.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  EXPECT_THAT([&] { write_file_atomic(scratch.path() / "a", "x"); },
              ThrowsMessage<Error>(HasSubstr("Permission denied")));
  std::filesystem::permissions(scratch.path(), std::filesystem::perms::owner_all);
}

// A write that stops half-way: the size limit of the process gives EFBIG where a full disk gives
// ENOSPC.
TEST(File, DirectoriesAreReplacedAsAWhole) {
  const test::TemporaryDirectory directory;
  const auto target = directory.path() / "best";
  const auto fill = [](const char* name) {
    return [=](const std::filesystem::path& fresh) { write_file_atomic(fresh / name, name); };
  };
  std::filesystem::create_directory(directory.path() / ".writing-best");
  write_file_atomic(directory.path() / ".writing-best" / "left", "by a killed run");
  write_directory_atomic(target, fill("first"));
  EXPECT_FALSE(std::filesystem::exists(target / "left"));
  write_directory_atomic(target, fill("second"));
  EXPECT_FALSE(std::filesystem::exists(target / "first"));
  EXPECT_EQ(read_text_file(target / "second"), "second");
  EXPECT_ANY_THROW(write_directory_atomic(target, [](const auto&) { fail("full"); }));
  EXPECT_EQ(read_text_file(target / "second"), "second");
}

TEST(File, SeveralMayPutADirectoryInTheSamePlace) {
  const test::TemporaryDirectory directory;
  for (int round = 0; round < 50; ++round) {
    const auto target = directory.path() / fmt::format("target-{}", round);
    std::vector<std::thread> threads;
    std::atomic<int> failures = 0;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        try {
          const auto fresh = directory.path() / fmt::format("fresh-{}", i);
          std::filesystem::create_directory(fresh);
          write_file_atomic(fresh / "file", "whole");
          replace_directory(fresh, target);
        } catch (const std::exception&) {
          ++failures;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(failures, 0);
    EXPECT_EQ(read_text_file(target / "file"), "whole");
  }
}

TEST(File, FailureInTheMiddleKeepsTheOldFile) {
  const test::TemporaryDirectory scratch;
  const auto path = scratch.path() / "a";
  write_file_atomic(path, "old");
  rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto previous = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small = {4096, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  EXPECT_THAT([&] { write_file_atomic(path, std::string(100000, 'x')); },
              ThrowsMessage<Error>(AllOf(HasSubstr(path.string()), HasSubstr("File too large"))));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, previous);
  EXPECT_EQ(read_text_file(path), "old");
  EXPECT_EQ(entries_in(scratch.path()), 1u);
}

TEST(File, DiskFull) {
  const test::TemporaryDirectory scratch;
  const auto disk = scratch.path() / "disk";
  std::filesystem::create_directory(disk);
  if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=64k") != 0) {
    GTEST_SKIP() << "mounting a small file system is not allowed here";
  }
  write_file_atomic(disk / "a", "old");
  EXPECT_THAT([&] { write_file_atomic(disk / "a", std::string(1 << 20, 'x')); },
              ThrowsMessage<Error>(HasSubstr("No space left")));
  EXPECT_EQ(read_text_file(disk / "a"), "old");
  EXPECT_EQ(entries_in(disk), 1u);
  ::umount(disk.c_str());
}

}  // namespace
}  // namespace braid

// Which failures are a lack of memory, and what is told then.
#include "trainer/out_of_memory.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

#include "tests/support.h"

namespace braid {
namespace {

void run(const std::function<void()>& work) {
  with_memory_advice(work, [] { return "set a key"; });
}

std::string error_of(const std::function<void()>& work) {
  return test::error_of([&] { run(work); });
}

TEST(OutOfMemory, BecomesOneErrorWithAdvice) {
  EXPECT_EQ(error_of([] { throw std::bad_alloc(); }), "out of memory (main memory); set a key");
  EXPECT_EQ(error_of([] { at::empty({int64_t{1} << 60}, at::kByte); }),
            "out of memory (main memory, 1152921504606846976 bytes asked for); set a key");
  EXPECT_THAT(error_of([] { TORCH_CHECK_WITH(OutOfMemoryError, false, "CUDA is full\nlines"); }),
              testing::MatchesRegex("out of memory \\(CUDA is full\\); set a key"));
}

TEST(OutOfMemory, OtherFailuresPass) {
  EXPECT_THROW(run([] { throw std::runtime_error("disk"); }), std::runtime_error);
  EXPECT_THROW(run([] { at::zeros({2}).add(at::zeros({3})); }), c10::Error);
  EXPECT_EQ(error_of([] { fail("a key is wrong"); }), "a key is wrong");
  int runs = 0;
  run([&] { ++runs; });
  EXPECT_EQ(runs, 1);
}

}  // namespace
}  // namespace braid

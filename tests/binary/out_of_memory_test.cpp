// Memory that runs out in the middle of a step, by the real executable: one line that says what to
// set, nothing half-written, and the advice helps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

#include "tests/binary/expect.h"
#include "tests/binary/fixture.h"

namespace braid {
namespace {

namespace fs = std::filesystem;
using test::expect_error;
using test::expect_success;
using test::run_braid;
using testing::HasSubstr;

constexpr int64_t kWide = 4096;
constexpr int64_t kLimit = int64_t{1} << 30;

// The MLP is so wide that a step of 1200 pairs keeps more than a gigabyte when it is not cut.
fs::path make_wide_run(const fs::path& directory) {
  const fs::path run = test::make_tiny_run(directory);
  Json model = test::tiny_llama_config();
  model["intermediate_size"] = kWide;
  write_file_atomic(directory / "model/config.json", model.dump());
  test::Shapes shapes = test::tiny_llama_shapes();
  for (auto& [name, shape] : shapes) std::ranges::replace(shape, int64_t{32}, kWide);
  test::write_random_tensors(directory / "model/model.safetensors", shapes, 1);
  write_file_atomic(directory / "train.jsonl", test::tiny_id_pairs(1200));
  Json json = test::tiny_run_json();
  json["train"].update({{"max_steps", 1}, {"pairs_per_step", 1200}, {"micro_batch_tokens", 12000}});
  write_file_atomic(run, json.dump());
  return run;
}

test::Result limited(const std::vector<std::string>& arguments) {
  return run_braid(arguments, {.input = "", .max_data_bytes = kLimit, .out = {}});
}

TEST(OutOfMemory, EndsWithAdviceThatHelps) {
  const test::TemporaryDirectory directory;
  const std::string run = make_wide_run(directory.path()).string();
  const auto result = limited({"train", run, "--train.recompute", "off"});
  expect_error(result,
               {"out of memory (main memory", "MiB predicted at the peak", "left of `ulimit -d`",
                "set train.recompute on", "set train.micro_batch_tokens "});
  EXPECT_THAT(result.err, HasSubstr("it may not fit: set train.recompute on, or "));
  std::set<std::string> left;
  for (const auto& item : fs::directory_iterator(directory.path() / "run")) {
    left.insert(item.path().filename().string());
  }
  EXPECT_THAT(left, testing::IsSubsetOf(
                        {"run.json", "tokens", "reference", "metrics.jsonl", "metrics.csv"}));

  std::smatch advice;
  ASSERT_TRUE(std::regex_search(result.err, advice,
                                std::regex("set (train[.]micro_batch_tokens) ([0-9]+)\n$")));
  const auto second =
      limited({"train", run, "--train.recompute", "off", "--" + advice[1].str(), advice[2].str()});
  expect_success(second);
  EXPECT_TRUE(fs::exists(directory.path() / "run/adapter/adapter_model.safetensors"));
}

TEST(OutOfMemory, TrainingSaysBeforeWhatItNeeds) {
  const test::TemporaryDirectory directory;
  const auto run = test::make_tiny_run(directory.path());
  const auto result = run_braid({"train", run.string(), "--train.max_steps", "1"});
  expect_success(result);
  EXPECT_THAT(result.err, HasSubstr("memory: "));
  EXPECT_THAT(result.err, HasSubstr("MiB predicted at the peak"));
}

}  // namespace
}  // namespace braid

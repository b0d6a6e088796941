// Kill and resume by the real executable: the resumed run ends with the bytes of an undisturbed
// one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/binary/expect.h"
#include "tests/binary/fixture.h"

namespace braid {
namespace {

namespace fs = std::filesystem;
using test::expect_error;
using test::expect_success;
using test::run_braid;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kSteps = "40";

class Resume : public testing::Test {
 protected:
  Resume() : file_(test::make_tiny_run(directory_.path())) {}

  std::vector<std::string> train(const std::string& output,
                                 std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {
        "train", file_.string(),      "--output", path(output).string(), "--lora.dropout",
        "0.2",   "--train.max_steps", kSteps,     "--train.eval_every",  "10"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  fs::path path(const std::string& name) const { return directory_.path() / name; }

  std::string bytes(const std::string& run, const std::string& file) const {
    return read_text_file(path(run) / (std::string("checkpoint-") + kSteps) / file);
  }
  // Metrics without what depends on the clock or the machine.
  std::vector<std::string> numbers(const std::string& run) const {
    std::vector<std::string> records;
    for (const std::string& line : test::lines_of(read_text_file(path(run) / "metrics.jsonl"))) {
      Json record = parse_json(line, "metrics.jsonl");
      for (const char* key : {"step_seconds", "tokens_per_second", "pairs_per_second",
                              "flop_utilization", "peak_memory_mib"}) {
        record.erase(key);
      }
      records.push_back(record.dump());
    }
    return records;
  }

  // Kills the run as soon as a checkpoint of at least `step` is there.
  void train_and_kill_after(const std::string& output, int step) const {
    test::Process process(train(output));
    while (process.running()) {
      for (int i = step; i < step + 10; ++i) {
        if (!fs::exists(path(output) / ("checkpoint-" + std::to_string(i)))) continue;
        process.signal(SIGKILL);
        EXPECT_EQ(process.wait().exit_code, -SIGKILL);
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    FAIL() << "the run ended before it was killed: " << process.wait().err;
  }

  void expect_same_end(const std::string& run) const {
    for (const char* file : {"adapter_model.safetensors", "optimizer.safetensors"}) {
      EXPECT_TRUE(bytes(run, file) == bytes("whole", file)) << run << " " << file;
    }
    EXPECT_EQ(numbers(run), numbers("whole"));
  }

  test::TemporaryDirectory directory_;
  fs::path file_;
};

TEST_F(Resume, EndsWithTheSameBytesAfterAnyKill) {
  expect_success(run_braid(train("whole")));
  for (const int step : {2, 12, 26}) {
    const std::string run = "killed-" + std::to_string(step);
    train_and_kill_after(run, step);
    const auto result = run_braid(train(run));
    expect_success(result);
    EXPECT_THAT(result.err, HasSubstr("resuming from"));
    expect_same_end(run);
  }
}

TEST_F(Resume, SkipsADamagedCheckpoint) {
  expect_success(run_braid(train("whole")));
  fs::copy(path("whole"), path("damaged"), fs::copy_options::recursive);
  const auto newest = path("damaged") / (std::string("checkpoint-") + kSteps);
  std::string content = read_text_file(newest / "optimizer.safetensors");
  content[content.size() / 2] ^= 1;
  write_file_atomic(newest / "optimizer.safetensors", content);
  const auto result = run_braid(train("damaged"));
  expect_success(result);
  EXPECT_THAT(result.err, HasSubstr("optimizer.safetensors does not match its checksum"));
  EXPECT_THAT(result.err, HasSubstr("checkpoint-38"));
  expect_same_end("damaged");
}

TEST_F(Resume, AFinishedRunHasNothingLeftToDo) {
  expect_success(run_braid(train("whole")));
  const auto before = read_text_file(path("whole/metrics.jsonl"));
  expect_success(run_braid(train("whole")));
  EXPECT_EQ(read_text_file(path("whole/metrics.jsonl")), before);
}

TEST_F(Resume, RefusesOtherNumbersAndAllowsOtherLogging) {
  expect_success(run_braid(train("whole")));
  expect_error(run_braid(train("whole", {"--loss.beta", "0.3", "--seed", "9"})),
               {"other settings", "loss.beta: 0.3, was 0.1", "seed: 9, was 5"});
  const auto result = run_braid(train("whole", {"--train.checkpoint_every", "5"}));
  expect_success(result);
  EXPECT_THAT(result.err, Not(HasSubstr("other settings")));
}

}  // namespace
}  // namespace braid

// Kill and resume by the real executable: the resumed run ends with the bytes of an undisturbed
// one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <thread>

#include "tests/binary/expect.h"
#include "tests/binary/fixture.h"
#include "tests/binary/numbers.h"

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
  // One undisturbed run, for all tests.
  static void SetUpTestSuite() {
    directory_.emplace();
    test::make_tiny_run(directory_->path());
    expect_success(run_braid(train("whole")));
  }
  static void TearDownTestSuite() { directory_.reset(); }

  static std::vector<std::string> train(const std::string& output,
                                        std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {
        "train", path("run.json").string(), "--output", path(output).string(), "--lora.dropout",
        "0.2",   "--train.max_steps",       kSteps,     "--train.eval_every",  "10"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  static fs::path path(const std::string& name) { return directory_->path() / name; }
  static void copy_whole(const std::string& run) {
    fs::copy(path("whole"), path(run), fs::copy_options::recursive);
  }

  std::string bytes(const std::string& run, const std::string& file) const {
    return read_text_file(path(run) / (std::string("checkpoint-") + kSteps) / file);
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
    EXPECT_EQ(test::numbers_of(path(run)), test::numbers_of(path("whole")));
  }

  static std::optional<test::TemporaryDirectory> directory_;
};

std::optional<test::TemporaryDirectory> Resume::directory_;

TEST_F(Resume, EndsWithTheSameBytesAfterAnyKill) {
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
  copy_whole("damaged");
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
  const auto before = read_text_file(path("whole/metrics.jsonl"));
  expect_success(run_braid(train("whole")));
  EXPECT_EQ(read_text_file(path("whole/metrics.jsonl")), before);
}

TEST_F(Resume, GoesBackToAnEarlierCheckpoint) {
  copy_whole("again");
  const auto result = run_braid(train("again", {"--resume", path("again/checkpoint-38").string()}));
  expect_success(result);
  EXPECT_THAT(result.err,
              HasSubstr("removed, because it is later: " + path("again/checkpoint-40").string()));
  expect_same_end("again");
}

TEST_F(Resume, GoesOnElsewhereFromACopy) {
  const auto elsewhere =
      train("elsewhere", {"--resume", path("whole/checkpoint-38").string() + "/"});
  for (const char* from : {"whole/checkpoint-38", "elsewhere/checkpoint-40"}) {
    const auto result = run_braid(elsewhere);
    expect_success(result);
    EXPECT_THAT(result.err, HasSubstr("resuming from " + path(from).string()));
    expect_same_end("elsewhere");
  }
  expect_error(run_braid(train("other", {"--resume", path("nowhere").string()})),
               {"--resume", "nowhere", "no such directory"});
  expect_error(run_braid(train("whole", {"--resume", "never"})),
               {"--resume never", "holds checkpoints", "another output"});
}

TEST_F(Resume, ABranchTakesOverWeightsAndStepWithOtherSettings) {
  const auto branch = [&](const std::string& output, std::vector<std::string> more) {
    more.insert(more.end(), {"--loss.beta", "0.3"});
    return run_braid(train(output, more));
  };
  const std::vector<std::string> fork = {"--fork", path("whole/checkpoint-38").string()};
  const auto first = branch("branch", fork);
  expect_success(first);
  EXPECT_THAT(first.err,
              HasSubstr("a branch of " + path("whole/checkpoint-38").string() + ", at step 38"));
  EXPECT_THAT(first.err, HasSubstr("differs from that run: loss.beta: 0.3, was 0.1"));
  const auto numbers = test::numbers_of(path("branch"));
  EXPECT_EQ(Json::parse(numbers.front())["step"], 39);
  EXPECT_EQ(Json::parse(numbers.back())["step"], 40);
  EXPECT_NE(bytes("branch", "adapter_model.safetensors"),
            bytes("whole", "adapter_model.safetensors"));

  // Started again it goes on in its own directory, to the same end.
  const std::string end = bytes("branch", "optimizer.safetensors");
  fs::remove_all(path("branch/checkpoint-40"));
  for (const auto& flags : {fork, std::vector<std::string>{}}) {
    expect_success(branch("branch", flags));
    EXPECT_EQ(bytes("branch", "optimizer.safetensors"), end);
    EXPECT_EQ(test::numbers_of(path("branch")), numbers);
  }
  const std::string other = path("whole/checkpoint-40").string();
  expect_error(branch("branch", {"--fork", other}), {"--fork", "is a branch of", "checkpoint-38"});
  expect_error(branch("whole", fork), {"--fork", "no branch", "another output"});
  expect_error(run_braid(train("wide", {"--fork", other, "--lora.rank", "8"})),
               {"belongs to another adapter"});
}

TEST_F(Resume, SaysWhatHasChanged) {
  copy_whole("changed");
  const auto result = run_braid(train("changed", {"--threads", "2", "--train.log_every", "5"}));
  expect_success(result);
  EXPECT_THAT(result.err, HasSubstr("changed since: output: "));
  EXPECT_THAT(result.err, HasSubstr("; threads: 2, was 1; train.log_every: 5, was 1\n"));
  EXPECT_THAT(result.err, HasSubstr("the last bits may differ: device: \"cpu, 2 threads\", was "
                                    "\"cpu, 1 threads\""));
}

TEST_F(Resume, RefusesOtherNumbersAndAllowsOtherLogging) {
  expect_error(run_braid(train("whole", {"--loss.beta", "0.3", "--seed", "9"})),
               {"other settings", "loss.beta: 0.3, was 0.1", "seed: 9, was 5"});
  const auto result = run_braid(train("whole", {"--train.checkpoint_every", "5"}));
  expect_success(result);
  EXPECT_THAT(result.err, Not(HasSubstr("other settings")));
}

}  // namespace
}  // namespace braid

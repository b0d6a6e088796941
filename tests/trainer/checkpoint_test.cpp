// Checkpoints: round trip, damage of every kind, retention, failures while writing.
#include "trainer/checkpoint.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cmath>
#include <csignal>

#include "base/file.h"
#include "base/random.h"
#include "tests/trainer/tiny.h"
#include "trainer/best_directory.h"

namespace braid {
namespace {

namespace fs = std::filesystem;
using test::error_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Checkpoints : public testing::Test {
 protected:
  Checkpoints() : adapter_(test::tiny_adapter()), optimizer_(adapter_, {}) { train(3); }

  void train(int steps) {
    const c10::NoGradGuard no_grad;
    for (int i = 0; i < steps; ++i) {
      adapter_.flat_grad().copy_(at::arange(64, at::TensorOptions(at::kFloat)) - 31.5);
      optimizer_.step(1e-2);
    }
  }
  fs::path write(int64_t step) {
    write(TrainingState{step, 100 * step, 16 * step, 1.5, "key"});
    return run() / ("checkpoint-" + std::to_string(step));
  }
  void write(const TrainingState& state) { write_to(run(), state); }
  void write_to(const fs::path& directory, const TrainingState& state) {
    write_checkpoint(directory, checkpoint_content(adapter_, optimizer_, state), "base");
  }
  std::optional<fs::path> newest() {
    return newest_valid_checkpoint(run(), [&](const std::string& w) { warnings_.push_back(w); });
  }
  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (const auto& item : fs::directory_iterator(run())) {
      result.push_back(item.path().filename().string());
    }
    std::ranges::sort(result);
    return result;
  }
  const fs::path& run() const { return directory_.path(); }

  test::TemporaryDirectory directory_;
  Adapter adapter_;
  AdamW optimizer_;
  std::vector<std::string> warnings_;
};

TEST_F(Checkpoints, RoundTripIsExact) {
  const fs::path checkpoint = write(7);
  Adapter other = test::tiny_adapter(2);
  AdamW optimizer(other, {});
  const TrainingState state = restore_checkpoint(checkpoint, other, optimizer);
  EXPECT_EQ(state.step, 7);
  EXPECT_EQ(state.tokens, 700);
  EXPECT_EQ(state.pairs, 112);
  EXPECT_EQ(state.seconds, 1.5);
  EXPECT_EQ(state.run_key, "key");
  EXPECT_EQ(optimizer.steps(), 3);  // the optimizer's own count, not the loop's
  EXPECT_TRUE(at::equal(other.flat(), adapter_.flat()));
  EXPECT_TRUE(at::equal(optimizer.exp_avg(), optimizer_.exp_avg()));
  EXPECT_TRUE(at::equal(optimizer.exp_avg_sq(), optimizer_.exp_avg_sq()));
  EXPECT_FALSE(checkpoint_damage(checkpoint));
  EXPECT_THAT(names(), ElementsAre("checkpoint-7"));
}

TEST_F(Checkpoints, HoldTheBestAdapterSoFar) {
  TrainConfig config;
  config.best = "eval_loss";
  TrainingState state{4, 0, 0, 0, "key"};
  state.best.emplace(config);
  // Measured, but never a number: there is no adapter to keep.
  state.best->take(2, std::nan(""));
  write(state);
  EXPECT_EQ(read_checkpoint_state(run() / "checkpoint-4").best->without_improvement, 1);
  EXPECT_FALSE(fs::exists(run() / "best"));

  const std::string model = "adapter_model.safetensors";
  ASSERT_TRUE(state.best->take(4, 0.1 + 0.2));
  save_best(run(), adapter_, "base", *state.best);
  const std::string best = read_text_file(run() / "best" / model);
  train(1);
  state.step = 6;
  write(state);
  const fs::path checkpoint = run() / "checkpoint-6";
  const auto stored = read_checkpoint_state(checkpoint).best;
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->to_json(), state.best->to_json());
  EXPECT_EQ(stored->value, 0.1 + 0.2);

  // Found after the checkpoint, and gone with it.
  ASSERT_TRUE(state.best->take(8, 0.2));
  save_best(run(), adapter_, "base", *state.best);
  EXPECT_NE(read_text_file(run() / "best" / model), best);
  restore_best(run(), checkpoint, *stored);
  EXPECT_EQ(read_text_file(run() / "best" / model), best);
  EXPECT_EQ(read_json_file(run() / "best" / "best.json")["step"], 4);
  EXPECT_TRUE(fs::exists(run() / "best" / "adapter_config.json"));

  fs::remove(checkpoint / "best.safetensors");
  EXPECT_THAT(checkpoint_damage(checkpoint).value_or("none"),
              HasSubstr("best.safetensors is missing"));
}

TEST_F(Checkpoints, TruncationOfEveryFileIsNoticed) {
  const fs::path checkpoint = write(1);
  for (const auto& item : fs::directory_iterator(checkpoint)) {
    const std::string whole = read_text_file(item.path());
    for (const size_t size : {size_t{0}, whole.size() / 2, whole.size() - 1}) {
      test::write_text(item.path(), whole.substr(0, size));
      EXPECT_TRUE(checkpoint_damage(checkpoint)) << item.path() << " cut to " << size;
    }
    test::write_text(item.path(), whole + "\n");
    EXPECT_TRUE(checkpoint_damage(checkpoint)) << item.path() << " longer";
    test::write_text(item.path(), whole);
    EXPECT_FALSE(checkpoint_damage(checkpoint));
  }
}

TEST_F(Checkpoints, EveryMissingFileIsNamed) {
  const fs::path checkpoint = write(1);
  std::vector<fs::path> files;
  for (const auto& item : fs::directory_iterator(checkpoint)) files.push_back(item.path());
  ASSERT_EQ(files.size(), 5U);
  for (const fs::path& file : files) {
    fs::rename(file, run() / "away");
    EXPECT_THAT(checkpoint_damage(checkpoint).value_or("none"),
                HasSubstr(file.filename().string() + " is missing"));
    fs::rename(run() / "away", file);
  }
  EXPECT_FALSE(checkpoint_damage(checkpoint));
}

TEST_F(Checkpoints, BitFlipsInEveryFileAreNoticed) {
  const fs::path checkpoint = write(1);
  for (const auto& item : fs::directory_iterator(checkpoint)) {
    const std::string whole = read_text_file(item.path());
    // Every byte of the manifest, which vouches for the others; samples of these.
    const bool manifest = item.path().filename() == "manifest.json";
    const size_t count = manifest ? whole.size() : 50;
    for (size_t i = 0; i < count; ++i) {
      std::string flipped = whole;
      const size_t at = manifest ? i : random_below(1, 1, i, whole.size());
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << random_below(1, 2, i, 8)));
      test::write_text(item.path(), flipped);
      EXPECT_TRUE(checkpoint_damage(checkpoint)) << item.path() << " byte " << at;
    }
    test::write_text(item.path(), whole);
  }
  EXPECT_FALSE(checkpoint_damage(checkpoint));
}

TEST_F(Checkpoints, ForeignFilesInsideAreTolerated) {
  const fs::path checkpoint = write(1);
  test::write_text(checkpoint / "README.md", "notes");
  EXPECT_FALSE(checkpoint_damage(checkpoint));
}

TEST_F(Checkpoints, ADamagedNewestIsNamedAndSkipped) {
  write(5);
  write(10);
  const fs::path newest_path = write(15);
  test::write_text(newest_path / "state.json", "{}");
  EXPECT_EQ(newest(), run() / "checkpoint-10");
  ASSERT_EQ(warnings_.size(), 1U);
  EXPECT_THAT(warnings_[0], HasSubstr("checkpoint-15: not used: state.json has 2 bytes"));
  EXPECT_EQ(write(15), newest_path);  // a whole one takes the damaged one's place
  EXPECT_EQ(newest(), newest_path);
}

TEST_F(Checkpoints, NewestGoesByNumber) {
  for (const int64_t step : {9, 10, 100}) write(step);
  fs::create_directory(run() / "checkpoint-x");
  fs::create_directory(run() / "checkpoint--200");
  test::write_text(run() / "checkpoint-300", "a file");
  EXPECT_EQ(newest(), run() / "checkpoint-100");
  EXPECT_THAT(warnings_, IsEmpty());
  EXPECT_EQ(list_checkpoints(run() / "nowhere").size(), 0U);
}

TEST_F(Checkpoints, PruningKeepsWholeOnes) {
  for (const int64_t step : {1, 2, 3, 4}) write(step);
  test::write_text(run() / "checkpoint-4" / "optimizer.safetensors", "");
  fs::create_directory(run() / ".writing-checkpoint-5");
  fs::create_directory(run() / ".removing-checkpoint-0");
  prune_checkpoints(run(), {.newest = 2});
  // The damaged newest one does not count.
  EXPECT_THAT(names(), ElementsAre("checkpoint-2", "checkpoint-3", "checkpoint-4"));
  prune_checkpoints(run(), {.newest = 1});
  EXPECT_THAT(names(), ElementsAre("checkpoint-3", "checkpoint-4"));
}

TEST_F(Checkpoints, PruningNeverRemovesTheOnlyWholeOne) {
  for (const int64_t step : {1, 2, 3}) write(step);
  test::write_text(run() / "checkpoint-2" / "state.json", "");
  test::write_text(run() / "checkpoint-3" / "state.json", "");
  prune_checkpoints(run(), {.newest = 1});
  EXPECT_EQ(newest(), run() / "checkpoint-1");
}

TEST_F(Checkpoints, PruningKeepsSomeForGood) {
  for (int64_t step = 1; step <= 12; ++step) {
    write(step);
    prune_checkpoints(run(), {.newest = 2, .every = 5, .best = step < 3 ? 0 : 3});
  }
  EXPECT_THAT(names(), ElementsAre("checkpoint-10", "checkpoint-11", "checkpoint-12",
                                   "checkpoint-3", "checkpoint-5"));
  // They are no substitute for the newest ones.
  test::write_text(run() / "checkpoint-11" / "state.json", "");
  test::write_text(run() / "checkpoint-12" / "state.json", "");
  write(9);
  prune_checkpoints(run(), {.newest = 1, .every = 5, .best = 0});
  EXPECT_EQ(newest(), run() / "checkpoint-10");
  EXPECT_THAT(names(),
              ElementsAre("checkpoint-10", "checkpoint-11", "checkpoint-12", "checkpoint-5"));
}

TEST_F(Checkpoints, ContentDoesNotChangeWithTraining) {
  const auto content = checkpoint_content(adapter_, optimizer_, {5, 0, 0, 0, "key"});
  const at::Tensor before = adapter_.flat().clone(), moment = optimizer_.exp_avg().clone();
  train(3);
  ASSERT_FALSE(at::equal(adapter_.flat(), before));
  write_checkpoint(run(), content, "base");
  Adapter other = test::tiny_adapter(2);
  AdamW optimizer(other, {});
  restore_checkpoint(run() / "checkpoint-5", other, optimizer);
  EXPECT_TRUE(at::equal(other.flat(), before));
  EXPECT_TRUE(at::equal(optimizer.exp_avg(), moment));
  EXPECT_EQ(optimizer.steps(), 3);
}

TEST_F(Checkpoints, AWholeOneOfThisStepIsNotTouched) {
  const fs::path checkpoint = write(4);
  const auto before = fs::last_write_time(checkpoint / "manifest.json");
  train(1);
  write(4);
  EXPECT_EQ(fs::last_write_time(checkpoint / "manifest.json"), before);
  EXPECT_THAT(error_of([&] {
                write(TrainingState{4, 0, 0, 0, "other key"});
              }),
              HasSubstr("checkpoint-4: belongs to another run"));
}

TEST_F(Checkpoints, OpenMeasurementsAreStoredAndReplacedOnceTheyAreDone) {
  TrainingState state{4, 400, 64, 1.5, "key"};
  state.open = {{"held-out pairs"}, 2};
  write(state);
  const fs::path checkpoint = run() / "checkpoint-4";
  EXPECT_EQ(read_checkpoint_state(checkpoint).open, state.open);
  state.open = {{"held-out pairs", "a task"}, 3};
  write(state);
  EXPECT_EQ(read_checkpoint_state(checkpoint).open, state.open);
  state.open.reset();
  write(state);
  EXPECT_FALSE(read_checkpoint_state(checkpoint).open);
  EXPECT_FALSE(checkpoint_damage(checkpoint));
  EXPECT_THAT(names(), ElementsAre("checkpoint-4"));
}

TEST_F(Checkpoints, AnotherAdaptersCheckpointChangesNothing) {
  const fs::path checkpoint = write(1);
  LoraConfig lora = test::tiny_lora();
  lora.rank = 4;
  Adapter larger(test::tiny_config("llama"), lora, 1, at::kCPU);
  lora.targets = {"all-linear"};
  Adapter wider(test::tiny_config("llama"), lora, 1, at::kCPU);
  for (Adapter* other : {&larger, &wider}) {
    const at::Tensor before = other->flat().clone();
    AdamW optimizer(*other, {});
    EXPECT_THAT(error_of([&] { restore_checkpoint(checkpoint, *other, optimizer); }),
                HasSubstr("belongs to another adapter"));
    EXPECT_TRUE(at::equal(other->flat(), before));
  }
}

TEST_F(Checkpoints, AFileInTheWayOfTheRunDirectory) {
  test::write_text(run() / "file", "");
  const std::string message = error_of([&] { write_to(run() / "file", {1, 0, 0, 0, "key"}); });
  EXPECT_THAT(message, HasSubstr("not written"));
  EXPECT_THAT(message, HasSubstr("earlier checkpoints are untouched"));
}

TEST_F(Checkpoints, AFullDiskLeavesEarlierOnesAndNothingElse) {
  write(1);
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  // From not a byte to all but the optimizer's state: every file is the one that does not fit.
  for (const rlim_t limit : {0, 100, 500, 700}) {
    const rlimit small{limit, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    const std::string message = error_of([&] { write(2); });
    setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_THAT(message, HasSubstr("checkpoint of step 2 not written"));
    EXPECT_THAT(message, HasSubstr("File too large; earlier checkpoints are untouched"));
    EXPECT_THAT(names(), ElementsAre("checkpoint-1")) << limit;
  }
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(newest(), run() / "checkpoint-1");
}

}  // namespace
}  // namespace braid

// The best adapter of a run by a measured number, and runs that end early.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/binary/expect.h"
#include "tests/binary/fixture.h"

namespace braid {
namespace {

namespace fs = std::filesystem;
using test::expect_error;
using test::expect_success;
using test::lines_of;
using test::run_braid;
using testing::HasSubstr;
using testing::Not;

class Best : public testing::Test {
 protected:
  void SetUp() override {
    test::make_tiny_run(directory_.path());
    test::write_byte_tokenizer(path("model"));
    write_file_atomic(path("everyday.jsonl"), test::tiny_choices());
    config_ = test::tiny_run_json();
    config_["evaluation"] = Json::array({{{"task", "everyday"},
                                          {"files", "everyday.jsonl"},
                                          {"every", 4},
                                          {"metrics", {"accuracy", "perplexity"}}}});
    config_["train"]["max_steps"] = 20;
    config_["train"]["eval_every"] = 2;
    config_["train"]["keep_checkpoints"] = 100;
  }

  fs::path path(const std::string& name) const { return directory_.path() / name; }
  void choose(const std::string& number, const std::string& goal, int patience = 0) {
    config_["train"]["best"] = number;
    config_["train"]["best_goal"] = goal;
    config_["train"]["patience"] = patience;
  }
  test::Result train(const std::string& output = "run") {
    config_["output"] = output;
    write_file_atomic(path("run.json"), config_.dump());
    return run_braid({"train", path("run.json").string()});
  }

  // step -> value of a number in metrics.jsonl.
  std::map<int64_t, double> logged(const std::string& run, const std::string& number) const {
    std::map<int64_t, double> values;
    for (const std::string& line : lines_of(read_text_file(path(run) / "metrics.jsonl"))) {
      const Json record = Json::parse(line);
      if (record.contains(number)) values[record["step"].get<int64_t>()] = record[number];
    }
    return values;
  }
  void expect_same(const std::string& first, const std::string& second,
                   const std::string& file) const {
    EXPECT_TRUE(read_text_file(path(first) / file) == read_text_file(path(second) / file)) << file;
  }

  test::TemporaryDirectory directory_;
  Json config_;
};

TEST_F(Best, IsTheAdapterOfTheBestMeasurement) {
  choose("eval/everyday/perplexity", "auto");
  const auto result = train();
  expect_success(result);
  const auto values = logged("run", "eval/everyday/perplexity");
  ASSERT_EQ(values.size(), 5u);
  const auto lowest =
      std::ranges::min_element(values, {}, [](const auto& measured) { return measured.second; });
  const Json best = read_json_file(path("run/best/best.json"));
  EXPECT_EQ(best["number"], "eval/everyday/perplexity");
  EXPECT_EQ(best["goal"], "min");
  EXPECT_EQ(best["step"], lowest->first);
  EXPECT_EQ(best["value"].get<double>(), lowest->second);
  EXPECT_THAT(result.err, HasSubstr(fmt::format("at step {}", lowest->first)));
  const auto checkpoint = fmt::format("run/checkpoint-{}", lowest->first);
  expect_same("run/best", checkpoint, "adapter_model.safetensors");
  expect_same("run/best", checkpoint, "adapter_config.json");
  expect_success(
      run_braid({"eval", path("run.json").string(), "--adapter", path("run/best").string()}));
}

// Margins grow, so that the first measurement is the lowest: the run ends after three more. What is
// measured at the end of every run is measured then.
TEST_F(Best, PatienceEndsTheRun) {
  choose("eval_rewards/margins", "min", 3);
  config_["evaluation"][0]["every"] = 5;
  const auto result = train();
  expect_success(result);
  EXPECT_THAT(result.err, HasSubstr("step 8: no improvement in 3 measurements"));
  EXPECT_EQ(read_json_file(path("run/best/best.json"))["step"], 2);
  EXPECT_EQ(logged("run", "loss").rbegin()->first, 8);
  EXPECT_EQ(logged("run", "eval_loss").rbegin()->first, 8);
  EXPECT_EQ(logged("run", "eval/everyday/accuracy").rbegin()->first, 8);
  expect_same("run/adapter", "run/checkpoint-8", "adapter_model.safetensors");
  // It stays ended, until more patience is given.
  expect_success(train());
  EXPECT_EQ(logged("run", "loss").rbegin()->first, 8);
  choose("eval_rewards/margins", "min", 5);
  const auto longer = train();
  expect_success(longer);
  EXPECT_THAT(longer.err, HasSubstr("step 12: no improvement in 5 measurements"));
}

TEST_F(Best, AResumedRunKeepsTheSameOne) {
  for (const auto& [goal, last] : {std::pair("min", "checkpoint-8"), {"max", "checkpoint-20"}}) {
    const std::string whole = std::string("whole-") + goal;
    choose("eval_rewards/margins", goal, 3);
    expect_success(train(whole));
    ASSERT_TRUE(fs::exists(path(whole) / last)) << goal;
    for (const int step : {2, 6}) {
      // As a run that was killed behind a checkpoint and had found a better one since.
      const std::string run = fmt::format("{}-{}", goal, step);
      fs::copy(path(whole), path(run), fs::copy_options::recursive);
      fs::remove_all(path(run) / "adapter");
      for (int i = step + 2; i <= 20; i += 2) {
        fs::remove_all(path(run) / fmt::format("checkpoint-{}", i));
      }
      write_file_atomic(path(run) / "best" / "adapter_model.safetensors", "of another run");
      const auto result = train(run);
      expect_success(result);
      EXPECT_THAT(result.err, HasSubstr("resuming from"));
      for (const char* directory : {"best", "adapter", last}) {
        expect_same(whole + "/" + directory, run + "/" + directory, "adapter_model.safetensors");
      }
      expect_same(whole + "/best", run + "/best", "best.json");
      expect_same(whole + "/" + last, run + "/" + last, "best.safetensors");
      EXPECT_EQ(logged(run, "eval_loss"), logged(whole, "eval_loss"));
    }
  }
}

TEST_F(Best, AnotherNumberStartsOver) {
  choose("eval_loss", "auto");
  config_["train"]["checkpoint_every"] = 8;
  expect_success(train());
  fs::remove_all(path("run/checkpoint-20"));
  choose("eval_rewards/accuracies", "auto");
  const auto result = train();
  expect_success(result);
  EXPECT_THAT(result.err, HasSubstr("was not looked at before step 16"));
  const Json best = read_json_file(path("run/best/best.json"));
  EXPECT_EQ(best["number"], "eval_rewards/accuracies");
  EXPECT_GT(best["step"], 16);
}

TEST_F(Best, MistakesListWhatThereIs) {
  choose("eval/everyday/acuracy", "auto");
  expect_error(train(), {"train.best", "acuracy", "no such number", "eval/everyday/accuracy",
                         "eval_rewards/margins"});
  choose("eval/everyday/accuracy", "auto");
  config_["evaluation"][0].erase("every");
  expect_error(train(), {"train.best", "everyday", "\"every\""});
  choose("eval_loss", "auto");
  config_["train"]["eval_every"] = 0;
  expect_error(train(), {"train.best", "eval_loss", "train.eval_every"});
  config_["train"]["eval_every"] = 2;
  config_["data"] = {{"train", {"train.jsonl"}}, {"held_out", 0}};
  expect_error(train(), {"train.best", "eval_loss", "no held-out pairs"});
  config_["train"]["best"] = "";
  config_["train"]["patience"] = 2;
  expect_error(train(), {"train.patience", "train.best"});
  EXPECT_FALSE(fs::exists(path("run/metrics.jsonl")));
}

}  // namespace
}  // namespace braid

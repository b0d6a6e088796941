// braid prepare, and training and evaluation on sources, by the real executable.
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

// Rated answers in the words of the byte tokenizer, and a run file that prepares from them.
class Prepare : public testing::Test {
 protected:
  void SetUp() override {
    test::write_tiny_model(path("model"));
    test::write_byte_tokenizer(path("model"));
    write_file_atomic(path("ratings.jsonl"), test::tiny_ratings());
    config_ = test::tiny_run_json();
    config_["data"] = {{"sources", Json::array({test::tiny_rating_source()})}, {"held_out", 0.25}};
    config_["selection"] = {{"fraction", 0.5}};
    config_["train"]["max_steps"] = 2;
    config_["train"]["micro_batch_tokens"] = 200;
    write();
  }

  fs::path path(const std::string& name) const { return directory_.path() / name; }
  void write() const { write_file_atomic(path("run.json"), config_.dump()); }
  test::Result braid(const std::string& command, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {command, path("run.json").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_braid(arguments);
  }
  Json summary() const { return read_json_file(path("run/prepared/summary.json")); }

  test::TemporaryDirectory directory_;
  Json config_;
};

TEST_F(Prepare, NeedsNoModelAndDoesNothingTwice) {
  config_.erase("model");
  write();
  const auto first = braid("prepare");
  expect_success(first);
  EXPECT_THAT(first.out, HasSubstr("ratings (rating): 40 rows; 40 pairs: "));
  const auto written = fs::last_write_time(path("run/prepared/summary.json"));
  const auto second = braid("prepare");
  expect_success(second);
  EXPECT_EQ(second.out, first.out);
  EXPECT_THAT(second.err, HasSubstr("nothing has changed"));
  EXPECT_EQ(fs::last_write_time(path("run/prepared/summary.json")), written);
  expect_success(braid("prepare", {"--selection.fraction", "1"}));
  EXPECT_EQ(summary()["totals"]["pairs"]["dropped"].size(), 0u);
}

TEST_F(Prepare, TrainingAndEvaluationUseWhatWasPrepared) {
  const auto trained = braid("train");
  expect_success(trained);
  const Json totals = summary()["totals"]["pairs"];
  EXPECT_GT(totals["held_out"], 2);
  EXPECT_THAT(trained.err,
              HasSubstr(fmt::format("data: training: {} pairs", totals["train"].dump())));
  EXPECT_THAT(trained.err,
              HasSubstr(fmt::format("data: held out: {} pairs", totals["held_out"].dump())));
  const auto evaluated = braid("eval");
  expect_success(evaluated);
  EXPECT_THAT(evaluated.err, testing::Not(HasSubstr("prepare:")));
  EXPECT_EQ(lines_of(read_text_file(path("run/evaluation/pairs-base.jsonl"))).size(),
            totals["held_out"].get<size_t>());
  const auto again = run_braid({"train", path("run/run.json").string()});  // nothing left to do
  expect_success(again);
  EXPECT_THAT(again.err, HasSubstr("resuming from"));
}

TEST_F(Prepare, AModelCanEmbedAndScore) {
  expect_success(braid("prepare"));
  const Json plain = summary();
  expect_success(braid("prepare", {"--selection.embedder", "model", "--selection.quality", "ifd"}));
  EXPECT_NE(summary()["key"], plain["key"]);
  EXPECT_EQ(summary()["configuration"]["selection"]["quality"], "ifd");
  EXPECT_EQ(summary()["totals"]["pairs"]["made"], 40);
  config_.erase("model");
  write();
  expect_error(braid("prepare", {"--selection.quality", "ifd"}), {"model: missing", "ifd"});
}

TEST_F(Prepare, MistakesAreNamedByKey) {
  config_["data"]["sources"][0]["axis"] = "score";
  write();
  expect_error(braid("prepare"), {"data.sources[0]", "axis"});
  config_["data"]["sources"][0] = "ratings.jsonl";
  write();
  expect_error(braid("prepare"), {"data.sources[0]: expected an object"});
  config_["data"].erase("sources");
  write();
  expect_error(braid("prepare"), {"data.sources: missing"});
  config_["data"] = {{"sources", Json::array({test::tiny_rating_source()})},
                     {"train", {"pairs.jsonl"}}};
  write();
  expect_error(braid("prepare"), {"data.sources and data.train: both given"});
  config_["data"].erase("train");
  config_["selection"]["strategy"] = "best";
  write();
  expect_error(braid("prepare"), {"selection.strategy: \"best\"", "quality_diversity"});
  config_["selection"] = {{"match_size", true}};
  write();
  expect_error(braid("prepare"), {"selection.match_size", "random"});
}

TEST_F(Prepare, ABadRowStopsWithItsPlace) {
  std::string rows = read_text_file(path("ratings.jsonl"));
  rows.insert(0, "{\"prompt\": \n");
  write_file_atomic(path("ratings.jsonl"), rows);
  expect_error(braid("prepare"), {"ratings.jsonl:1:"});
  EXPECT_FALSE(fs::exists(path("run/prepared")));
}

}  // namespace
}  // namespace braid

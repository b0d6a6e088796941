// The run configuration: sources and their order, paths, and every kind of mistake.
#include "trainer/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/trainer/tiny.h"
#include "trainer/options.h"

namespace braid {
namespace {

namespace fs = std::filesystem;
using test::error_of;
using testing::HasSubstr;
using testing::Not;
using Words = std::vector<std::pair<std::string, std::string>>;

class Configuration : public testing::Test {
 protected:
  RunConfiguration load(const std::string& text, const Words& words = {}) {
    test::write_text(file(), text);
    return load_configuration(file(), words);
  }
  std::string load_failure(const std::string& text, const Words& words = {}) {
    return error_of([&] { load(text, words); });
  }
  std::string invalid(const std::string& text) {
    return error_of([&] { load(text).validate(/*needs_model=*/true); });
  }
  fs::path file() const { return directory_.path() / "run.json"; }

  test::TemporaryDirectory directory_;
};

TEST_F(Configuration, CommandLineWinsOverFileOverDefault) {
  const auto config = load(R"({"loss": {"beta": 0.3}, "train": {"max_steps": 7}})",
                           {{"loss.beta", "0.2"}, {"train.shuffle", "false"}});
  EXPECT_EQ(config.loss.beta, 0.2);
  EXPECT_EQ(config.train.max_steps, 7);
  EXPECT_FALSE(config.train.shuffle);
  EXPECT_EQ(config.train.pairs_per_step, 16);
}

TEST_F(Configuration, DottedKeysAreNestedKeys) {
  EXPECT_EQ(load(R"({"loss.beta": 0.3})").loss.beta, 0.3);
  EXPECT_THAT(load_failure(R"({"loss.beta": 0.3, "loss": {"beta": 0.1}})"), HasSubstr("twice"));
}

TEST_F(Configuration, ResolvedConfigurationReadsBackAsItself) {
  auto config = load(R"({"model": "m", "output": "o", "adapter": "a", "seed": 18446744073709551,
      "data": {"train": ["a.jsonl", "/b.jsonl"], "held_out": 0.25},
      "lora": {"targets": "q_proj", "rslora": true},
      "loss": {"kind": "simpo", "gamma": 0.7}, "train": {"reference": "base"}})");
  config.validate(/*needs_model=*/true);
  const std::string resolved = config.to_json().dump();
  test::TemporaryDirectory elsewhere;
  const auto copy = elsewhere.path() / "resolved.json";
  test::write_text(copy, resolved);
  EXPECT_EQ(load_configuration(copy, {}).to_json().dump(), resolved);
}

TEST_F(Configuration, TheRunFileOfARunDirectoryIsAConfiguration) {
  const auto config = load(R"({"braid": "1", "configuration": {"seed": 3}, "identity": {"x": 1}})");
  EXPECT_EQ(config.seed, 3U);
}

TEST_F(Configuration, PathsInTheFileAreRelativeToIt) {
  const auto config = load(R"({"model": "m", "output": "../o", "adapter": "/a",
      "data": {"train": ["x.jsonl", "/y.jsonl"]}, "train": {"reference": "ref"}})");
  const fs::path here = directory_.path();
  EXPECT_EQ(config.model, here / "m");
  EXPECT_EQ(config.output, here.parent_path() / "o");
  EXPECT_EQ(config.adapter, "/a");
  EXPECT_EQ(config.data.train, (std::vector<std::string>{here / "x.jsonl", "/y.jsonl"}));
  EXPECT_EQ(config.train.reference, here / "ref");
}

TEST_F(Configuration, PathsOfFlagsAreRelativeToTheWorkingDirectory) {
  const auto config = load(R"({"model": "m"})", {{"output", "o"}, {"train.reference", "ref"}});
  EXPECT_EQ(config.model, directory_.path() / "m");
  EXPECT_EQ(config.output, fs::current_path() / "o");
  EXPECT_EQ(config.train.reference, fs::current_path() / "ref");
}

TEST_F(Configuration, NamedReferencesAreNoPaths) {
  EXPECT_EQ(load(R"({"train": {"reference": "initial"}})").train.reference, "initial");
  EXPECT_EQ(load("{}").train.reference, "base");
  EXPECT_EQ(load("{}").model, "");
}

TEST_F(Configuration, ListsOnTheCommandLine) {
  using Strings = std::vector<std::string>;
  EXPECT_EQ(load("{}", {{"lora.targets", "q_proj,v_proj"}}).lora.targets,
            (Strings{"q_proj", "v_proj"}));
  EXPECT_EQ(load("{}", {{"lora.targets", R"(["regex:a{1,2}"])"}}).lora.targets,
            (Strings{"regex:a{1,2}"}));
  EXPECT_EQ(load(R"({"lora": {"targets": "q_proj"}})").lora.targets, (Strings{"q_proj"}));
}

TEST_F(Configuration, NullIsTheSameAsAbsent) {
  EXPECT_EQ(load(R"({"loss": {"beta": null}, "adapter": null})").to_json().dump(),
            load("{}").to_json().dump());
}

TEST_F(Configuration, EveryOptionRefusesAnotherType) {
  RunConfiguration defaults;
  for (const Option& option : option_table(defaults)) {
    const bool text = option.kind() == "string" || option.kind() == "list";
    for (const char* wrong :
         {"[1]", text ? "3" : "\"x\"", option.kind() == "boolean" ? "1" : "true"}) {
      const std::string message =
          load_failure("{\"" + option.key() + "\": " + std::string(wrong) + "}");
      EXPECT_THAT(message, HasSubstr("run.json: " + option.key())) << wrong;
    }
  }
}

TEST_F(Configuration, MistakesAreReportedAllAtOnce) {
  const std::string message = load_failure(
      R"({"dtype": 3, "loss": {"bta": 0.1}, "train": {"max_steps": 1.5}, "learning_rate": 1e-4})");
  EXPECT_THAT(message, HasSubstr("dtype: expected a string, got 3"));
  EXPECT_THAT(message, HasSubstr("\"loss.bta\": unknown key; did you mean loss.beta?"));
  EXPECT_THAT(message, HasSubstr("train.max_steps: expected an integer"));
  EXPECT_THAT(message, HasSubstr("did you mean optimizer.learning_rate?"));
  EXPECT_THAT(message, Not(HasSubstr("\n")));
}

TEST_F(Configuration, UnknownKeysWithoutNearMiss) {
  const std::string message = load_failure(R"({"zzzzzzzz": 1})");
  EXPECT_THAT(message, HasSubstr("\"zzzzzzzz\": unknown key"));
  EXPECT_THAT(message, Not(HasSubstr("did you mean")));
  EXPECT_THAT(load_failure(fmt::format("{{\"{:x>5000}\": 1}}", "")), HasSubstr("unknown key"));
}

TEST_F(Configuration, FlagsNameTheirMistakes) {
  EXPECT_THAT(load_failure("{}", {{"loss.beta", "much"}}),
              HasSubstr("command line: loss.beta: expected a finite number, got \"much\""));
  EXPECT_THAT(load_failure("{}", {{"train.max_steps", "-"}}), HasSubstr("train.max_steps"));
  EXPECT_THAT(load_failure("{}", {{"train.shuffle", "maybe"}}), HasSubstr("true or false"));
  EXPECT_THAT(load_failure("{}", {{"lora.targets", "[1"}}),
              HasSubstr("command line: lora.targets: not valid JSON"));
  EXPECT_THAT(load_failure("{}", {{"loss.kind", "dbo"}}), HasSubstr("\"dbo\"; dpo, robust"));
  EXPECT_THAT(load_failure("{}", {{"seed", "-1"}}), HasSubstr("seed: -1; at least 0"));
  EXPECT_THAT(load_failure("{}", {{"threads", "null"}}), HasSubstr("threads: expected"));
}

TEST_F(Configuration, FilesThatAreNoConfiguration) {
  EXPECT_THAT(load_failure("{\"model\": "), HasSubstr("run.json: not valid JSON"));
  EXPECT_THAT(load_failure("[1, 2]"), HasSubstr("run.json: expected a JSON object"));
  EXPECT_THAT(load_failure(R"({"seed": 1, "seed": 2})"), HasSubstr("twice"));
  EXPECT_THAT(error_of([&] { load_configuration(directory_.path() / "none.json", {}); }),
              HasSubstr("none.json: cannot open"));
}

TEST_F(Configuration, ValidateReportsEveryRangeAtOnce) {
  const std::string message = invalid(R"({"dtype": "fp8", "device": "tpu", "threads": -1,
      "data": {"held_out": 1, "max_length": 1}, "lora": {"rank": 0},
      "loss": {"beta": 0}, "train": {"epochs": 0, "keep_checkpoints": 0},
      "optimizer": {"beta1": 1, "schedule": "step", "min_ratio": 2}})");
  for (const char* part :
       {"model: missing", "dtype: \"fp8\"; valid: bf16 or fp32", "device: \"tpu\"", "threads: -1",
        "data.held_out: 1.0; valid: at least 0, below 1", "data.max_length: 1",
        "lora.rank: 0; valid: at least 1", "loss.beta", "train.epochs: 0.0; valid: above 0",
        "train.keep_checkpoints: 0", "optimizer.beta1", "optimizer.schedule",
        "optimizer.min_ratio: 2.0; valid: at least 0, at most 1"}) {
    EXPECT_THAT(message, HasSubstr(part));
  }
}

TEST_F(Configuration, RulesBetweenKeys) {
  EXPECT_EQ(invalid(R"({"model": "m"})"), "no error");
  EXPECT_THAT(invalid(R"({"model": "m", "data": {"max_length": 8, "max_prompt_length": 8}})"),
              HasSubstr("data.max_prompt_length: 8; below data.max_length (8)"));
  EXPECT_THAT(invalid(R"({"model": "m", "train": {"preference_weight": 0}})"), HasSubstr("both 0"));
  EXPECT_THAT(invalid(R"({"model": "m", "loss": {"kind": "simpo"}, "train": {"reference": "r"}})"),
              HasSubstr("simpo uses no reference"));
  EXPECT_THAT(invalid(R"({"model": "m", "optimizer": {"schedule": "constant", "min_ratio": 0.1}})"),
              HasSubstr("optimizer.min_ratio: 0.1"));
  EXPECT_THAT(invalid(R"({"model": "m", "train": {"max_steps": 5}, "optimizer": {"warmup": 5}})"),
              HasSubstr("optimizer.warmup: 5; below train.max_steps (5)"));
  EXPECT_THAT(invalid(R"({"model": "m", "loss": {"kind": "hinge", "gamma": 2}})"),
              HasSubstr("loss.gamma"));
  EXPECT_THAT(invalid(R"({"model": "m", "loss": {"kind": "exo"}})"),
              HasSubstr("loss.label_smoothing"));
}

TEST(NearMisses, BestFirstAndNotTooMany) {
  const std::vector<std::string> known = {"loss.beta", "optimizer.beta1", "optimizer.beta2",
                                          "lora.rank"};
  EXPECT_EQ(near_misses("loss.betta", known).front(), "loss.beta");
  EXPECT_EQ(near_misses("beta", known).front(), "loss.beta");
  EXPECT_EQ(near_misses("lora.rnak", known), std::vector<std::string>{"lora.rank"});
  EXPECT_TRUE(near_misses("something.else", known).empty());
}

}  // namespace
}  // namespace braid

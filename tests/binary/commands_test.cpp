// eval, generate and inspect on tiny models, by the real executable.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/error.h"
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

// A run directory with a trained adapter; made once, because training takes seconds.
const fs::path& trained() {
  static const test::TemporaryDirectory directory;
  static const bool done = [] {
    const auto run = test::make_tiny_run(directory.path());
    test::write_byte_tokenizer(directory.path() / "model");
    expect_success(run_braid({"train", run.string()}));
    return true;
  }();
  EXPECT_TRUE(done);
  return directory.path();
}

std::map<std::string, std::string> contents(const fs::path& directory, const fs::path& without) {
  std::map<std::string, std::string> files;
  for (const auto& item : fs::recursive_directory_iterator(directory)) {
    const std::string path = item.path().string();
    if (item.is_regular_file() && !path.starts_with(without.string())) {
      files[path] = read_text_file(path);
    }
  }
  return files;
}

TEST(Eval, ComparesBaseAndAdapterWithoutTouchingTheRun) {
  const auto evaluation = trained() / "run" / "evaluation";
  const auto before = contents(trained(), evaluation);
  const auto result = run_braid({"eval", (trained() / "run.json").string()});
  expect_success(result);
  EXPECT_EQ(contents(trained(), evaluation), before);

  const auto rows = lines_of(result.out);
  ASSERT_EQ(rows.size(), 4U) << result.out;
  EXPECT_THAT(rows[0], HasSubstr("accuracy [95 %]"));
  EXPECT_THAT(rows[1], testing::StartsWith("base"));
  EXPECT_THAT(rows[1], HasSubstr("0.6931"));  // ln 2: base and reference are the same
  EXPECT_THAT(rows[2], testing::StartsWith("adapter"));
  EXPECT_THAT(rows[3], testing::StartsWith("difference"));

  const Json document = read_json_file(evaluation / "evaluation.json");
  const Json& policies = document["policies"];
  ASSERT_EQ(policies.size(), 2U);
  EXPECT_EQ(policies[0]["eval_rewards/accuracies"], 0.5);
  EXPECT_GT(policies[1]["eval_rewards/margins"].get<double>(), 0);  // it has learnt something
  EXPECT_LT(policies[1]["eval_loss"].get<double>(), policies[0]["eval_loss"].get<double>());
  const double gain = policies[1]["eval_rewards/accuracies"].get<double>() - 0.5;
  EXPECT_NEAR(document["differences"]["eval_rewards/accuracies"]["value"].get<double>(), gain,
              1e-12);
  EXPECT_EQ(lines_of(read_text_file(evaluation / "pairs-base.jsonl")).size(), 10U);
  EXPECT_EQ(lines_of(read_text_file(evaluation / "pairs-adapter.jsonl")).size(), 10U);
}

TEST(Eval, NeedsNoTrainingData) {
  const test::TemporaryDirectory elsewhere;
  const auto output = elsewhere.path() / "out";
  const auto result = run_braid({"eval", (trained() / "run.json").string(), "--data.train",
                                 "/none.jsonl", "--output", output.string(), "--adapter",
                                 (trained() / "run" / "checkpoint-6").string()});
  expect_success(result);
  EXPECT_TRUE(fs::exists(output / "evaluation" / "pairs-adapter.jsonl"));
  EXPECT_FALSE(fs::exists(output / "metrics.jsonl"));
}

TEST(Eval, TheBaseAlone) {
  const test::TemporaryDirectory directory;
  const auto run = test::make_tiny_run(directory.path());
  const auto result = run_braid({"eval", run.string()});
  expect_success(result);
  EXPECT_EQ(lines_of(result.out).size(), 2U) << result.out;
  EXPECT_THAT(result.err, HasSubstr("the base alone"));
}

TEST(Eval, SourcesHaveRowsUnderTheirPolicy) {
  const test::TemporaryDirectory directory;
  const auto run = test::make_tiny_run(directory.path());
  std::string rows;
  for (const std::string& line : lines_of(test::tiny_id_pairs(10))) {
    Json row = Json::parse(line);
    row["source"] = rows.empty() ? "edits" : "ratings";
    rows += row.dump() + "\n";
  }
  write_file_atomic(directory.path() / "held_out.jsonl", rows);
  const auto result = run_braid({"eval", run.string()});
  expect_success(result);
  const auto table = lines_of(result.out);
  ASSERT_EQ(table.size(), 5U) << result.out;
  EXPECT_THAT(table[2], testing::StartsWith("  edits"));
  EXPECT_THAT(table[3], testing::StartsWith("  ratings"));
  EXPECT_THAT(table[4], testing::StartsWith("  mean of sources"));
  const Json document = read_json_file(directory.path() / "run" / "evaluation" / "evaluation.json");
  EXPECT_EQ(document["policies"][0]["sources"]["ratings"]["pairs"], 9);
  EXPECT_EQ(document["policies"][0]["macro"]["eval_rewards/accuracies"], 0.5);
}

TEST(Generate, IsTheSameForTheSameSeed) {
  const std::vector<std::string> arguments = {"generate",
                                              "--model",
                                              (trained() / "model").string(),
                                              "--prompt",
                                              "hello",
                                              "--dtype",
                                              "fp32",
                                              "--temperature",
                                              "1.5",
                                              "--seed",
                                              "3",
                                              "--device",
                                              "cpu",
                                              "--max_new_tokens",
                                              "20"};
  const auto first = run_braid(arguments), second = run_braid(arguments);
  expect_success(first);
  EXPECT_EQ(first.out, second.out);
  EXPECT_THAT(first.out, testing::EndsWith("\n"));
  auto other = arguments;
  other[10] = "4";
  EXPECT_NE(run_braid(other).out, first.out);
}

TEST(Generate, WritesOnlyWholeCodePoints) {
  // A random model of bytes says anything; what is shown must be UTF-8 all the same.
  const auto result =
      run_braid({"generate", "--model", (trained() / "model").string(), "--prompt", "-", "--dtype",
                 "fp32", "--temperature", "3", "--max_new_tokens", "100", "--raw"},
                {.input = "caf\xc3\xa9\n", .out = {}});
  expect_success(result);
  EXPECT_NO_THROW(Json(result.out).dump());
  EXPECT_GT(result.out.size(), 50U);
}

TEST(Generate, UsesTheRunAndItsAdapter) {
  const auto result = run_braid(
      {"generate", (trained() / "run.json").string(), "--prompt", "a", "--max_new_tokens", "2"});
  expect_success(result);
  EXPECT_THAT(result.err, HasSubstr("adapter: "));
}

TEST(Generate, RefusesWhatCannotWork) {
  const std::string model = (trained() / "model").string();
  expect_error(run_braid({"generate", "--model", model, "--prompt", ""}), {"prompt is empty"});
  expect_error(run_braid({"generate", "--prompt", "x"}), {"model: missing"});
  expect_error(run_braid({"generate", "--model", model, "--prompt", "x", "--top_p", "0"}),
               {"top_p"});
  expect_error(run_braid({"generate", "--model", model, "--prompt", "\xff\xfe"}), {"UTF-8"});
  expect_error(
      run_braid({"generate", "--model", model, "--prompt", std::string(300, 'x'), "--raw"}),
      {"256"});  // longer than the context
}

TEST(Inspect, Model) {
  const auto result = run_braid({"inspect", "model", (trained() / "model").string()});
  expect_success(result);
  EXPECT_THAT(result.out, HasSubstr("llama"));
  EXPECT_THAT(result.out, HasSubstr("258 tokens"));
  EXPECT_THAT(result.out, HasSubstr("tensors F32     20 (9488 parameters"));
}

TEST(Inspect, Adapter) {
  const auto result = run_braid({"inspect", "adapter", (trained() / "run" / "adapter").string(),
                                 "--model", (trained() / "model").string()});
  expect_success(result);
  EXPECT_THAT(result.out, HasSubstr("rank            4"));
  EXPECT_THAT(result.out, HasSubstr("14 modules, fingerprint"));
}

TEST(Inspect, CheckpointsAndTheirDamage) {
  const test::TemporaryDirectory copy;
  for (const char* name : {"checkpoint-4", "checkpoint-6"}) {
    fs::copy(trained() / "run" / name, copy.path() / name);
  }
  const auto whole = run_braid({"inspect", "checkpoint", copy.path().string()});
  expect_success(whole);
  EXPECT_THAT(whole.out, HasSubstr("checkpoint-6: whole: step 6, 24 pairs"));
  EXPECT_THAT(whole.out, HasSubstr("checkpoint-4: whole: step 4"));

  fs::resize_file(copy.path() / "checkpoint-6" / "optimizer.safetensors", 10);
  const auto damaged = run_braid({"inspect", "checkpoint", copy.path().string()});
  EXPECT_EQ(damaged.exit_code, 1);
  EXPECT_THAT(damaged.out, HasSubstr("checkpoint-4: whole"));
  EXPECT_THAT(damaged.err, HasSubstr("checkpoint-6: optimizer.safetensors has 10 bytes"));
  expect_error(run_braid({"inspect", "checkpoint", (copy.path() / "checkpoint-6").string()}),
               {"optimizer.safetensors"});
  expect_error(run_braid({"inspect", "checkpoint", (copy.path() / "none").string()}),
               {"no such directory"});
}

TEST(Inspect, BatchShowsTheLossMask) {
  const auto result =
      run_braid({"inspect", "batch", (trained() / "run.json").string(), "--count", "2"});
  expect_success(result);
  EXPECT_THAT(result.out, HasSubstr("group 1 of 24"));
  EXPECT_THAT(result.out, HasSubstr("train.jsonl:2"));
  EXPECT_THAT(result.out, Not(HasSubstr("group 3 of 24")));
  const auto rows = lines_of(result.out);
  ASSERT_GE(rows.size(), 12U);
  // Prompt 1 3 10, chosen 11 12 13 2, rejected 9 8 2: the answers are in the loss, and the rejected
  // one continues at the prompt's end.
  const auto words = [](const std::string& row) {
    std::vector<std::string> result;
    std::istringstream text(row);
    for (std::string word; text >> word;) result.push_back(word);
    return result;
  };
  using Words = std::vector<std::string>;
  EXPECT_EQ(words(rows[2]), (Words{"0", "1", "prompt", "0", "0", R"("\u0001")"}));
  EXPECT_EQ(words(rows[5]), (Words{"3", "11", "chosen", "3", "1", R"("\u000b")"}));
  EXPECT_EQ(words(rows[9]), (Words{"7", "9", "rejected", "3", "1", R"("\t")"}));
}

TEST(Inspect, BatchShowsTheText) {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "text.jsonl";
  write_file_atomic(file, R"({"prompt": "Hi", "chosen": "yes", "rejected": "no"})");
  const auto result = run_braid(
      {"inspect", "batch", (trained() / "run.json").string(), "--data.train", file.string()});
  expect_success(result);
  EXPECT_THAT(result.out, HasSubstr("\"<|im_start|>\""));
  EXPECT_THAT(result.out, HasSubstr("\"<|im_end|>\""));
  EXPECT_THAT(result.out, HasSubstr("\"H\""));
}

TEST(Inspect, Tokens) {
  const std::string model = (trained() / "model").string();
  const auto plain = run_braid({"inspect", "tokens", model, "--text", "a<|im_end|>"});
  expect_success(plain);
  EXPECT_THAT(plain.out, HasSubstr("    97  0-1        \"a\"\n"));
  EXPECT_THAT(plain.out, HasSubstr("    60  1-2        \"<\"\n"));
  const auto control =
      run_braid({"inspect", "tokens", model, "--text", "a<|im_end|>", "--control"});
  EXPECT_THAT(control.out, HasSubstr("1-11       \"<|im_end|>\"\n"));
  expect_error(run_braid({"inspect", "tokens", model, "--text", "a\xff"}), {"UTF-8"});
}

TEST(Inspect, Template) {
  const auto sample = run_braid({"inspect", "template", "--model", (trained() / "model").string()});
  expect_success(sample);
  EXPECT_THAT(sample.out, HasSubstr("answers end   "));
  EXPECT_THAT(sample.out, HasSubstr("written by the template"));
  EXPECT_THAT(sample.out, HasSubstr("<|im_start|>user\nWhy is the sky blue?<|im_end|>\n"));
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "text.jsonl";
  write_file_atomic(file, R"({"prompt": "Hi", "chosen": "yes", "rejected": "no"})");
  const auto rows = run_braid(
      {"inspect", "template", (trained() / "run.json").string(), "--data.train", file.string()});
  expect_success(rows);
  EXPECT_THAT(rows.out, HasSubstr("assistant\n⟦yes<|im_end|>⟧\n"));
  EXPECT_THAT(rows.out, HasSubstr("assistant\n⟦no<|im_end|>⟧\n"));
}

}  // namespace
}  // namespace braid

// From files to groups: ids without a tokenizer, the split, and what is said about the data.
#include "trainer/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/trainer/tiny.h"

namespace braid {
namespace {

using testing::Contains;
using testing::HasSubstr;

class DatasetOfIds : public testing::Test {
 protected:
  DatasetOfIds() {
    config_.model = (directory_.path() / "model").string();  // no tokenizer there
    model_.vocab_size = 32;
    std::string rows;
    for (int i = 0; i < 20; ++i) rows += row(i);
    config_.data.train = {file("train.jsonl", rows)};
  }

  static std::string row(int i) {
    return fmt::format(R"({{"prompt_ids": [1, {}], "chosen_ids": [3, 2], "rejected_ids": [4, 2]}})"
                       "\n",
                       i);
  }
  std::string file(const std::string& name, const std::string& text) {
    test::write_text(directory_.path() / name, text);
    return (directory_.path() / name).string();
  }
  ModelTokenizer tokenizer() const { return ModelTokenizer(config_.model); }
  std::string load_failure(bool need_training = true) {
    return test::error_of([&] { load_dataset(config_, model_, tokenizer(), need_training); });
  }

  test::TemporaryDirectory directory_;
  RunConfiguration config_;
  ModelConfig model_;
};

TEST_F(DatasetOfIds, NeedsNoTokenizer) {
  EXPECT_EQ(tokenizer().get(), nullptr);
  const Dataset data = load_dataset(config_, model_, tokenizer(), true);
  EXPECT_EQ(data.train.size() + data.validation.size(), 20U);
  EXPECT_GT(data.train.size(), data.validation.size());
}

TEST_F(DatasetOfIds, HeldOutPromptsAreInNeitherBoth) {
  config_.data.held_out = 0.5;
  const Dataset data = load_dataset(config_, model_, tokenizer(), true);
  std::set<std::string_view> train;
  for (const auto& group : data.train) train.insert(group.key);
  for (const auto& group : data.validation) EXPECT_FALSE(train.contains(group.key));
  EXPECT_FALSE(data.validation.empty());
}

TEST_F(DatasetOfIds, ValidationFilesReplaceTheSplit) {
  config_.data.validation = {file("held.jsonl", row(3) + row(30))};
  const Dataset data = load_dataset(config_, model_, tokenizer(), true);
  EXPECT_EQ(data.train.size(), 20U);
  EXPECT_EQ(data.validation.size(), 2U);
  EXPECT_EQ(data.train_prompts_held_out, 1);
  EXPECT_THAT(data.describe(), Contains("warning: 1 training prompts are in data.validation too"));
}

TEST_F(DatasetOfIds, EvaluationReadsNoTrainingFileWhenValidationIsGiven) {
  config_.data.train = {"does-not-exist.jsonl"};
  config_.data.validation = {file("held.jsonl", row(3))};
  EXPECT_EQ(load_dataset(config_, model_, tokenizer(), false).validation.size(), 1U);
  config_.data.train.clear();
  EXPECT_EQ(load_dataset(config_, model_, tokenizer(), false).validation.size(), 1U);
}

TEST_F(DatasetOfIds, IdsMustBeInTheEmbedding) {
  model_.vocab_size = 10;
  EXPECT_THAT(load_failure(), HasSubstr("train.jsonl:11"));
  EXPECT_THAT(load_failure(), HasSubstr("10"));
}

TEST_F(DatasetOfIds, TextNeedsATokenizer) {
  config_.data.validation = {file("text.jsonl", R"({"prompt": "a", "chosen": "b", "rejected": "c"})"
                                                "\n")};
  EXPECT_THAT(load_failure(), HasSubstr("model"));
}

TEST_F(DatasetOfIds, MissingAndEmptyDataIsNamedByKey) {
  config_.data.train.clear();
  EXPECT_THAT(load_failure(true), HasSubstr("data.sources: missing"));
  EXPECT_THAT(load_failure(false), HasSubstr("data.validation: missing"));
  config_.data.train = {file("empty.jsonl", "")};
  EXPECT_THAT(load_failure(true), HasSubstr("data.train: nothing to train on"));
}

TEST_F(DatasetOfIds, DropsAndCutsAreDescribed) {
  config_.data.held_out = 0;
  config_.data.limits.max_length = 4;
  config_.data.train = {
      file("train.jsonl",
           row(1) + R"({"prompt_ids": [1, 2, 3, 4, 5], "chosen_ids": [3], "rejected_ids": [4]})"
                    "\n"
                    R"({"prompt_ids": [1, 9], "chosen_ids": [5, 6, 7, 2], "rejected_ids": [4, 2]})"
                    "\n"
                    R"({"prompt_ids": [1, 9], "chosen_ids": [5, 6]})"
                    "\n")};
  const auto lines = load_dataset(config_, model_, tokenizer(), true).describe();
  EXPECT_THAT(lines, Contains("training: 2 pairs, 1 demonstrations, 16 tokens"));
  EXPECT_THAT(lines, Contains("dropped: 1 (prompt too long)"));
  EXPECT_THAT(lines, Contains(HasSubstr("cut answers: 1")));
}

}  // namespace
}  // namespace braid

// A tokenizer that cannot be used: nothing is said until a text needs it.
#include "trainer/model_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/trainer/tiny.h"
#include "trainer/dataset.h"
#include "trainer/evaluation/task_suite.h"

namespace braid {
namespace {

using testing::HasSubstr;

class BrokenTokenizer : public testing::Test {
 protected:
  BrokenTokenizer() {
    std::filesystem::create_directories(directory_.path() / "model");
    config_.model = (directory_.path() / "model").string();
    model_.vocab_size = 32;
    test::write_text(directory_.path() / "model" / "tokenizer.json", "{\n");
  }
  std::string file(const std::string& name, const std::string& text) const {
    test::write_text(directory_.path() / name, text);
    return (directory_.path() / name).string();
  }

  test::TemporaryDirectory directory_;
  RunConfiguration config_;
  ModelConfig model_;
};

TEST_F(BrokenTokenizer, IsToldWhenItIsNeeded) {
  const ModelTokenizer tokenizer(config_.model);
  EXPECT_EQ(tokenizer.get(), nullptr);
  EXPECT_THAT(tokenizer.problem(), HasSubstr("tokenizer.json"));
  EXPECT_EQ(test::error_of([&] { tokenizer.require(); }), tokenizer.problem());
}

TEST_F(BrokenTokenizer, IdsNeedNone) {
  const ModelTokenizer tokenizer(config_.model);
  config_.data.validation = {
      file("ids.jsonl", R"({"prompt_ids": [1], "chosen_ids": [3, 2], "rejected_ids": [4, 2]})")};
  EXPECT_EQ(load_dataset(config_, model_, tokenizer, false).validation.size(), 1u);
  config_.data.validation = {
      file("text.jsonl", R"({"prompt": "a", "chosen": "b", "rejected": "c"})")};
  EXPECT_THAT(test::error_of([&] { load_dataset(config_, model_, tokenizer, false); }),
              AllOf(HasSubstr("text.jsonl:1: a row of text, but "), HasSubstr("tokenizer.json")));
}

TEST_F(BrokenTokenizer, TasksNeedOne) {
  const std::string questions =
      file("q.jsonl", R"({"question": "a", "options": ["b", "c"], "answer": 0, "id": "1"})");
  config_.evaluation = Json::array({{{"task", "everyday"}, {"files", questions}}});
  const ModelTokenizer tokenizer(config_.model);
  EXPECT_EQ(test::error_of([&] { TaskSuite(config_, model_, tokenizer); }), tokenizer.problem());
}

}  // namespace
}  // namespace braid

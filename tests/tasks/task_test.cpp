// Tasks as data: definitions, built-in ones, rows that become items, and mistakes.
#include "data/tasks/task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "data/tasks/builtin_tasks.h"
#include "tests/support.h"

namespace braid {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class TaskTest : public testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(folder_.path() / name, std::ios::binary) << text;
    return (folder_.path() / name).string();
  }

  std::vector<TaskItem> items(const Json& config) {
    report_ = {};
    return read_items(read_task(config, "evaluation[0]"), report_);
  }
  TaskItem item(const Json& config) { return items(config).at(0); }
  std::string error(const Json& config) {
    return test::error_of([&] { items(config); });
  }

  test::TemporaryDirectory folder_;
  ItemReport report_;
};

constexpr const char* kChoice =
    R"({"q": "2 + 2?", "options": ["3", "4"], "right": 1, "topic": "sums", "name": "one"})";

Json choice_config(const std::string& path) {
  return {{"name", "sums"},         {"kind", "choice"},  {"files", path},          {"prompt", "q"},
          {"options", "options[]"}, {"answer", "right"}, {"metrics", {"accuracy"}}};
}

TEST_F(TaskTest, AChoice) {
  Json config = choice_config(file("a.jsonl", kChoice));
  config["id"] = "name";
  config["tags"] = {{"topic", "topic"}};
  const TaskItem item = this->item(config);
  EXPECT_EQ(item.id, "one");
  ASSERT_EQ(item.prompts.size(), 1u);
  EXPECT_EQ(item.prompts[0].prompt, "2 + 2?");
  EXPECT_EQ(item.prompts[0].separator, " ");
  EXPECT_THAT(item.prompts[0].continuations, ElementsAre("3", "4"));
  EXPECT_THAT(item.gold, ElementsAre(0, 1));
  EXPECT_EQ(item.tags.at("topic"), "sums");
}

TEST_F(TaskTest, SeveralRightOptions) {
  const auto path =
      file("a.json", R"([{"question": "Q?", "mc2_targets": {"a": 1, "b": 0, "c": 1}}])");
  const TaskItem item = this->item({{"task", "truthfulqa_mc2"}, {"files", path}});
  EXPECT_EQ(item.prompts[0].prompt, "Q: Q?\nA:");
  EXPECT_THAT(item.prompts[0].continuations, ElementsAre("a", "b", "c"));
  EXPECT_THAT(item.gold, ElementsAre(1, 0, 1));
}

TEST_F(TaskTest, AClozeScoresWhatStandsBehindTheBlank) {
  const Json row = {{"qID", "x"},
                    {"sentence", "Tom beat Ann because _ was fast."},
                    {"option1", "Tom"},
                    {"option2", "Ann"},
                    {"answer", "1"}};
  const auto path = file("a.jsonl", row.dump());
  const TaskItem item = this->item({{"task", "winogrande"}, {"files", path}});
  ASSERT_EQ(item.prompts.size(), 2u);
  EXPECT_EQ(item.prompts[0].prompt, "Tom beat Ann because Tom");
  EXPECT_EQ(item.prompts[1].prompt, "Tom beat Ann because Ann");
  EXPECT_THAT(item.prompts[1].continuations, ElementsAre(" was fast."));
  EXPECT_THAT(item.gold, ElementsAre(1, 0));
}

TEST_F(TaskTest, RolesByNameAndByIndex) {
  const Json row = {
      {"context", "c"},
      {"question", "q"},
      {"ans0", "A"},
      {"ans1", "B"},
      {"ans2", "nobody knows"},
      {"label", 2},
      {"context_condition", "ambig"},
      {"question_polarity", "neg"},
      {"category", "Age"},
      {"answer_info",
       {{"ans0", {"x", "nonOld"}}, {"ans1", {"y", "Old"}}, {"ans2", {"z", "unknown"}}}},
      {"additional_metadata", {{"stereotyped_groups", {"old"}}}}};
  EXPECT_THAT(item({{"task", "bbq"}, {"files", file("bbq.jsonl", row.dump())}}).roles,
              ElementsAre(Role::kOther, Role::kTarget, Role::kUnknown));
  Json config = choice_config(
      file("a.jsonl",
           R"({"q": "Who?", "options": ["a", "b", "c"], "right": 2, "target": 0, "unknown": 2})"));
  config["roles"] = {{"target", "target"}, {"unknown", "unknown"}};
  EXPECT_THAT(item(config).roles, ElementsAre(Role::kTarget, Role::kOther, Role::kUnknown));
}

TEST_F(TaskTest, WinogenderIds) {
  const auto path = file("all_sentences.tsv",
                         "sentid\tsentence\nnurse.patient.0.female.txt\tThe nurse told the patient "
                         "that her shift was over.\n");
  const TaskItem item = this->item({{"task", "winogender"}, {"files", path}});
  EXPECT_THAT(item.prompts[0].prompt, testing::EndsWith("shift was over. 'Her' refers to the"));
  EXPECT_THAT(item.prompts[0].continuations, ElementsAre("nurse", "patient"));
  EXPECT_THAT(item.gold, ElementsAre(1, 0));
  EXPECT_EQ(item.tags.at("gender"), "female");
  EXPECT_EQ(item.cluster, "nurse.patient.0");
}

TEST_F(TaskTest, WinobiasLines) {
  const auto lines = file("pro.txt",
                          "1 The cook thanked [the guard] because [he] opened the door .\n"
                          "2 The cook thanked a friend because [she] was kind to [the cook].\n");
  const auto names = file("occupations.txt", "cook\nguard\n");
  const auto all = items({{"task", "winobias"},
                          {"files", {{{"path", lines}, {"tags", {{"stereotype", "pro"}}}}}},
                          {"occupations", {names}}});
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].prompts[0].prompt,
            "The cook thanked the guard because he opened the door. \"he\" refers to the");
  EXPECT_THAT(all[0].prompts[0].continuations, ElementsAre("guard", "cook"));
  EXPECT_EQ(all[0].tags.at("stereotype"), "pro");
  EXPECT_EQ(report_.skipped.at("not exactly one other occupation in the sentence"), 1);
}

TEST_F(TaskTest, ATaskFileNamesFilesBesideItself) {
  file("a.jsonl", kChoice);
  Json definition = choice_config("a.jsonl");
  definition.erase("name");
  const auto path = file("mine.json", definition.dump());
  const Task task = read_task({{"task", path}, {"limit", 1}}, "evaluation[0]");
  EXPECT_EQ(task.name, "mine");
  ItemReport report;
  EXPECT_EQ(read_items(task, report).size(), 1u);
}

TEST_F(TaskTest, OccupationsOfATaskFileLieBesideItToo) {
  file("pro.txt", "1 The cook thanked [the guard] because [he] opened the door .\n");
  file("occupations.txt", "cook\nguard\n");
  Json definition = *find_builtin_task("winobias");
  definition.update({{"files", {"pro.txt"}}, {"occupations", {"occupations.txt"}}});
  EXPECT_EQ(items({{"task", file("mine.json", definition.dump())}}).size(), 1u);
}

TEST_F(TaskTest, LimitAndSkippedRows) {
  const std::string row = std::string(kChoice) + "\n";
  Json config = choice_config(
      file("a.jsonl", row + R"({"q": "?", "options": ["x"], "right": 0})" + "\n" + row + row));
  EXPECT_EQ(items(config).size(), 3u);
  EXPECT_EQ(report_.skipped.at("fewer than two options"), 1);
  EXPECT_EQ(report_.rows, 4);
  config["limit"] = 2;
  EXPECT_EQ(items(config).size(), 2u);
  EXPECT_EQ(report_.rows, 3);
}

TEST_F(TaskTest, MistakesNameThePlace) {
  const auto path = file("a.jsonl", std::string(kChoice) + "\n" +
                                        R"({"q": "2 + 3?", "options": ["5", "6"], "right": 7})");
  EXPECT_THAT(error(choice_config(path)), HasSubstr("a.jsonl:2: right"));
  Json config = choice_config(path);
  config["promt"] = "q";
  EXPECT_THAT(error(config), HasSubstr("promt"));
  config = choice_config(path);
  config["kind"] = "quiz";
  EXPECT_THAT(error(config), HasSubstr("expected one of choice, cloze"));
  config = choice_config(path);
  config.erase("metrics");
  EXPECT_THAT(error(config), HasSubstr("evaluation[0]: metrics"));
  EXPECT_THAT(error({{"task", "winogrand"}}), HasSubstr("winogrande"));
  EXPECT_THAT(error({{"task", "winogrande"}}), HasSubstr("files"));
  EXPECT_THAT(error(choice_config(file("empty.jsonl", ""))), HasSubstr("no items"));
  EXPECT_THAT(error(choice_config("/none.jsonl")), HasSubstr("/none.jsonl"));
}

TEST(BuiltinTasks, AllCanBeRead) {
  const test::TemporaryDirectory folder;
  const auto names = folder.path() / "occupations.txt";
  std::ofstream(names) << "cook\n";
  for (const std::string& name : builtin_task_names()) {
    Json config = {{"task", name}, {"files", "some.jsonl"}};
    if (name == "winobias") config["occupations"] = {names.string()};
    EXPECT_EQ(test::error_of([&] { read_task(config, "test"); }), "no error") << name;
  }
}

}  // namespace
}  // namespace braid

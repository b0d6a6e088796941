// Scored items on disk: what is written comes back, and what no writer wrote is named.
#include "trainer/evaluation/item_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "tests/trainer/tiny.h"

namespace braid {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ItemFile, PromptsAnswersAndDivergenceComeBack) {
  const test::TemporaryDirectory folder;
  TaskItem item;
  item.id = "one";
  item.prompts = {{"p", "", {"a"}}, {"q", "", {"b", "c"}}};
  ScoredItem scored;
  scored.item = &item;
  scored.options = {{-1, 2, 1}, {-2, 1, 1}, {-3, 1, 1}};
  scored.answers = {{"text", true, {{true, false}, {true, true}}}};
  scored.divergence = 0.25;
  const auto path = item_file(folder.path(), "task", "base");
  write_items(path, {scored});
  const StoredItems stored = read_stored_items(path);
  ASSERT_EQ(stored.scored.size(), 1u);
  const ScoredItem& back = stored.scored[0];
  ASSERT_EQ(back.item->prompts.size(), 2u);
  EXPECT_EQ(back.item->prompts[0].continuations.size(), 1u);
  EXPECT_EQ(back.item->prompts[1].continuations.size(), 2u);
  EXPECT_EQ(back.divergence, 0.25);
  ASSERT_EQ(back.answers.size(), 1u);
  EXPECT_EQ(back.answers[0].text, "text");
  EXPECT_TRUE(back.answers[0].complete);
  EXPECT_THAT(back.answers[0].judgement.strict, ElementsAre(true, false));
  EXPECT_THAT(back.answers[0].judgement.loose, ElementsAre(true, true));
}

TEST(ItemFile, CountsOfOptionsMustFit) {
  const test::TemporaryDirectory folder;
  const auto path = folder.path() / "items.jsonl";
  const Json option = {{"logp", -1}, {"tokens", 1}, {"bytes", 1}};
  for (const Json& counts : {Json{2, 0}, Json{1, 2}, Json{1}, Json{-1, 3}, Json{"1", 1}}) {
    const Json row = {{"id", "one"}, {"options", {option, option}}, {"options_of_prompts", counts}};
    test::write_text(path, row.dump() + "\n");
    EXPECT_THAT(test::error_of([&] { read_stored_items(path); }),
                HasSubstr("items.jsonl:1: options_of_prompts: does not count the options"))
        << counts;
  }
}

}  // namespace
}  // namespace braid

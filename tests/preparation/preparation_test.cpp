// From sources to the files that train.
#include "data/preparation/preparation.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "data/preparation/summary.h"
#include "tests/preparation/prepared.h"

namespace braid {
namespace {

using test::pair_row;
using test::rating_row;
using test::Workshop;
using testing::HasSubstr;

TEST(Preparation, WritesPairsWithTheirProvenance) {
  Workshop shop;
  shop.config.held_out = 0;
  shop.add_pairs("pairs.jsonl", "\n" + pair_row("2 + 2?", "4", "5"));
  shop.add_ratings("rated.jsonl", rating_row("Sky?", {{"green", 2}, {"blue", 9}, {"grey", 5}}));
  shop.write();
  const auto rows = shop.rows(kPairsFile);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0]["prompt"].dump(), R"([{"role":"user","content":"2 + 2?"}])");
  EXPECT_EQ(rows[0]["chosen"].dump(), R"([{"role":"assistant","content":"4"}])");
  EXPECT_EQ(rows[0]["rejected"][0]["content"], "5");
  EXPECT_EQ(rows[0]["source"], "pairs.jsonl");
  EXPECT_EQ(rows[0]["file"], shop.path("pairs.jsonl").string());
  EXPECT_EQ(rows[0]["line"], 2);
  EXPECT_EQ(rows[0]["graded"], false);
  EXPECT_EQ(rows[0].contains("quality"), false);
  EXPECT_EQ(rows[1]["chosen"][0]["content"], "blue");
  EXPECT_EQ(rows[1]["rejected"][0]["content"], "green");
  EXPECT_DOUBLE_EQ(rows[1]["margin"].get<double>(), 0.7);  // (9 - 2) of a scale of 10
  EXPECT_EQ(rows[1]["quality"], rows[1]["margin"]);
  EXPECT_EQ(rows[1]["weight"], 1.0);
}

TEST(Preparation, EveryRecordIsAccountedFor) {
  Workshop shop;
  shop.config.held_out = 0.3;
  shop.config.selection.fraction = 0.5;
  Json tolerant = Workshop::rating_source("rated");
  tolerant["max_bad_rows"] = 1;
  shop.add("rated.jsonl",
           test::many_ratings(60) + rating_row("Tie?", {{"a", 3}, {"b", 3}}) +
               rating_row("Lonely?", {{"a", 3}}) + "not json\n",
           tolerant);
  shop.add_pairs("pairs.jsonl", pair_row("Same?", "x", "x ") + pair_row("Twice?", "x", "y") +
                                    pair_row("Twice?", "x", "y"));
  const Json summary = shop.write();
  const auto dropped = shop.rows(kDroppedFile);
  int64_t listed = 0;
  for (const Json& source : summary["sources"]) {
    EXPECT_EQ(test::unaccounted(source), "");
    const Json &rows = source["rows"], &sets = source["comparisons"], &pairs = source["pairs"];
    listed += rows["bad"].get<int64_t>() + test::sum_of(rows["dropped"]) +
              test::sum_of(sets["dropped"]) + test::sum_of(source["answers"]["dropped"]) +
              test::sum_of(source["pairing"]["without_pair"]) + test::sum_of(pairs["dropped"]);
  }
  int64_t in_file = 0;
  std::set<std::string> reasons;
  for (const Json& row : dropped) {
    in_file += row.value("count", int64_t{1});
    reasons.insert(row["reason"].get<std::string>());
    EXPECT_FALSE(row["source"].get<std::string>().empty());
    EXPECT_GT(row["line"], 0);
  }
  EXPECT_EQ(in_file, listed);
  EXPECT_THAT(reasons, testing::IsSupersetOf({"tie", "only one answer", "not in best fraction",
                                              "exact duplicate", "chosen equals rejected"}));
  const Json& totals = summary["totals"]["pairs"];
  EXPECT_EQ(totals["train"], shop.rows(kPairsFile).size());
  EXPECT_EQ(totals["held_out"], shop.rows(kValidationFile).size());
}

TEST(Preparation, TheHeldOutPartIsNotThinnedOut) {
  Workshop shop;
  shop.config.held_out = 0.3;
  shop.add_ratings("rated.jsonl", test::many_ratings(80));
  shop.write();
  const auto all = shop.rows(kValidationFile);
  shop.config.selection.fraction = 0.2;
  const Json summary = shop.write();
  EXPECT_EQ(shop.rows(kValidationFile).size(), all.size());
  EXPECT_GT(all.size(), 10u);
  EXPECT_LT(summary["totals"]["pairs"]["train"], 40);
  std::set<std::string> groups;
  for (const Json& row : all) groups.insert(row["group"].get<std::string>());
  for (const Json& row : shop.rows(kPairsFile)) {
    EXPECT_FALSE(groups.contains(row["group"].get<std::string>()));
  }
}

TEST(Preparation, MoreFeedbackMovesNoPromptAcrossTheSplit) {
  const auto held_out = [](const std::string& rows) {
    Workshop shop;
    shop.config.held_out = 0.4;
    shop.add_ratings("rated.jsonl", rows);
    std::map<std::string, bool> sides;
    const Preparation preparation = shop.prepare();
    for (size_t i = 0; i < preparation.pairs.size(); ++i) {
      const Candidate& candidate = preparation.pairs.candidates[i];
      sides.emplace(candidate.prompt, candidate.held_out);
    }
    return sides;
  };
  const auto few = held_out(test::many_ratings(30)), many = held_out(test::many_ratings(60));
  for (const auto& [prompt, side] : few) EXPECT_EQ(many.at(prompt), side) << prompt;
  EXPECT_EQ(few.size(), 30u);
}

TEST(Preparation, DemonstrationsHaveFilesOfTheirOwn) {
  Workshop shop;
  shop.config.held_out = 0.5;
  std::string rows;
  for (int i = 0; i < 20; ++i) {
    rows += fmt::format("{{\"prompt\": \"Say {0}\", \"completion\": \"It is {0}\"}}\n", i);
  }
  shop.add("shown.jsonl", rows + rows, {{"preset", "prompt_completion"}, {"name", "shown"}});
  shop.add_pairs("pairs.jsonl", pair_row("Q", "a", "b"));
  const Json summary = shop.write();
  const auto train = shop.rows(kDemonstrationsFile), other = shop.rows(kHeldOutDemonstrationsFile);
  EXPECT_EQ(train.size() + other.size(), 20u);
  EXPECT_GT(train.size(), 3u);
  EXPECT_GT(other.size(), 3u);
  EXPECT_EQ(train[0]["completion"][0]["role"], "assistant");
  EXPECT_EQ(summary["totals"]["demonstrations"]["dropped"]["exact duplicate"], 20);
}

TEST(Preparation, ProtectedPromptsDoNotTrain) {
  Workshop shop;
  shop.config.held_out = 0;
  const std::string asked = "Which of the seven rivers of the old kingdom never reaches the sea?";
  shop.add_pairs("pairs.jsonl",
                 pair_row(fmt::format("Answer this: {}", asked), "The third.", "The sea.") +
                     pair_row("Which river is long?", "The Nile.", "The Tees."));
  Workshop evaluation;
  evaluation.add("test.jsonl", Json{{"prompt", asked}, {"completion", "The third."}}.dump() + "\n",
                 {{"preset", "prompt_completion"}});
  shop.config.protect = evaluation.config.sources;
  shop.write();
  ASSERT_EQ(shop.rows(kPairsFile).size(), 1u);
  const auto dropped = shop.rows(kDroppedFile);
  ASSERT_EQ(dropped.size(), 1u);
  EXPECT_EQ(dropped[0]["reason"], "evaluation leak");
  EXPECT_EQ(dropped[0]["match"], asked);
}

TEST(Preparation, SharesWeighTheSources) {
  Workshop shop;
  shop.config.held_out = 0;
  shop.config.selection.mixing.mode = MixingMode::kWeight;
  shop.add_ratings("many.jsonl", test::many_ratings(30));
  shop.add_pairs("few.jsonl", pair_row("Q one", "a", "b") + pair_row("Other two", "c", "d"));
  EXPECT_THAT(test::error_of([&] { shop.write(); }), HasSubstr("share"));
  for (Json& source : shop.config.sources) source["share"] = 1;
  shop.write();
  std::map<std::string, double> weights;
  for (const Json& row : shop.rows(kPairsFile)) {
    weights[row["source"].get<std::string>()] += row["weight"].get<double>();
  }
  EXPECT_NEAR(weights["many.jsonl"], 16, 1e-9);
  EXPECT_NEAR(weights["few.jsonl"], 16, 1e-9);
}

TEST(Preparation, SourcesThatJudgeTheSameAnswersAreCompared) {
  Workshop shop;
  shop.config.held_out = 0;
  const auto rows = [](int a, int b) {
    return rating_row("One?", {{"a", 9}, {"b", 1}, {"c", 5}}) +
           rating_row("Two?", {{"a", a}, {"b", b}});
  };
  shop.add_ratings("first.jsonl", rows(7, 2));
  shop.add_ratings("second.jsonl", rows(2, 7));
  shop.add_ratings("third.jsonl", rating_row("Three?", {{"a", 1}, {"b", 2}}));
  const Json agreement = shop.write()["agreement"];
  ASSERT_EQ(agreement.size(), 1u);
  EXPECT_EQ(agreement[0].dump(),
            R"({"sources":["first.jsonl","second.jsonl"],"prompts":2,"agree":3,"disagree":1})");
}

TEST(Preparation, ConversationsAreOnePromptWithRoles) {
  EXPECT_EQ(prompt_text({{"user", "Hi"}}), "Hi");
  EXPECT_EQ(prompt_text({{"system", "Be kind"}, {"user", "Hi"}}), "system: Be kind\n\nuser: Hi");
}

TEST(Preparation, Errors) {
  Workshop shop;
  shop.add_pairs("pairs.jsonl", pair_row("Q", "a", "a"));
  EXPECT_THAT(test::error_of([&] { shop.prepare(); }), HasSubstr("no source gives a pair"));
  shop.config.sources.push_back(shop.config.sources[0]);
  EXPECT_EQ(test::error_of([&] { shop.prepare(); }),
            "data.sources[1]: a second source \"pairs.jsonl\"; give each its own \"name\"");
  shop.config.sources[1]["shares"] = 1;
  EXPECT_THAT(test::error_of([&] { shop.prepare(); }), HasSubstr("data.sources[1]"));
  EXPECT_THAT(test::error_of([&] { shop.prepare(); }), HasSubstr("shares"));
}

}  // namespace
}  // namespace braid

// Questions: what rows become, and how answers to them are judged.
#include "data/tasks/question.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "data/tasks/metrics/metric.h"
#include "data/tasks/task.h"
#include "tests/support.h"

namespace braid {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Questions : public testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(folder_.path() / name, std::ios::binary) << text;
    return (folder_.path() / name).string();
  }
  std::vector<TaskItem> items(const Json& config) const {
    ItemReport report;
    return read_items(read_task(config, "evaluation[0]"), report);
  }
  std::string error(const Json& config) const {
    return test::error_of([&] { items(config); });
  }

  // A task of one question whose answers are compared.
  Json capital(const std::string& match) const {
    Json config = {{"name", "capitals"},
                   {"kind", "generate"},
                   {"prompt", "question"},
                   {"answers", "answers[]"},
                   {"metrics", {"answers_right"}}};
    config["files"] =
        file("a.jsonl", R"({"question": "Of Peru?", "answers": ["Lima", "lima city"]})");
    config["match"] = match;
    return config;
  }

  // Strict and loose verdict on the only check.
  std::vector<bool> judge(const Json& config, const std::string& answer) const {
    const Judgement judgement = items(config).at(0).questions.at(0).check->judge(answer);
    return {judgement.strict.at(0), judgement.loose.at(0)};
  }

  test::TemporaryDirectory folder_;
};

TEST_F(Questions, AnswersAreCompared) {
  EXPECT_THAT(judge(capital("exact"), " Lima\n"), ElementsAre(true, true));
  EXPECT_THAT(judge(capital("exact"), "LIMA."), ElementsAre(false, true));
  EXPECT_THAT(judge(capital("exact"), "Lima City"), ElementsAre(false, true));
  EXPECT_THAT(judge(capital("exact"), "Lima, of course"), ElementsAre(false, false));
  EXPECT_THAT(judge(capital("start"), "Lima, of course"), ElementsAre(true, true));
  EXPECT_THAT(judge(capital("start"), "It is Lima"), ElementsAre(false, false));
  EXPECT_THAT(judge(capital("contains"), "It is Limassol"), ElementsAre(true, true));
  EXPECT_THAT(judge(capital("word"), "It is Limassol"), ElementsAre(false, false));
  EXPECT_THAT(judge(capital("word"), "It is Lima!"), ElementsAre(true, true));
  EXPECT_THAT(judge(capital("exact"), ""), ElementsAre(false, false));
}

TEST_F(Questions, EndsAndMistakes) {
  Json config = capital("exact");
  const AnswerEnd usual = *items(config).at(0).questions.at(0).end;
  EXPECT_EQ(usual.max_new_tokens, 256);
  EXPECT_TRUE(usual.stop.empty());
  config.update({{"max_new_tokens", 8}, {"stop", {"\n"}}});
  EXPECT_EQ(items(config).at(0).questions.at(0).end->max_new_tokens, 8);
  EXPECT_THAT(items(config).at(0).questions.at(0).end->stop, ElementsAre("\n"));
  config["max_new_tokens"] = 0;
  EXPECT_THAT(error(config), HasSubstr("max_new_tokens: expected 1 or more"));
  config["max_new_tokens"] = 8;
  config["stop"] = {""};
  EXPECT_THAT(error(config), HasSubstr("stop: an empty text"));
  EXPECT_THAT(error(capital("like")), HasSubstr("match: \"like\"; expected exact"));
}

TEST_F(Questions, InstructionsOfIfeval) {
  std::string row = R"({"key": 7, "prompt": "Quote.", "instruction_id_list": )";
  row += R"(["punctuation:no_comma", "startend:quotation"], "kwargs": [{}, {}]})";
  const auto task = Json{{"task", "ifeval"}, {"files", file("b.jsonl", row)}};
  const TaskItem item = items(task).at(0);
  EXPECT_EQ(item.id, "7");
  EXPECT_EQ(item.questions.at(0).end->max_new_tokens, 1280);
  const Judgement judgement = item.questions[0].check->judge("Sure:\n\"yes\"");
  EXPECT_THAT(judgement.strict, ElementsAre(true, false));
  EXPECT_THAT(judgement.loose, ElementsAre(true, true));
  row.replace(row.find("no_comma"), 8, "no_colon");
  EXPECT_THAT(error({{"task", "ifeval"}, {"files", file("c.jsonl", row)}}),
              HasSubstr("punctuation:no_colon"));
}

constexpr const char* kPro = "1 [The nurse] helped the guard because [she] cared .\n";
constexpr const char* kAnti = "1 [The nurse] helped the guard because [he] cared .\n";

TEST_F(Questions, WinobiasOfThePaper) {
  Json config = {{"task", "winobias_paper"}};
  config["files"] = {{"path", file("pro.txt", kPro)}, {"beside", file("anti.txt", kAnti)}};
  const TaskItem item = items(config).at(0);
  ASSERT_EQ(item.prompts.size(), 2u);
  EXPECT_EQ(item.prompts[0].prompt,
            "the nurse helped the guard because she cared. \"she\" refers to: ");
  EXPECT_THAT(item.prompts[1].continuations, ElementsAre("nurse", "he", "he", "the"));
  EXPECT_EQ(item.prompts[0].tokenised, Tokenised::kApart);
  EXPECT_TRUE(item.compare_next);
  ASSERT_EQ(item.questions.size(), 2u);
  EXPECT_EQ(item.questions[0].prompt,
            "the nurse helped the guard because she cared.\n\"she\" refers to: ");
  const AnswerCheck& check = *item.questions[0].check;
  EXPECT_THAT(check.judge("The Nurse").strict, ElementsAre(true));
  EXPECT_THAT(check.judge("the guard").strict, ElementsAre(false));
  EXPECT_THAT(check.judge("the guard").loose, ElementsAre(true));  // the article is enough
  EXPECT_THAT(check.judge("guard").loose, ElementsAre(false));

  config.update({{"lower", false}, {"bos_in_target", true}, {"answers", false}});
  const TaskItem other = items(config).at(0);
  EXPECT_THAT(other.prompts[0].prompt, HasSubstr("The nurse helped"));
  EXPECT_EQ(other.prompts[0].tokenised, Tokenised::kApartWithBos);
  EXPECT_TRUE(other.questions.empty());
}

TEST_F(Questions, WinobiasPairsMayHaveToBeMinimal) {
  const std::string unlike = "1 [The nurse] helped a guard because [he] cared .\n";
  Json config = {{"task", "winobias_paper"}, {"strict_pairs", true}};
  config["files"] = {{"path", file("pro.txt", kPro)}, {"beside", file("anti.txt", unlike)}};
  EXPECT_THAT(error(config), HasSubstr("more than a pronoun"));
  config["files"]["beside"] = file("same.txt", kAnti);
  EXPECT_EQ(items(config).size(), 1u);
  config["files"]["beside"] = file("empty.txt", "");
  EXPECT_THAT(error(config), HasSubstr("empty.txt: ends before row 1"));
  config["files"]["beside"] = file("longer.txt", std::string(kAnti) + kAnti);
  EXPECT_THAT(error(config), HasSubstr("longer.txt: goes on behind the last row"));
  config["limit"] = 1;  // what is not read is not compared
  EXPECT_EQ(items(config).size(), 1u);
}

ScoredItem answered(const TaskItem& item, const std::vector<Judgement>& judgements) {
  ScoredItem scored;
  scored.item = &item;
  for (const Judgement& judgement : judgements) scored.answers.push_back({"", true, judgement});
  return scored;
}

TEST(AnswerMetrics, SharesByHand) {
  const TaskItem item;
  const ScoredItem first = answered(item, {{{true, true}, {true, true}}, {{false}, {true}}});
  const ScoredItem second = answered(item, {{{true, false}, {true, false}}, {{false}, {false}}});
  const ScoredItem unasked = answered(item, {});
  const ScoredItems all = {&first, &second, &unasked};
  const auto value = [&](const char* name) { return make_metric(name, ScoreBy::kSum)->value(all); };
  EXPECT_DOUBLE_EQ(value("answers_right"), 1.0 / 4);
  EXPECT_DOUBLE_EQ(value("answers_right_loose"), 2.0 / 4);
  EXPECT_DOUBLE_EQ(value("checks_passed"), 3.0 / 6);
  EXPECT_DOUBLE_EQ(value("checks_passed_loose"), 4.0 / 6);
  EXPECT_DOUBLE_EQ(value("answers_agree"), 1.0 / 2);
  EXPECT_DOUBLE_EQ(value("answers_agree_loose"), 2.0 / 2);
  EXPECT_TRUE(std::isnan(value("accuracy")));  // nothing to choose from
  EXPECT_TRUE(std::isnan(value("mean_gap")));
  EXPECT_TRUE(std::isnan(make_metric("answers_right", ScoreBy::kSum)->value({&unasked})));
}

TEST(AnswerMetrics, GapsOfTwoPrompts) {
  TaskItem item;
  item.prompts = {{"", "", {"a", "b"}}, {"", "", {"c", "d", "e"}}};
  ScoredItem scored;
  scored.item = &item;
  for (const double logp : {-1.0, -2.0, -1.5, -3.0, -4.0}) scored.options.push_back({logp, 1, 1});
  scored.divergence = 0.25;
  const auto value = [&](const char* name) {
    return make_metric(name, ScoreBy::kSum)->value({&scored});
  };
  EXPECT_DOUBLE_EQ(value("first_gap"), 0.5);
  EXPECT_DOUBLE_EQ(value("prompt_gap"), 5.5);
  EXPECT_DOUBLE_EQ(value("divergence"), 0.25);
}

}  // namespace
}  // namespace braid

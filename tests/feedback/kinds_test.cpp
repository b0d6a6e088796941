// What each kind makes of rows: label codings, drops and errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/feedback/converted.h"

namespace braid {
namespace {

using test::convert_bytes;
using test::Converted;
using test::PairTexts;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Converted convert(const std::string& config, const std::string& rows) {
  const Converted result = convert_bytes(config, rows);
  if (result.error.empty()) {
    EXPECT_EQ(test::unaccounted(result.feedback, result.pairing), "");
  }
  return result;
}

// The only pair of one row, as "prompt > chosen | rejected @ margin", or why there is none.
std::string outcome(const std::string& config, const std::string& row) {
  const Converted result = convert(config, row);
  if (!result.error.empty()) return result.error;
  if (result.pairs.size() > 1) return "several pairs";
  if (!result.pairs.empty()) {
    const PairTexts& pair = result.pairs.front();
    return fmt::format("{} > {} | {} @ {:.4g}", pair.prompt, pair.chosen, pair.rejected,
                       pair.margin);
  }
  for (const Counts* counts :
       {&result.feedback.report.dropped_rows, &result.feedback.report.dropped_sets,
        &result.pairing.without_pair}) {
    if (!counts->empty()) return counts->begin()->first;
  }
  return fmt::format("{} demonstrations, {} unpaired", result.feedback.demonstrations.size(),
                     result.feedback.unpaired.size());
}

const std::string kVotes = R"({"kind":"pairwise","prompt":"q","first":"a","second":"b",
  "preferred":{"path":"v","map":{"1":"first","2":"second","0":"tie"}}})";

TEST(Pairwise, Votes) {
  const auto vote = [](const std::string& votes) {
    return outcome(kVotes, R"({"q":"Q","a":"A","b":"B","v":)" + votes + "}");
  };
  EXPECT_EQ(vote("1"), "user:Q > A | B @ 1");
  EXPECT_EQ(vote("\"2\""), "user:Q > B | A @ 1");
  EXPECT_EQ(vote("0"), "tie");
  EXPECT_EQ(vote("[1,1,2]"), "user:Q > A | B @ 0.3333");
  EXPECT_EQ(vote("[2,2,0]"), "user:Q > B | A @ 0.6667");
  EXPECT_EQ(vote("[1,2]"), "tie");
  EXPECT_EQ(vote("null"), "no judgement");
  EXPECT_EQ(vote("[]"), "no judgement");
  EXPECT_EQ(vote("5"), "rows.jsonl:1: v: \"5\" is not in the map of the source");
}

TEST(Pairwise, VotesByMajorityAndWithoutTies) {
  const auto with = [](const std::string& member, const std::string& votes) {
    return outcome(kVotes.substr(0, kVotes.size() - 1) + "," + member + "}",
                   R"({"q":"Q","a":"A","b":"B","v":)" + votes + "}");
  };
  EXPECT_EQ(with(R"("annotators":"majority")", "[1,1,2]"), "user:Q > A | B @ 1");
  EXPECT_EQ(with(R"("annotators":"majority")", "[0,0,2]"), "tie");
  EXPECT_EQ(with(R"("annotators":"median")", "[1,2,2]"), "user:Q > B | A @ 1");
  EXPECT_EQ(with(R"("ties":"ignore")", "[0,0,2]"), "user:Q > B | A @ 1");
  EXPECT_EQ(with(R"("ties":"ignore")", "[0,0]"), "no judgement");
}

TEST(Pairwise, KeepsDisagreement) {
  const Converted result = convert(kVotes, R"({"q":"Q","a":"A","b":"B","v":[1,1,1,2]})");
  ASSERT_EQ(result.feedback.sets.size(), 1u);
  // Votes of 1, 1, 1 and -1 deviate by sqrt(0.75) on a scale of length 2.
  EXPECT_NEAR(result.feedback.sets[0].responses[0].disagreement, std::sqrt(0.75) / 2, 1e-15);
  EXPECT_TRUE(result.feedback.sets[0].graded);
}

TEST(Pairwise, Scores) {
  const std::string config = R"({"kind":"pairwise","prompt":"q","first":"a","second":"b",
    "score":{"path":"s","range":[-3,3],"high":"second"}})";
  const auto score = [&](const std::string& value) {
    return outcome(config, R"({"q":"Q","a":"A","b":"B","s":)" + value + "}");
  };
  EXPECT_EQ(score("3"), "user:Q > B | A @ 1");
  EXPECT_EQ(score("-1"), "user:Q > A | B @ 0.3333");
  EXPECT_EQ(score("0"), "tie");
  EXPECT_EQ(score("[-3,-1]"), "user:Q > A | B @ 0.6667");
  EXPECT_EQ(score("null"), "no judgement");
  EXPECT_EQ(score("4"),
            "rows.jsonl:1: s: 4 is outside of the range -3 to 3; correct the range, or set clamp");
  EXPECT_EQ(score("\"nan\""), "rows.jsonl:1: s: expected a finite number, got \"nan\"");
}

TEST(Pairwise, StrengthBesideTheLabel) {
  const std::string config = R"({"kind":"pairwise","prompt":"q","first":"a","second":"b",
    "preferred":{"path":"l","map":{"1":"first","0":"second"}},
    "strength":{"path":"r","range":[1,11],"clamp":true}})";
  EXPECT_EQ(outcome(config, R"({"q":"Q","a":"A","b":"B","l":0,"r":6})"), "user:Q > B | A @ 0.5");
  EXPECT_EQ(outcome(config, R"({"q":"Q","a":"A","b":"B","l":1,"r":400})"), "user:Q > A | B @ 1");
  EXPECT_EQ(outcome(config, R"({"q":"Q","a":"A","b":"B","l":1,"r":1})"), "tie");
}

TEST(Pairwise, PromptsNamedSharedAndInConversations) {
  const std::string trl = R"({"preset":"trl"})";
  const auto turns = [](const std::string& answer) {
    return R"([{"role":"user","content":"Q"},{"role":"assistant","content":")" + answer + R"("}])";
  };
  EXPECT_EQ(outcome(trl, R"({"prompt":"Q","chosen":"A","rejected":"B"})"), "user:Q > A | B @ 1");
  EXPECT_EQ(outcome(trl, R"({"chosen":)" + turns("A") + R"(,"rejected":)" + turns("B") + "}"),
            "user:Q > A | B @ 1");
  EXPECT_EQ(outcome(trl, R"({"prompt":[{"role":"user","content":"Q"}],)"
                         R"("chosen":[{"role":"assistant","content":"A"}],)"
                         R"("rejected":[{"role":"assistant","content":"B"}]})"),
            "user:Q > A | B @ 1");
  EXPECT_EQ(outcome(trl, R"({"chosen":"It is A","rejected":"It is B"})"),
            "user:It is >  A |  B @ 1");
  EXPECT_EQ(outcome(R"({"preset":"hh_rlhf"})",
                    R"({"chosen":"\n\nHuman: Q\n\nAssistant: R\n\nHuman: S\n\nAssistant: A",)"
                    R"("rejected":"\n\nHuman: Q\n\nAssistant: R\n\nHuman: S\n\nAssistant: B"})"),
            "user:Q|assistant:R|user:S > A | B @ 1");
  EXPECT_EQ(outcome(R"({"preset":"sharegpt_pairs"})",
                    R"({"conversations":[{"from":"system","value":"Y"},)"
                    R"({"from":"human","value":"Q"}],"chosen":{"from":"gpt","value":"A"},)"
                    R"("rejected":{"from":"gpt","value":"B"}})"),
            "system:Y|user:Q > A | B @ 1");
  EXPECT_EQ(outcome(trl, R"({"prompt":"Q","chosen":"A","rejected":[]})"),
            "rows.jsonl:1: rejected: text and conversation mixed; the two answers need one form");
}

TEST(Pairwise, DropsWhatCannotBeCompared) {
  const std::string trl = R"({"preset":"trl"})";
  EXPECT_EQ(outcome(trl, R"({"prompt":"Q","chosen":"A","rejected":" A "})"),
            "chosen equals rejected");
  EXPECT_EQ(outcome(trl, R"({"prompt":"Q","chosen":"A","rejected":""})"), "empty answer");
  EXPECT_EQ(outcome(trl, R"({"prompt":" ","chosen":"A","rejected":"B"})"), "empty prompt");
  EXPECT_EQ(outcome(trl, R"({"prompt":"Q","rejected":"B"})"), "rows.jsonl:1: chosen: is missing");
}

TEST(Pairwise, VotesInSeveralRows) {
  const std::string config = kVotes.substr(0, kVotes.size() - 1) + R"(,"merge_votes":true})";
  const Converted result = convert(config, R"({"q":"Q","a":"A","b":"B","v":1}
{"q":"Q","a":"B","b":"A","v":2}
{"q":"Q","a":"A","b":"B","v":2}
{"q":"Q","a":"A","b":"C","v":2})");
  EXPECT_THAT(result.sorted_pairs(), ElementsAre(PairTexts{"user:Q", "A", "B", 2.0 / 3 - 1.0 / 3},
                                                 PairTexts{"user:Q", "C", "A", 1.0}));
  EXPECT_EQ(result.feedback.sets[0].where, (RowRef{0, 1}));
  EXPECT_EQ(result.feedback.report.dropped_responses, (Counts{{"repeats an answer", 4}}));
}

TEST(Rating, JoinsRowsByPrompt) {
  const std::string config = R"({"kind":"rating","prompt":"q","response":"a",
    "axes":[{"name":"stars","range":[1,5]}]})";
  const Converted result = convert(config, R"({"q":"Q","a":"A","stars":2}
{"q":"P","a":"A","stars":2}
{"q":" Q\n","a":"B","stars":"5"}
{"q":"Q","a":"C","stars":3}
{"q":"Q","a":"D","stars":null}
{"q":"R","a":"","stars":3})");
  EXPECT_THAT(result.pairs, ElementsAre(PairTexts{"user:Q", "B", "A", 0.75}));
  const ConversionReport& report = result.feedback.report;
  EXPECT_EQ(report.rows, 6);
  EXPECT_EQ(report.dropped_rows, (Counts{{"empty answer", 1}}));
  EXPECT_EQ(report.dropped_sets, (Counts{{"only one answer", 1}}));
  EXPECT_EQ(report.dropped_responses, (Counts{{"in a dropped set", 1}, {"not rated", 1}}));
  ASSERT_EQ(result.feedback.sets.size(), 1u);
  const ComparisonSet& set = result.feedback.sets[0];
  EXPECT_EQ(set.responses[0].where, (RowRef{0, 3}));
  EXPECT_EQ(set.responses[1].text, "C");
  EXPECT_EQ(set.responses[1].utility, 0.5);
}

TEST(Rating, AxesWeighInWithTheirSigns) {
  const std::string config = R"({"kind":"rating","prompt":"q",
    "responses":[{"each":"r[]","text":"t","author":"m"}],
    "axes":[{"name":"help","path":"h","range":[0,10],"weight":3},
            {"name":"toxic","path":"x","range":[0,1],"higher_is_better":false}]})";
  const std::string row = R"({"q":"Q","r":[{"t":"A","m":"one","h":10,"x":1},)"
                          R"({"t":"B","m":"two","h":5,"x":0},{"t":"C","m":"two","h":0,"x":0.5}]})";
  const Converted result = convert(config, row);
  ASSERT_EQ(result.feedback.sets.size(), 1u);
  const auto& responses = result.feedback.sets[0].responses;
  ASSERT_EQ(responses.size(), 3u);
  EXPECT_EQ(responses[0].text, "A");  // (3 * 1 + 0) / 4
  EXPECT_EQ(responses[0].author, "one");
  EXPECT_EQ(responses[0].utility, 0.75);
  EXPECT_EQ(responses[1].utility, 0.625);
  EXPECT_THAT(responses[1].ratings, ElementsAre(0.5, 1.0));
  EXPECT_EQ(responses[2].utility, 0.125);
  EXPECT_THAT(result.pairs, ElementsAre(PairTexts{"user:Q", "A", "C", 0.625}));
}

TEST(Rating, OneAxisDecidesWhenItIsNamed) {
  const std::string config = R"({"kind":"rating","prompt":"q",
    "responses":[{"each":"r[]","text":"t"}],
    "axes":[{"name":"help","path":"h","range":[0,10],"weight":3},
            {"name":"toxic","path":"x","range":[0,1],"higher_is_better":false}],
    "pairing":{"strategy":"largest_gap","axis":"toxic"}})";
  EXPECT_EQ(
      outcome(config, R"({"q":"Q","r":[{"t":"A","h":10,"x":0.75},{"t":"B","h":0,"x":0.25}]})"),
      "user:Q > B | A @ 0.5");
}

TEST(Rating, MissingAxesDropTheResponseOrTheAxis) {
  const std::string row = R"({"q":"Q","r":[{"t":"A","h":10},{"t":"B","h":2,"x":1},)"
                          R"({"t":"C","h":4,"x":1},{"t":"D"}]})";
  const auto config = [](const std::string& missing) {
    return R"({"kind":"rating","prompt":"q","responses":[{"each":"r[]","text":"t"}],"missing":")" +
           missing + R"(","axes":[{"name":"help","path":"h","range":[0,10]},
                                  {"name":"x","range":[0,1]}]})";
  };
  EXPECT_EQ(outcome(config("drop"), row), "user:Q > C | B @ 0.1");
  EXPECT_EQ(outcome(config("ignore"), row), "user:Q > A | B @ 0.4");
}

TEST(Rating, AnnotatorsAreAggregated) {
  const auto config = [](const std::string& how) {
    return R"({"kind":"rating","prompt":"q","responses":[{"each":"r[]","text":"t"}],
               "annotators":")" +
           how + R"(","axes":[{"name":"s","path":"v[].s","range":[1,5]}]})";
  };
  const std::string row =
      R"({"q":"Q","r":[{"t":"A","v":[{"s":1},{"s":1},{"s":5},{"s":5},{"s":5}]},)"
      R"({"t":"B","v":[{"s":4}]}]})";
  EXPECT_EQ(outcome(config("mean"), row), "user:Q > B | A @ 0.15");
  EXPECT_EQ(outcome(config("majority"), row), "user:Q > A | B @ 0.25");
  const Converted result = convert(config("mean"), row);
  EXPECT_NEAR(result.feedback.sets[0].responses[1].disagreement, std::sqrt(3.84) / 4, 1e-15);
  EXPECT_EQ(result.feedback.sets[0].responses[0].disagreement, 0);
}

TEST(Rating, ScalesWithoutARange) {
  const auto config = [](const std::string& range) {
    return R"({"kind":"rating","prompt":"q","response":"a","axes":[{"name":"s")" + range + "}]}";
  };
  const std::string rows = R"({"q":"Q","a":"A","s":0}
{"q":"Q","a":"B","s":10}
{"q":"P","a":"A","s":11}
{"q":"P","a":"B","s":1000})";
  const Converted observed = convert(config(""), rows);
  EXPECT_THAT(observed.pairs, ElementsAre(PairTexts{"user:Q", "B", "A", 0.01},
                                          PairTexts{"user:P", "B", "A", 1 - 0.011}));
  const Converted ranked = convert(config(R"(,"range":"rank")"), rows);
  EXPECT_THAT(ranked.pairs, ElementsAre(PairTexts{"user:Q", "B", "A", 0.25},
                                        PairTexts{"user:P", "B", "A", 0.25}));
}

TEST(Rating, SameTextTwiceIsOneResponse) {
  const std::string config = R"({"kind":"rating","prompt":"q","response":"a",
    "axes":[{"name":"s","range":[0,4]}]})";
  const Converted result = convert(config, R"({"q":"Q","a":"A","s":4}
{"q":"Q","a":"A\n","s":2}
{"q":"Q","a":"B","s":1})");
  EXPECT_THAT(result.pairs, ElementsAre(PairTexts{"user:Q", "A", "B", 0.5}));
  EXPECT_EQ(result.feedback.sets[0].responses[0].disagreement, 0.25);
}

TEST(Ranking, RanksListsAndTrees) {
  const std::string ranks = R"({"preset":"nectar"})";
  EXPECT_EQ(outcome(ranks, R"({"prompt":"\n\nHuman: Q\n\nAssistant: ","answers":[)"
                           R"({"answer":"A","rank":3},{"answer":"B","rank":1.0},)"
                           R"({"answer":"C","rank":2}]})"),
            "user:Q > B | A @ 0.5");
  const std::string list = R"({"kind":"ranking","prompt":"q",
    "responses":[{"each":"best_first[]","text":"."}]})";
  EXPECT_EQ(outcome(list, R"({"q":"Q","best_first":["A","B"]})"), "user:Q > A | B @ 0.3333");
  EXPECT_EQ(outcome(list, R"({"q":"Q","best_first":["A"]})"), "fewer than two ranked answers");
  EXPECT_EQ(outcome(list, R"({"q":"Q","best_first":["A"," A"]})"), "only one answer");
  const std::string high = R"({"kind":"ranking","prompt":"q","rank":"s","best":"high",
    "responses":[{"each":"r[]","text":"t"}]})";
  EXPECT_EQ(outcome(high, R"({"q":"Q","r":[{"t":"A","s":1},{"t":"B","s":9}]})"),
            "user:Q > B | A @ 0.3333");
  EXPECT_EQ(outcome(high, R"({"q":"Q","r":[{"t":"A","s":1},{"t":"B","s":1}]})"), "tie");
}

const char* const kTree =
    R"({"message_tree_id":"t","prompt":{"role":"prompter","text":"Q","replies":[
  {"role":"assistant","text":"A","rank":1,"replies":[
    {"role":"prompter","text":"S","replies":[
      {"role":"assistant","text":"U","rank":0},
      {"role":"assistant","text":"V","rank":1},
      {"role":"assistant","text":"W","rank":null}]}]},
  {"role":"assistant","text":"B","rank":0},
  {"role":"assistant","text":"C","rank":2,"deleted":true}]}})";

std::string one_line(std::string text) {
  std::erase(text, '\n');
  return text;
}

TEST(Ranking, TreesGiveASetPerTurn) {
  const Converted result = convert(R"({"preset":"oasst"})", one_line(kTree));
  EXPECT_THAT(result.pairs,
              ElementsAre(PairTexts{"user:Q", "B", "A", 2.0 / 3 - 1.0 / 3},
                          PairTexts{"user:Q|assistant:A|user:S", "U", "V", 2.0 / 3 - 1.0 / 3}));
  EXPECT_EQ(result.feedback.report.dropped_responses, (Counts{{"not ranked", 1}}));
  EXPECT_EQ(result.feedback.sets[0].group, result.feedback.sets[1].group);
  EXPECT_NE(result.feedback.sets[0].prompt_key, result.feedback.sets[1].prompt_key);
}

TEST(Ranking, TreesCanBeRated) {
  const std::string row =
      R"({"message_tree_id":"t","prompt":{"role":"prompter","text":"Q","replies":[)"
      R"({"role":"assistant","text":"A","labels":{"toxicity":{"value":0.5}}},)"
      R"({"role":"assistant","text":"B","labels":{"toxicity":{"value":0.25}}}]}})";
  EXPECT_EQ(outcome(R"({"preset":"oasst_toxicity"})", row), "user:Q > B | A @ 0.25");
}

TEST(Ranking, ComparisonsOfEveryTwo) {
  const std::string config = R"({"kind":"ranking","prompt":"q","comparisons":"c",
    "responses":[{"text":"a"},{"text":"b"},{"text":"d"}]})";
  const auto compare = [&](const std::string& labels) {
    return outcome(config, R"({"q":"Q","a":"A","b":"B","d":"D","c":)" + labels + "}");
  };
  EXPECT_EQ(compare(R"(["first","second","second"])"), "user:Q > D | B @ 0.5");
  EXPECT_EQ(compare(R"(["tie","first","first"])").substr(0, 7), "user:Q ");
  EXPECT_EQ(compare(R"(["first","second","first"])"), "comparisons contradict each other");
  EXPECT_EQ(compare(R"(["tie","tie","tie"])"), "tie");
  EXPECT_EQ(outcome(config, R"({"q":"Q","a":"A","b":" ","d":"D","c":["first","first","first"]})"),
            "empty answer");
  EXPECT_EQ(compare(R"(["first"])"),
            "rows.jsonl:1: c: 1 labels for 3 answers; expected one for every two");
  EXPECT_THAT(compare(R"(["first","x","first"])"), HasSubstr("none of first, second and tie"));
}

TEST(Label, PairsWithinAPromptAndKeepsTheRest) {
  const Converted result =
      convert(R"({"preset":"kto"})", R"({"prompt":"Q","completion":"A","label":true}
{"prompt":"P","completion":"A","label":"True"}
{"prompt":"Q","completion":"B","label":0}
{"prompt":"R","completion":"B","label":"down"}
{"prompt":"S","completion":"B","label":null})");
  EXPECT_THAT(result.pairs, ElementsAre(PairTexts{"user:Q", "A", "B", 1.0}));
  ASSERT_EQ(result.feedback.unpaired.size(), 2u);
  EXPECT_TRUE(result.feedback.unpaired[0].good);
  EXPECT_FALSE(result.feedback.unpaired[1].good);
  EXPECT_EQ(result.feedback.unpaired[1].example.where, (RowRef{0, 4}));
  EXPECT_EQ(result.feedback.report.unpaired_sets, 2);
  EXPECT_EQ(result.feedback.report.dropped_rows, (Counts{{"not labelled", 1}}));
  EXPECT_EQ(outcome(R"({"preset":"kto"})", R"({"prompt":"Q","completion":"A","label":"maybe"})"),
            "rows.jsonl:1: label: \"maybe\" is not known as a label; give the source a map to true "
            "and false");
}

TEST(Label, LabelsOfMembersOfAnObject) {
  EXPECT_EQ(
      outcome(R"({"preset":"truthfulqa_mc"})", R"({"question":"Q","mc2_targets":{"A":0,"B":1}})"),
      "user:Q > B | A @ 1");
}

TEST(Cloze, FillsTheBlank) {
  const std::string row =
      R"({"sentence":"Ann beat Eve so _ won.","option1":"Ann","option2":"Eve","answer":"1"})";
  EXPECT_EQ(outcome(R"({"preset":"winogrande"})", row),
            "user:Ann beat Eve so _ won.\n\nWhat belongs in the blank? > Ann | Eve @ 1");
  EXPECT_EQ(
      outcome(R"({"preset":"winogrande","fill":"sentence","prompt":{"value":"Fill in."}})", row),
      "user:Fill in. > Ann beat Eve so Ann won. | Ann beat Eve so Eve won. @ 1");
  EXPECT_EQ(outcome(R"({"preset":"winogrande"})",
                    R"({"sentence":"no blank","option1":"a","option2":"b","answer":"1"})"),
            "no blank in the sentence");
  EXPECT_EQ(outcome(R"({"preset":"winogrande"})",
                    R"({"sentence":"_ and _","option1":"a","option2":"b","answer":"1"})"),
            "several blanks in the sentence");
  EXPECT_EQ(outcome(R"({"preset":"winogrande"})",
                    R"({"sentence":"a _","option1":"a","option2":"b","answer":""})"),
            "no right option given");
  EXPECT_EQ(outcome(R"({"preset":"winogrande"})",
                    R"({"sentence":"a _","option1":"a","option2":"b","answer":"3"})"),
            "rows.jsonl:1: answer: \"3\" names none of the 2 options");
}

TEST(Choice, IndexLabelLetterAndText) {
  const std::string row = R"({"q":"Q","o":["A","B"],"l":["x","y"],"n":1,"a":"y","t":"B","b":"B"})";
  const auto config = [](const std::string& rest) {
    return R"({"kind":"choice","prompt":"q","options":"o",)" + rest + "}";
  };
  const std::string expected = "user:Q > B | A @ 1";
  EXPECT_EQ(outcome(config(R"("answer":"n")"), row), expected);
  EXPECT_EQ(outcome(config(R"("answer":{"value":2},"first_index":1)"), row), expected);
  EXPECT_EQ(outcome(config(R"("answer":"a","answer_is":"label","labels":"l")"), row), expected);
  EXPECT_EQ(outcome(config(R"("answer":"b","answer_is":"label")"), row), expected);
  EXPECT_EQ(outcome(config(R"("answer":"t","answer_is":"text")"), row), expected);
  EXPECT_EQ(outcome(config(R"("answer":{"value":2})"), row),
            "rows.jsonl:1: answer: 2 names none of the 2 options");
  EXPECT_EQ(outcome(config(R"("answer":{"value":0.5})"), row),
            "rows.jsonl:1: answer: 0.5 names none of the 2 options");
  EXPECT_EQ(outcome(config(R"("answer":"n")"), R"({"q":"Q","o":["A"],"n":0})"),
            "fewer than two options");
}

TEST(Choice, TheWrongOneIsAnyOfTheWrong) {
  const Converted result = convert(R"({"kind":"choice","prompt":"q","options":"o","answer":0})",
                                   R"({"q":"Q","o":["A","B","C","D"]})");
  ASSERT_EQ(result.pairs.size(), 1u);
  EXPECT_EQ(result.pairs[0].chosen, "A");
  EXPECT_EQ(result.feedback.sets[0].responses.size(), 4u);
  EXPECT_FALSE(result.feedback.sets[0].graded);
}

TEST(Edit, TheEditedOneIsBetter) {
  const std::string config = R"({"kind":"edit","prompt":"q","before":"b","after":"a"})";
  EXPECT_EQ(outcome(config, R"({"q":"Q","b":"B","a":"A"})"), "user:Q > A | B @ 1");
  EXPECT_EQ(outcome(config, R"({"q":"Q","b":"A","a":"A "})"), "edit changes nothing");
  EXPECT_EQ(outcome(config, R"({"q":"Q","b":"A"})"), "empty answer");
  const std::string graded = R"({"preset":"mlqe_pe"})";
  EXPECT_EQ(outcome(graded, R"({"lp":"a-b","src":"s","mt":"B","pe":"A","hter":0.25})"),
            "user:Translate (a-b): s > A | B @ 0.25");
  EXPECT_EQ(outcome(graded, R"({"lp":"a-b","src":"s","mt":"B","pe":"A","hter":0})"), "tie");
}

TEST(Demonstration, PromptsTemplatesAndConversations) {
  const auto answer = [](const std::string& config, const std::string& row) -> std::string {
    const Converted result = convert(config, row);
    if (!result.error.empty()) return result.error;
    if (result.feedback.demonstrations.size() != 1) {
      const Counts& counts = result.feedback.report.dropped_rows;
      return counts.empty() ? "none" : counts.begin()->first;
    }
    const Demonstration& example = result.feedback.demonstrations[0];
    return test::prompt_text(example.prompt) + " > " + example.answer;
  };
  EXPECT_EQ(answer(R"({"preset":"alpaca"})", R"({"instruction":"I","input":"","output":"A"})"),
            "user:I > A");
  EXPECT_EQ(answer(R"({"preset":"alpaca"})",
                   R"({"instruction":"I","input":"N","output":"A","system":"S"})"),
            "system:S|user:I\n\nN > A");
  EXPECT_EQ(
      answer(R"({"preset":"sharegpt"})",
             R"({"conversations":[{"from":"human","value":"Q"},{"from":"gpt","value":"A"}]})"),
      "user:Q > A");
  EXPECT_EQ(
      answer(R"({"preset":"sharegpt"})", R"({"conversations":[{"from":"human","value":"Q"}]})"),
      "turns do not alternate");
  EXPECT_EQ(answer(R"({"preset":"self_instruct"})",
                   R"({"instruction":"I","instances":[{"input":"N","output":"A"}]})"),
            "user:I\n\nN > A");
  EXPECT_EQ(answer(R"({"preset":"self_instruct"})", R"({"instruction":"I","instances":[]})"),
            "no elements");
  EXPECT_EQ(answer(R"({"preset":"prompt_completion"})", R"({"prompt":"Q"})"),
            "rows.jsonl:1: completion: is missing");
  EXPECT_EQ(answer(R"({"preset":"messages"})",
                   R"({"messages":[{"role":"user","content":[{"type":"text","text":"Q"}]},)"
                   R"({"role":"assistant","content":"A"}]})"),
            "user:Q > A");
}

TEST(Demonstration, MarkersCutTextIntoTurns) {
  const Converted result = convert(
      R"({"kind":"demonstration","prompt":"p","response":"r",
          "markers":{"user":"<u>","assistant":"<a>"}})",
      R"({"p":"Q<a>A<u>S<a>","r":"B"})");
  ASSERT_EQ(result.feedback.demonstrations.size(), 1u);
  EXPECT_EQ(test::prompt_text(result.feedback.demonstrations[0].prompt),
            "user:Q|assistant:A|user:S");
}

TEST(Kinds, ToolsAndWeightsAndGroups) {
  const Converted result =
      convert(R"({"preset":"trl","tools":"tools","row_weight":"w","weight":2,"group":"g"})",
              R"({"prompt":"Q","chosen":"A","rejected":"B","tools":[{"name":"f"}],"w":0.5,"g":7}
{"prompt":"P","chosen":"A","rejected":"B","tools":"[]","g":"7"})");
  ASSERT_EQ(result.feedback.sets.size(), 2u);
  EXPECT_EQ(result.feedback.sets[0].tools.dump(), R"([{"name":"f"}])");
  EXPECT_EQ(result.feedback.sets[0].weight, 1.0);
  EXPECT_TRUE(result.feedback.sets[1].tools.is_null());
  EXPECT_EQ(result.feedback.sets[1].weight, 2.0);
  EXPECT_EQ(result.feedback.sets[0].group, result.feedback.sets[1].group);
  EXPECT_FALSE(result.feedback.sets[0].graded);
}

TEST(Kinds, RecordsForTraining) {
  const Converted result = convert(kVotes, R"({"q":"Q","a":"A","b":"B","v":[2,2,1]})");
  PairingReport report;
  const auto pairs = make_pairs(result.feedback.sets, result.feedback.axes, {}, report);
  ASSERT_EQ(pairs.size(), 1u);
  const FeedbackRecord record = to_record(result.feedback, pairs[0]);
  EXPECT_EQ(record.chosen, "B");
  EXPECT_EQ(record.rejected, "A");
  EXPECT_EQ(record.where.file, "rows.jsonl");
  EXPECT_EQ(record.where.line, 1);
  EXPECT_NEAR(record.margin, 1.0 / 3, 1e-15);
  EXPECT_EQ(record.source, "rows");
}

}  // namespace
}  // namespace braid

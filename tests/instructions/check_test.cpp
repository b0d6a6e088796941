// Strict and loose results, and what is read from rows of the data.
#include "data/instructions/check.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "tests/instructions/checked.h"
#include "tests/support.h"

namespace braid {
namespace {

using test::error_of;
using test::made;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<bool> loose(const std::string& id, const std::string& answer,
                        const std::string& kwargs = "{}") {
  const std::vector<Instruction> instructions{made(id, kwargs)};
  const InstructionResult result = check(answer, instructions);
  return {result.strict[0], result.loose[0]};
}

TEST(Check, LooseForgivesFirstAndLastLine) {
  EXPECT_THAT(loose("startend:quotation", "\"a\""), ElementsAre(true, true));
  EXPECT_THAT(loose("startend:quotation", "Sure:\n\"a\""), ElementsAre(false, true));
  EXPECT_THAT(loose("startend:quotation", "\"a\"\nBye"), ElementsAre(false, true));
  EXPECT_THAT(loose("startend:quotation", "Sure:\n\n\"a\"\n\nBye"), ElementsAre(false, true));
  EXPECT_THAT(loose("startend:quotation", "Oh.\nSure:\n\"a\""), ElementsAre(false, false));
  EXPECT_THAT(loose("punctuation:no_comma", "Yes, sir"), ElementsAre(false, false))
      << "nothing is left of one line";
  EXPECT_THAT(loose("punctuation:no_comma", "Yes, sir\n\n"), ElementsAre(false, false));
  EXPECT_THAT(loose("punctuation:no_comma", "Yes, sir\nNo, sir"), ElementsAre(false, false));
}

TEST(Check, LooseForgivesAsterisks) {
  EXPECT_THAT(loose("startend:quotation", "**\"a\"**"), ElementsAre(false, true));
  EXPECT_THAT(loose("startend:quotation", "Sure:\n**\"a\"**\nBye"), ElementsAre(false, true));
  EXPECT_THAT(loose("detectable_format:number_bullet_lists", "* a\n* b", R"({"num_bullets": 1})"),
              ElementsAre(false, true));
}

TEST(Check, KeepsTheOrderOfInstructions) {
  const std::vector<Instruction> instructions{
      made("punctuation:no_comma"), made("startend:quotation"), made("detectable_format:title")};
  const InstructionResult result = check("\"a, b\"", instructions);
  EXPECT_THAT(result.strict, ElementsAre(false, true, false));
  EXPECT_THAT(result.loose, ElementsAre(false, true, false));
}

TEST(Read, RowsWithNullsAndWithout) {
  const Json row = parse_json(R"({"key": 1, "prompt": "p",
      "instruction_id_list": ["punctuation:no_comma", "length_constraints:number_words"],
      "kwargs": [{"num_words": null, "relation": null},
                 {"num_words": 3, "relation": "at least", "keywords": null}]})",
                              "row");
  const auto instructions = read_instructions(row, "row");
  ASSERT_EQ(instructions.size(), 2u);
  EXPECT_EQ(instructions[1].id(), "length_constraints:number_words");
  EXPECT_TRUE(instructions[1].follows("one two three"));
}

TEST(Read, ThereAre25Types) {
  const auto ids = instruction_ids();
  EXPECT_EQ(ids.size(), 25u);
  EXPECT_EQ(ids.front(), "change_case:capital_word_frequency");
}

std::string error_with(const std::string& id, const std::string& kwargs) {
  return error_of([&] { made(id, kwargs); });
}

TEST(Read, ErrorsNameTheIdAndTheMember) {
  EXPECT_THAT(error_with("keywords:existance", "{}"),
              AllOf(HasSubstr("test: instruction \"keywords:existance\": unknown"),
                    HasSubstr("keywords:existence")));
  const std::string words = "length_constraints:number_words";
  EXPECT_EQ(error_with(words, R"({"relation": "at least"})"),
            "test: instruction \"" + words + "\": num_words: is missing");
  EXPECT_THAT(error_with(words, R"({"relation": "at least", "num_words": null})"),
              HasSubstr("num_words: is missing"));
  EXPECT_THAT(error_with(words, R"({"relation": "at most", "num_words": 3})"),
              HasSubstr("relation: expected \"at least\" or \"less than\", got \"at most\""));
  EXPECT_THAT(error_with(words, R"({"relation": "at least", "num_words": "3"})"),
              HasSubstr("num_words: expected an integer"));
  EXPECT_THAT(error_with(words, R"({"relation": "at least", "num_words": -3})"),
              HasSubstr("num_words: is -3; expected 0 or more"));
  EXPECT_THAT(error_with(words, R"({"relation": "at least", "num_words": 3, "n": 1})"),
              HasSubstr("unknown key n"));
  EXPECT_THAT(error_with("keywords:existence", R"({"keywords": "a"})"),
              HasSubstr("keywords: expected an array"));
  EXPECT_THAT(error_with("keywords:existence", R"({"keywords": []})"),
              HasSubstr("keywords: expected 1 to 64 strings, got 0"));
  EXPECT_THAT(error_with("keywords:existence", R"({"keywords": ["a", " "]})"),
              HasSubstr("keywords: has nothing to look for"));
  EXPECT_THAT(error_with("keywords:letter_frequency",
                         R"({"letter": "ab", "let_frequency": 1, "let_relation": "at least"})"),
              HasSubstr("letter: expected one character"));
  EXPECT_THAT(error_with("length_constraints:nth_paragraph_first_word",
                         R"({"num_paragraphs": 2, "nth_paragraph": 3, "first_word": "a"})"),
              HasSubstr("nth_paragraph: is beyond num_paragraphs"));
  EXPECT_THAT(error_with("language:response_language", R"({"language": "klingon"})"),
              AllOf(HasSubstr("language: expected one of ar, bg"), HasSubstr("\"klingon\"")));
  EXPECT_THAT(error_with("combination:repeat_prompt", R"({"prompt_to_repeat": " "})"),
              HasSubstr("prompt_to_repeat: has nothing to repeat"));
  EXPECT_THAT(error_with("punctuation:no_comma", "[]"), HasSubstr("expected an object"));
}

TEST(Read, ErrorsOfRows) {
  const auto error_of_row = [](const std::string& row) {
    return error_of([&] { read_instructions(parse_json(row, "row"), "file:7"); });
  };
  EXPECT_EQ(error_of_row("{}"), "file:7: instruction_id_list: is missing or empty");
  EXPECT_EQ(error_of_row(R"({"instruction_id_list": ["punctuation:no_comma"], "kwargs": []})"),
            "file:7: kwargs: expected 1 objects, one per instruction");
  EXPECT_EQ(
      error_of_row(R"({"instruction_id_list": ["punctuation:no_comma"], "kwargs": [7]})"),
      "file:7: kwargs[0]: instruction \"punctuation:no_comma\": expected an object of kwargs");
}

TEST(Read, ThePublishedPrompts) {
  const auto path = test::shared_path("data/ifeval/input_data.jsonl");
  if (!path) GTEST_SKIP() << "the shared IFEval prompts are not here";
  std::ifstream file(*path);
  int64_t prompts = 0, instructions_seen = 0, all_followed = 0, followed = 0;
  std::set<std::string> ids;
  for (std::string line; std::getline(file, line); ++prompts) {
    const Json row = parse_json(line, "row");
    const auto instructions = read_instructions(row, "row");
    for (const Instruction& instruction : instructions) ids.insert(instruction.id());
    const auto strict = check(row["prompt"].get<std::string>(), instructions).strict;
    const int64_t here = std::ranges::count(strict, true);
    followed += here;
    instructions_seen += std::ssize(strict);
    all_followed += here == std::ssize(strict);
  }
  EXPECT_EQ(ids.size(), 25u);
  EXPECT_GT(10 * followed, instructions_seen) << "some prompts show what they ask for";
  EXPECT_LT(2 * all_followed, prompts);
}

}  // namespace
}  // namespace braid

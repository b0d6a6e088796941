// Comparison with the official checker, on answers of scripts/golden/ifeval.py.
#include <gmock/gmock.h>

#include "data/instructions/capital_words.h"
#include "data/instructions/characters.h"
#include "data/instructions/check.h"
#include "data/instructions/language.h"
#include "data/instructions/sentences.h"
#include "tests/support.h"

namespace braid {
namespace {

const Json& golden() {
  static const Json json = read_json_file(test::golden_path("ifeval.json"));
  return json;
}

bool asks_for_language(const std::string& id) {
  return id == "language:response_language" || id == "change_case:english_capital" ||
         id == "change_case:english_lowercase";
}

TEST(Golden, EveryDecisionThatNeedsNoLanguage) {
  std::vector<Instruction> instructions;
  std::vector<bool> compared;
  for (const Json& entry : golden()["instructions"]) {
    instructions.push_back(make_instruction(entry["id"], entry["kwargs"], "golden"));
    compared.push_back(!asks_for_language(entry["id"]));
  }
  size_t followed = 0;
  for (const Json& entry : golden()["answers"]) {
    const auto answer = entry["answer"].get<std::string>();
    const InstructionResult result = check(answer, instructions);
    const auto strict = entry["strict"].get<std::string>();
    const auto loose = entry["loose"].get<std::string>();
    ASSERT_EQ(strict.size(), instructions.size());
    for (size_t i = 0; i < instructions.size(); ++i) {
      if (!compared[i]) continue;
      EXPECT_EQ(result.strict[i], strict[i] == '1') << instructions[i].id() << ": " << answer;
      EXPECT_EQ(result.loose[i], loose[i] == '1') << instructions[i].id() << ": " << answer;
      followed += result.loose[i];
    }
  }
  EXPECT_GT(followed, 300u);
}

// langdetect takes single words and JSON for any language, so decisions on languages differ there.
TEST(Golden, MostDecisionsOnLanguage) {
  std::vector<Instruction> instructions;
  std::vector<size_t> places;
  for (size_t i = 0; i < golden()["instructions"].size(); ++i) {
    const Json& entry = golden()["instructions"][i];
    if (!asks_for_language(entry["id"])) continue;
    instructions.push_back(make_instruction(entry["id"], entry["kwargs"], "golden"));
    places.push_back(i);
  }
  size_t decisions = 0, different = 0;
  for (const Json& entry : golden()["answers"]) {
    const InstructionResult result = check(entry["answer"].get<std::string>(), instructions);
    for (size_t i = 0; i < places.size(); ++i) {
      different += result.strict[i] != (entry["strict"].get<std::string>()[places[i]] == '1');
      different += result.loose[i] != (entry["loose"].get<std::string>()[places[i]] == '1');
      decisions += 2;
    }
  }
  EXPECT_LE(different * 15, decisions);
}

TEST(Golden, CountsOfSentencesWordsAndCapitals) {
  for (const Json& entry : golden()["texts"]) {
    const auto text = entry["text"].get<std::string>();
    EXPECT_EQ(count_sentences(text), entry["sentences"].get<size_t>()) << text;
    EXPECT_EQ(count_words(text), entry["words"].get<size_t>()) << text;
    EXPECT_EQ(count_capital_words(text), entry["capital_words"].get<size_t>()) << text;
  }
}

TEST(Golden, EveryLanguage) {
  size_t official = 0, all = 0;
  for (const Json& entry : golden()["languages"]) {
    const auto text = entry["text"].get<std::string>();
    const auto language = entry["language"].get<std::string>();
    EXPECT_EQ(identify_language(text), language) << text;
    const Instruction instruction =
        make_instruction("language:response_language", {{"language", language}}, "golden");
    EXPECT_TRUE(instruction.follows(text)) << text;
    official += entry["official"] == language;
    ++all;
  }
  EXPECT_EQ(all, 60u);
  EXPECT_GE(official, 58u) << "the texts themselves are clear";
}

}  // namespace
}  // namespace braid

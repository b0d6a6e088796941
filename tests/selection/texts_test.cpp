// Words, shingles and counts of texts; the golden values come from regular expressions and sets.
#include <gmock/gmock.h>

#include <vector>

#include "base/json.h"
#include "data/selection/shingles.h"
#include "data/selection/text_units.h"
#include "tests/support.h"

namespace braid {
namespace {

constexpr size_t kSeen = 1 << 15;

std::vector<std::string> words_of(std::string_view text, size_t seen = kSeen) {
  const WordText parsed(text, seen);
  std::vector<std::string> words;
  for (size_t i = 0; i < parsed.word_count(); ++i) words.emplace_back(parsed.words(i, 1));
  return words;
}

std::vector<std::string> ngrams_of(std::string_view text, size_t n) {
  std::vector<std::string> grams;
  WordText(text, kSeen).visit_character_ngrams(n, [&](std::string_view gram) {
    grams.emplace_back(gram);
  });
  return grams;
}

TEST(Words, AreFoldedAndSeparated) {
  using testing::ElementsAre;
  EXPECT_THAT(words_of("  Don't PANIC, \"Dr. Watson\"! "),
              ElementsAre("don", "t", "panic", "dr", "watson"));
  EXPECT_THAT(words_of("5+3 = 8"), ElementsAre("5", "+", "3", "=", "8"));
  EXPECT_THAT(words_of("a -- b ___ c"), ElementsAre("a", "-", "b", "_", "c"));
  EXPECT_THAT(words_of("ÀÉÖ Ωμέγα ПРИВЕТ Ёж"), ElementsAre("àéö", "ωμέγα", "привет", "ёж"));
  EXPECT_THAT(words_of("你好，世界 ok"), ElementsAre("你", "好", "世", "界", "ok"));
  EXPECT_THAT(words_of("fine 👍👍 x"), ElementsAre("fine", "👍", "x"));
  EXPECT_THAT(words_of("a\u00a0b\u3000c\u2014d"), ElementsAre("a", "b", "c", "d"));
  EXPECT_TRUE(words_of("?! ... \n").empty());
}

TEST(Words, InvalidBytesSeparate) {
  EXPECT_THAT(words_of("ab\xff"
                       "cd\xe2\x82"),
              testing::ElementsAre("ab", "cd"));
  EXPECT_THAT(words_of("\xed\xa0\x80x\xc0\x80y\xf5z"), testing::ElementsAre("x", "y", "z"));
}

TEST(Words, LongTextsAreSeenByTheirEnds) {
  std::string text = "first";
  for (int i = 0; i < 10000; ++i) text += " middle";
  const auto words = words_of(text + " last", 256);
  EXPECT_EQ(words.front(), "first");
  EXPECT_EQ(words.back(), "last");
  EXPECT_LT(words.size(), 50u);
}

TEST(Words, CharacterRunsStayInsideWords) {
  EXPECT_THAT(ngrams_of("ab c", 3), testing::ElementsAre(" ab", "ab ", " c "));
  EXPECT_THAT(ngrams_of("é字", 3), testing::ElementsAre(" é ", " 字 "));
  EXPECT_THAT(ngrams_of("ab c", 4), testing::ElementsAre(" ab "));
  EXPECT_TRUE(ngrams_of("", 3).empty());
}

TEST(Texts, CountsAndWhitespace) {
  const TextCounts counts = count_text(
      "a\tb\n\x01\u0085\x7f"
      "é\xff");
  EXPECT_EQ(counts.characters, 9);
  EXPECT_EQ(counts.controls, 3);
  EXPECT_FALSE(counts.blank);
  EXPECT_TRUE(count_text(" \n\u00a0\u3000").blank);
  EXPECT_TRUE(count_text("").blank);
  EXPECT_EQ(normalise_whitespace(" a \n\t b\u00a0c "), "a b c");
  EXPECT_EQ(normalise_whitespace("A, b."), "A, b.");
}

TEST(Shingles, GoldenJaccard) {
  const Json golden = read_json_file(test::golden_path("selection.json"));
  for (const Json& pair : golden["texts"]) {
    const auto a = pair["a"].get<std::string>(), b = pair["b"].get<std::string>();
    EXPECT_EQ(WordText(a, kSeen).word_count(), pair["words"].get<size_t>()) << a;
    for (const auto& [words, expected] : pair["jaccard"].items()) {
      const size_t n = std::stoul(words);
      const double value =
          jaccard(shingles_of(WordText(a, kSeen), n, 0), shingles_of(WordText(b, kSeen), n, 0));
      EXPECT_DOUBLE_EQ(value, expected.get<double>()) << a << " | " << b << " | " << n;
    }
  }
}

TEST(Shingles, Containment) {
  const ShingleSet part = {1, 2, 3, 4}, whole = {2, 3, 4, 5, 6};
  EXPECT_DOUBLE_EQ(containment(part, whole), 0.75);
  EXPECT_DOUBLE_EQ(containment({}, whole), 0);
  EXPECT_DOUBLE_EQ(jaccard(part, whole), 0.5);
}

}  // namespace
}  // namespace braid

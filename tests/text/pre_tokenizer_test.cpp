// Splitting by itself: patterns and their dialect, scanners against patterns, behaviours, added
// tokens.
#include "data/text/pre_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "data/text/added_tokens.h"
#include "data/text/char_classes.h"
#include "data/text/regex_dialect.h"
#include "data/text/split_scanner.h"
#include "tests/text/text_files.h"

namespace braid::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Pieces final : public PieceSink {
 public:
  void take(const Stretch& piece) override { list.emplace_back(piece.text); }
  std::vector<std::string> list;
};

std::vector<std::string> split(const PreTokenizer& pre_tokenizer, std::string_view text) {
  EditedText edited;
  Pieces pieces;
  pre_tokenizer.split({text, nullptr, true}, edited, pieces);
  return pieces.list;
}

std::vector<std::string> split(const std::string& pattern, std::string_view text) {
  return split(*pattern_splitter(pattern, SplitBehavior::kIsolated, false, "x"), text);
}

// A scanner, and the same pattern by PCRE2: with a group around it no scanner knows it.
struct Both {
  explicit Both(std::string_view pattern)
      : scanner(pattern_splitter(std::string(pattern), SplitBehavior::kIsolated, false, "x")),
        pcre2(pattern_splitter("(?:" + std::string(pattern) + ")", SplitBehavior::kIsolated, false,
                               "x")) {}
  std::unique_ptr<PreTokenizer> scanner, pcre2;
};

const std::vector<Both>& scanned_patterns() {
  static const std::vector<Both> both = [] {
    std::vector<Both> list;
    for (const auto pattern : {kGpt2Pattern, kLlama3Pattern, kQwen2Pattern}) {
      EXPECT_TRUE(SplitScanner::for_pattern(pattern));
      list.emplace_back(pattern);
    }
    return list;
  }();
  return both;
}

TEST(PatternSplitter, KeepsAllTextInOrder) {
  EXPECT_THAT(split("b+", "abbcab"), ElementsAre("a", "bb", "ca", "b"));
  EXPECT_THAT(split(std::string(kGpt2Pattern), "a  1"), ElementsAre("a", " ", " 1"));
}

TEST(PatternSplitter, WhitespaceIsUnicodesWhiteSpace) {
  // U+180E was white space once and still is for PCRE2's own \s.
  EXPECT_THAT(split(R"(\s+)", "a\u180eb\u00a0c\u3000\u0085d\u200be"),
              ElementsAre("a\u180eb", "\u00a0", "c", "\u3000\u0085", "d\u200be"));
  EXPECT_THAT(split(R"([^\S\n]+)", "a \nb"), ElementsAre("a", " ", "\nb"));
}

TEST(PatternSplitter, RefusesBadPatterns) {
  const auto refusal = [](const std::string& pattern) {
    return error_of([&] { Pattern(pattern, "f.json"); });
  };
  EXPECT_THAT(refusal("(a"), HasSubstr("f.json: split pattern \"(a\": missing"));
  EXPECT_THAT(refusal("a*"), HasSubstr("can match nothing"));
  EXPECT_THAT(refusal(R"(\p{Nonsense})"), HasSubstr("unknown property"));
}

TEST(PatternSplitter, PatternsThatExplodeAreAnErrorNotAHang) {
  const std::string text = std::string(200, 'a') + "cb";
  EXPECT_THAT(error_of([&] { split("(?:a|a)(?:(?:a|aa)+)+b", text); }), HasSubstr("match limit"));
}

TEST(PatternSplitter, LongRunsSplit) {
  for (const Both& both : scanned_patterns()) {
    const std::string spaces = std::string(1 << 20, ' ') + "x";
    EXPECT_EQ(split(*both.scanner, spaces).size(), 2u);
    EXPECT_EQ(split(*both.pcre2, spaces).size(), 2u);
    EXPECT_EQ(split(*both.scanner, std::string(1 << 20, '!')).size(), 1u);
  }
}

TEST(RegexDialect, RewritesAndRefuses) {
  EXPECT_EQ(to_pcre2(R"([^\s\p{Lt}\\]+(?!\S)|\x41|\.)", "x"),
            R"([^\p{White_Space}\p{Lt}\\]+(?!\P{White_Space})|\x41|\.)");
  EXPECT_EQ(
      to_pcre2(R"(\p{Pd}\P{Pd}[a\p{Pd}])", "x"),
      R"([\p{Pd}\x{10d6e}-\x{10d6e}][^\p{Pd}\x{10d6e}-\x{10d6e}][a\p{Pd}\x{10d6e}-\x{10d6e}])");
  EXPECT_EQ(to_pcre2("(?i:'s)|[a-z^$.(*]{1,3}?", "x"), "(?i:'s)|[a-z^$.(*]{1,3}?");
  EXPECT_EQ(to_pcre2(R"(\u4e00|[\u4e00-\u9fa5])", "x"), R"(\x{4e00}|[\x{4e00}-\x{9fa5}])");
  EXPECT_EQ(to_pcre2(" ?[^(\\s|[.,!?])]+", "x"), " ?[^(\\p{White_Space}|.,!?)]+");
  EXPECT_EQ(to_pcre2("^a$", "x"), "(?m:^)a(?m:$)");
  for (const char* construct :
       {R"(\R)", R"([\b])", R"([\W])", R"(\u4e0)", "(*UCP)a", "a{,3}", "a{1,3}+", "[a[^b]]",
        "[a&&b]", "[[:alpha:]]", "(?m:a)", "(?P<n>a)", "(?R)", "a\\", R"(\p{L)", "[]a]", R"(\1)"}) {
    EXPECT_THAT(error_of([&] { to_pcre2(construct, "f.json"); }), HasSubstr("is not supported"))
        << construct;
  }
}

TEST(RegexDialect, UnterminatedClass) {
  EXPECT_THAT(error_of([] { to_pcre2("x[a", "f.json"); }), HasSubstr("ends inside a class"));
}

// Every character that can have a class, in every surrounding that a pattern can tell apart.
TEST(SplitScanner, EveryCharacterAsPcre2) {
  std::string text;
  for (uint32_t code = 0; code < 0x40000; ++code) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    std::string c;
    append_utf8(c, code);
    text += c + "a" + c + " " + c + "1" + c + "\n" + c + "!" + c + c + "'s ";
  }
  for (const Both& both : scanned_patterns()) {
    EXPECT_TRUE(split(*both.scanner, text) == split(*both.pcre2, text));
  }
}

TEST(SplitScanner, RandomTextsAsPcre2) {
  const std::vector<std::string> parts = {
      " ",      "  ", "\n", "\r", "\t",     "\u00a0", "\u3000",     "\u2028", "a", "B",  "\u00e9",
      "s",      "t",  "re", "VE", "ll",     "\u017f", "'",          "''",     "1", "23", "\u0664",
      "\u00bd", "!",  ".",  "_",  "\u0301", "\u200d", "\U0001f600", "\u4f60"};
  std::mt19937 random(9);
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (size_t i = 1 + random() % 12; i > 0; --i) text += parts[random() % parts.size()];
    for (const Both& both : scanned_patterns()) {
      ASSERT_EQ(split(*both.scanner, text), split(*both.pcre2, text)) << quote(text);
    }
  }
}

TEST(CharClasses, Samples) {
  const CharClasses& classes = CharClasses::get();
  EXPECT_EQ(classes.of('a'), CharClasses::kLetter | CharClasses::kWord);
  EXPECT_EQ(classes.of('7'), CharClasses::kNumber | CharClasses::kNumeric | CharClasses::kWord);
  EXPECT_EQ(classes.of(0xbd), CharClasses::kNumber | CharClasses::kNumeric);  // one half
  EXPECT_EQ(classes.of('_'), CharClasses::kPunctuation | CharClasses::kWord);
  EXPECT_EQ(classes.of('$'), CharClasses::kPunctuation);  // a symbol, but ASCII
  EXPECT_EQ(classes.of(0x20ac), 0);                       // the euro is none
  EXPECT_EQ(classes.of(0x3000), CharClasses::kSpace);
  EXPECT_EQ(classes.of(0x301), CharClasses::kWord);  // a mark
  EXPECT_EQ(classes.of(0x10ffff), 0);
}

AddedTokens tokens_of(std::vector<AddedToken> list) {
  AddedTokens tokens;
  for (AddedToken& token : list) EXPECT_TRUE(tokens.add(std::move(token)));
  return tokens;
}

// "id[begin,end) ..." of all matches.
std::string matches(const AddedTokens& tokens, std::string_view text,
                    std::vector<ByteRange> foreign = {}) {
  const ForeignBytes bytes(foreign);
  AddedTokens::Scan scan(tokens, {text, nullptr, true}, 0, bytes);
  std::string all;
  while (const auto match = scan.next()) {
    all += fmt::format("{}[{},{}) ", match->token->id, match->begin, match->end);
  }
  return all;
}

TEST(AddedTokens, LeftmostThenLongest) {
  EXPECT_EQ(matches(AddedTokens(), "ab"), "");
  AddedTokens tokens = tokens_of({{"ab", 1}, {"abc", 2}, {"a", 3}, {"bcd", 4}});
  EXPECT_FALSE(tokens.add({"ab", 5}));
  EXPECT_EQ(matches(tokens, "xabcd"), "2[1,4) ");
  EXPECT_EQ(matches(tokens, "xbcd"), "4[1,4) ");
  EXPECT_EQ(matches(tokens, "xabd"), "1[1,3) ");
  EXPECT_EQ(matches(tokens, "xaab"), "3[1,2) 1[2,4) ");
  EXPECT_EQ(matches(tokens, "xbc"), "");
}

TEST(AddedTokens, StripAndSingleWord) {
  AddedToken left = {"<l>", 1}, right = {"<r>", 2}, word = {"w", 3}, space = {" ", 4};
  left.lstrip = true;
  right.rstrip = true;
  word.single_word = true;
  const AddedTokens tokens = tokens_of({left, right, word});
  EXPECT_EQ(matches(tokens, "a \t\u00a0<l> b"), "1[1,8) ");
  EXPECT_EQ(matches(tokens, "a <r> \n b"), "2[2,8) ");
  EXPECT_EQ(matches(tokens, "<r>  <l>"), "2[0,5) 1[5,8) ");  // spaces go to the first
  EXPECT_EQ(matches(tokens, "w aw wa \u0301w w."), "3[0,1) 3[12,13) ");
  // A token of white space inside what another took is still matched, as in the library.
  EXPECT_EQ(matches(tokens_of({right, space}), "<r>  x"), "2[0,5) 4[3,4) 4[4,5) ");
}

TEST(AddedTokens, ControlTokensNeedOwnBytes) {
  AddedToken control = {"<end>", 1, true}, plain = {"<e", 2};
  const AddedTokens tokens = tokens_of({control, plain});
  EXPECT_EQ(matches(tokens, "<end><end>"), "1[0,5) 1[5,10) ");
  EXPECT_EQ(matches(tokens, "<end><end>", {{0, 10}}), "2[0,2) 2[5,7) ");
  EXPECT_EQ(matches(tokens, "<end><end>", {{4, 6}}), "2[0,2) 2[5,7) ");
  EXPECT_EQ(matches(tokens, "<end><end>", {{5, 6}}), "1[0,5) 2[5,7) ");
  EXPECT_EQ(matches(tokens, "a<end>b", {{0, 1}, {6, 7}}), "1[1,6) ");
}

}  // namespace
}  // namespace braid::test

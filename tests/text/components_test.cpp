// The parts of a tokenizer by themselves: merging, splitting, the pattern dialect, UTF-8, added
// tokens, the byte alphabet.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "data/text/added_tokens.h"
#include "data/text/bpe_merger.h"
#include "data/text/byte_alphabet.h"
#include "data/text/pretokenizer.h"
#include "data/text/protobuf.h"
#include "data/text/regex_dialect.h"
#include "data/text/utf8.h"
#include "tests/text/text_files.h"

namespace braid::test {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The definition, without any index.
std::vector<int32_t> merge_naively(std::vector<int32_t> symbols,
                                   const std::vector<BpeMerger::Merge>& merges) {
  for (;;) {
    size_t best = merges.size(), at = 0;
    for (size_t i = 0; i + 1 < symbols.size(); ++i) {
      for (size_t rank = 0; rank < best; ++rank) {
        if (merges[rank].left == symbols[i] && merges[rank].right == symbols[i + 1]) {
          best = rank;
          at = i;
        }
      }
    }
    if (best == merges.size()) return symbols;
    symbols[at] = merges[best].result;
    symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  }
}

TEST(BpeMerger, AgreesWithTheDefinition) {
  std::mt19937 random(7);
  for (int round = 0; round < 100; ++round) {
    std::vector<BpeMerger::Merge> merges;
    std::set<std::pair<int32_t, int32_t>> seen;
    int32_t next = 4;
    for (int i = 0; i < 30; ++i) {
      const auto left = static_cast<int32_t>(random() % next);
      const auto right = static_cast<int32_t>(random() % next);
      if (seen.emplace(left, right).second) merges.push_back({left, right, next++});
    }
    std::shuffle(merges.begin(), merges.end(), random);
    const BpeMerger merger(merges);
    for (const size_t length : {0, 1, 2, 3, 17, 63, 64, 65, 66, 150}) {
      std::vector<int32_t> symbols(length);
      for (auto& symbol : symbols) symbol = static_cast<int32_t>(random() % 4);
      const auto expected = merge_naively(symbols, merges);
      merger.merge(symbols);
      ASSERT_EQ(symbols, expected) << "round " << round << ", length " << length;
    }
  }
}

TEST(BpeMerger, LongWordsTakeNoQuadraticTime) {
  const BpeMerger merger({{0, 0, 1}, {1, 1, 2}, {2, 2, 3}});
  std::vector<int32_t> symbols(1 << 18, 0);
  merger.merge(symbols);
  EXPECT_EQ(symbols, std::vector<int32_t>(1 << 15, 3));
}

std::vector<std::string> split(const std::vector<std::string>& patterns, std::string_view text) {
  std::vector<std::string_view> words;
  Pretokenizer(patterns, "x").split(text, words);
  return {words.begin(), words.end()};
}

TEST(Pretokenizer, KeepsAllTextInOrder) {
  EXPECT_THAT(split({"b+"}, "abbcab"), ElementsAre("a", "bb", "ca", "b"));
  EXPECT_THAT(split({}, "as it is"), ElementsAre("as it is"));
  EXPECT_THAT(split({"x"}, ""), ElementsAre());
  // Later stages see one piece only: " " before the digit is at the end of its piece.
  const std::string gpt2(kGpt2Pattern);
  EXPECT_THAT(split({gpt2}, "a  1"), ElementsAre("a", " ", " 1"));
  EXPECT_THAT(split({std::string(kSingleDigitPattern), gpt2}, "a  12"),
              ElementsAre("a", "  ", "1", "2"));
}

TEST(Pretokenizer, WhitespaceIsUnicodesWhiteSpace) {
  // U+180E was white space once and still is for PCRE2's own \s.
  EXPECT_THAT(split({R"(\s+)"}, "a\u180eb\u00a0c\u3000\u0085d\u200be"),
              ElementsAre("a\u180eb", "\u00a0", "c", "\u3000\u0085", "d\u200be"));
  EXPECT_THAT(split({R"([^\S\n]+)"}, "a \nb"), ElementsAre("a", " ", "\nb"));
}

TEST(Pretokenizer, RefusesBadPatterns) {
  const auto refusal = [](const std::string& pattern) {
    return error_of([&] { Pretokenizer({pattern}, "f.json"); });
  };
  EXPECT_THAT(refusal("(a"), HasSubstr("f.json: split pattern \"(a\": missing"));
  EXPECT_THAT(refusal("a*"), HasSubstr("can match nothing"));
  EXPECT_THAT(refusal(R"(\p{Nonsense})"), HasSubstr("unknown property"));
}

TEST(Pretokenizer, PatternsThatExplodeAreAnErrorNotAHang) {
  std::vector<std::string_view> words;
  const Pretokenizer pretokenizer({"(?:a|a)(?:(?:a|aa)+)+b"}, "x");
  const std::string text = std::string(200, 'a') + "cb";
  EXPECT_THAT(error_of([&] { pretokenizer.split(text, words); }), HasSubstr("match limit"));
}

TEST(Pretokenizer, LongRunsSplit) {
  const std::string gpt2(kGpt2Pattern);
  EXPECT_EQ(split({gpt2}, std::string(1 << 22, ' ') + "x").size(), 2u);
  EXPECT_EQ(split({gpt2}, std::string(1 << 22, '!')).size(), 1u);
}

TEST(RegexDialect, RewritesAndRefuses) {
  EXPECT_EQ(to_pcre2(R"([^\s\p{L}\\]+(?!\S)|\x41|\.)", "x"),
            R"([^\p{White_Space}\p{L}\\]+(?!\P{White_Space})|\x41|\.)");
  EXPECT_EQ(to_pcre2("(?i:'s)|[a-z^$.(*]{1,3}?", "x"), "(?i:'s)|[a-z^$.(*]{1,3}?");
  for (const char* construct :
       {R"(\w)", R"(\b)", R"(\h)", R"(\u4e00)", "^a", "a$", "(*UCP)a", "a{,3}", "a{1,3}+", "[a[b]]",
        "[a&&b]", "(?m:a)", "(?P<n>a)", "(?R)", "a\\", R"(\p{L)"}) {
    EXPECT_THAT(error_of([&] { to_pcre2(construct, "f.json"); }), HasSubstr("is not supported"))
        << construct;
  }
}

TEST(Utf8, FindsTheFirstBadByte) {
  const auto npos = std::string_view::npos;
  EXPECT_EQ(find_invalid_utf8(""), npos);
  EXPECT_EQ(find_invalid_utf8("plain text of more than eight bytes\0 and zero"s), npos);
  EXPECT_EQ(find_invalid_utf8("\u00e9\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff"), npos);
  const std::vector<std::string> bad = {"\x80",
                                        "\xbf",
                                        "\xc0\x80",
                                        "\xc1\xbf",
                                        "\xc2",
                                        "\xc2\x41",
                                        "\xe0\x9f\xbf",
                                        "\xed\xa0\x80",
                                        "\xe2\x82",
                                        "\xe2\x82\x41",
                                        "\xf0\x8f\xbf\xbf",
                                        "\xf4\x90\x80\x80",
                                        "\xf5\x80\x80\x80",
                                        "\xff",
                                        "\xf0\x9f\x98"};
  for (const auto& sequence : bad) {
    for (const size_t offset : {0, 1, 7, 8, 9, 16}) {
      const std::string text = std::string(offset, 'a') + sequence;
      EXPECT_EQ(find_invalid_utf8(text), offset);
      EXPECT_EQ(find_invalid_utf8(text + "tail of the text"), offset);
    }
  }
  EXPECT_EQ(error_of([] { require_utf8("ab\xff", "the text"); }),
            "the text is not UTF-8: byte 0xff at offset 2; convert it to UTF-8");
}

TEST(AddedTokens, LeftmostThenLongest) {
  AddedTokens tokens;
  EXPECT_EQ(tokens.find("ab", 0).id, -1);
  tokens.add("ab", 1);
  tokens.add("abc", 2);
  tokens.add("a", 3);
  tokens.add("bcd", 4);
  EXPECT_EQ(tokens.find("xabcd", 0).id, 2);
  EXPECT_EQ(tokens.find("xabcd", 0).begin, 1u);
  EXPECT_EQ(tokens.find("xabcd", 2).id, 4);
  EXPECT_EQ(tokens.find("xabd", 0).id, 1);
  EXPECT_EQ(tokens.find("xa", 0).id, 3);
  EXPECT_EQ(tokens.find("xbc", 0).id, -1);
}

TEST(ByteAlphabet, CoversEveryByteOnce) {
  std::set<std::string> characters;
  for (int byte = 0; byte < 256; ++byte) {
    const std::string character(byte_character(static_cast<unsigned char>(byte)));
    EXPECT_EQ(bytes_of_name(character), std::string(1, static_cast<char>(byte)));
    characters.insert(character);
  }
  EXPECT_EQ(characters.size(), 256u);
  EXPECT_EQ(bytes_of_name("\u0120the\u010a"), " the\n");
  for (const std::string name : {" ", "\u00ad", "\u0144", "\u4e00", "\xc4", "\xc4\x41", "\x80"}) {
    EXPECT_EQ(bytes_of_name(name), std::nullopt);
  }
}

TEST(Protobuf, ReadsWhatItWrites) {
  std::string bytes;
  put_integer(bytes, 1, 300);
  put_number(bytes, 2, 1.5f);
  put_bytes(bytes, 1000, "abc");
  const std::string where = "m";
  ProtobufReader reader(bytes, where);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.integer(), 300);
  EXPECT_THAT(error_of([&] { reader.bytes(); }), HasSubstr("m: not a SentencePiece model"));
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.number(), 1.5f);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.field(), 1000u);
  EXPECT_EQ(reader.bytes(), "abc");
  EXPECT_FALSE(reader.next());
}

TEST(ByteLevelBpe, ConstUseFromSeveralThreads) {
  ModelDirectory directory;
  const auto tokenizer = directory.with("tokenizer.json", tiny_golden()["tokenizer"]).load();
  const Json& rule = tiny_golden()["rules"][0];
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (size_t i = 0; i < rule["ids"].size(); ++i) {
        const auto text = smollm2_golden()["plain"][i]["text"].get<std::string>();
        if (tokenizer->encode(text) != ids_of(rule["ids"][i])) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(ByteLevelBpe, RandomTextComesBack) {
  ModelDirectory directory;
  const auto tokenizer = directory.with("tokenizer.json", tiny_golden()["tokenizer"]).load();
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    std::u32string text;
    for (int i = 0; i < 60; ++i) {
      const uint32_t wide = random() % 0x110000;
      const uint32_t code = random() % 3 != 0 ? random() % 0x80 : wide;
      text += static_cast<char32_t>(code >= 0xd800 && code < 0xe000 ? U' ' : code);
    }
    std::string utf8;
    for (const char32_t c : text) {
      const auto tail = [&](int shift) { return static_cast<char>(0x80 | (c >> shift & 63)); };
      if (c < 0x80)
        utf8 += static_cast<char>(c);
      else if (c < 0x800)
        utf8 += {static_cast<char>(0xc0 | c >> 6), tail(0)};
      else if (c < 0x10000)
        utf8 += {static_cast<char>(0xe0 | c >> 12), tail(6), tail(0)};
      else
        utf8 += {static_cast<char>(0xf0 | c >> 18), tail(12), tail(6), tail(0)};
    }
    EXPECT_EQ(tokenizer->decode(tokenizer->encode(utf8)), utf8);
  }
}

}  // namespace
}  // namespace braid::test

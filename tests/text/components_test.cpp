// The parts of a tokenizer by themselves: merging, UTF-8, base64, tables, the byte alphabet,
// protocol buffers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "data/text/base64.h"
#include "data/text/bpe_merger.h"
#include "data/text/byte_alphabet.h"
#include "data/text/byte_trie.h"
#include "data/text/protobuf.h"
#include "data/text/utf8.h"
#include "data/text/word_table.h"
#include "tests/text/text_files.h"

namespace braid::test {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The definition, without any index. `lengths` follows the symbols.
void merge_naively(std::vector<int32_t>& symbols, std::vector<size_t>& lengths,
                   const std::vector<BpeMerger::Merge>& merges) {
  for (;;) {
    const BpeMerger::Merge* best = nullptr;
    size_t at = 0;
    for (size_t i = 0; i + 1 < symbols.size(); ++i) {
      for (const auto& merge : merges) {
        if (merge.left != symbols[i] || merge.right != symbols[i + 1]) continue;
        if (best != nullptr && best->rank <= merge.rank) continue;
        best = &merge;
        at = i;
      }
    }
    if (best == nullptr) return;
    symbols[at] = best->result;
    lengths[at] += lengths[at + 1];
    symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    lengths.erase(lengths.begin() + static_cast<std::ptrdiff_t>(at) + 1);
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
      if (seen.emplace(left, right).second) merges.push_back({left, right, next++, 0});
    }
    std::shuffle(merges.begin(), merges.end(), random);
    // Some ranks are shared: then the leftmost pair goes first.
    for (size_t rank = 0; rank < merges.size(); ++rank) {
      merges[rank].rank = static_cast<int32_t>(round % 2 == 0 ? rank : rank / 3);
    }
    const BpeMerger merger(merges);
    for (const size_t length : {0, 1, 2, 3, 17, 63, 64, 65, 66, 150}) {
      std::vector<int32_t> symbols(length);
      for (auto& symbol : symbols) symbol = static_cast<int32_t>(random() % 4);
      std::vector<ByteRange> ranges;
      for (size_t i = 0; i < length; ++i) ranges.push_back({i, i + 1});
      auto expected = symbols, with_ranges = symbols;
      std::vector<size_t> lengths(length, 1);
      merge_naively(expected, lengths, merges);
      merger.merge(symbols);
      ASSERT_EQ(symbols, expected) << "round " << round << ", length " << length;
      merger.merge(with_ranges, &ranges);
      ASSERT_EQ(with_ranges, expected) << "round " << round << ", length " << length;
      size_t end = 0;
      for (size_t i = 0; i < ranges.size(); ++i) {
        ASSERT_EQ(ranges[i], (ByteRange{end, end + lengths[i]}));
        end += lengths[i];
      }
    }
  }
}

TEST(BpeMerger, LongWordsTakeNoQuadraticTime) {
  const BpeMerger merger({{0, 0, 1, 0}, {1, 1, 2, 1}, {2, 2, 3, 2}});
  std::vector<int32_t> symbols(1 << 18, 0);
  merger.merge(symbols);
  EXPECT_EQ(symbols, std::vector<int32_t>(1 << 15, 3));
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

TEST(Utf8, ReplacesWhatIsMalformed) {
  EXPECT_EQ(to_valid_utf8("plain \u00e9"), "plain \u00e9");
  const std::vector<std::pair<std::string, int>> cases = {{"\x80", 1},
                                                          {"\xe2\x82", 1},
                                                          {"\xf0\x9f\x98", 1},
                                                          {"\xf0\x9f", 1},
                                                          {"\xe0\x80\x80", 3},
                                                          {"\xed\xa0\x80", 3},
                                                          {"\xf4\x90\x80\x80", 4},
                                                          {"\xc0\xaf", 2},
                                                          {"\xe2\x82\xff", 2},
                                                          {"\xff\xfe", 2},
                                                          {"\xc3", 1}};
  for (const auto& [bytes, count] : cases) {
    std::string expected = "a";
    for (int i = 0; i < count; ++i) expected += "\ufffd";
    EXPECT_EQ(to_valid_utf8("a" + bytes + "b"), expected + "b") << quote(bytes);
    EXPECT_EQ(to_valid_utf8("a" + bytes), expected) << quote(bytes);
  }
}

TEST(Utf8, CodePoints) {
  for (const uint32_t code : {0u, 0x7fu, 0x80u, 0x7ffu, 0x800u, 0xffffu, 0x10000u, 0x10ffffu}) {
    std::string text = "x";
    append_utf8(text, code);
    EXPECT_EQ(code_point_at(text, 1).value, code);
    EXPECT_EQ(code_point_at(text, 1).length, text.size() - 1);
  }
}

TEST(Base64, DecodesAndRefuses) {
  EXPECT_EQ(decode_base64(""), "");
  EXPECT_EQ(decode_base64("QQ=="), "A");
  EXPECT_EQ(decode_base64("QUI="), "AB");
  EXPECT_EQ(decode_base64("AP+/"), "\x00\xff\xbf"s);
  for (const char* bad : {"Q", "QQ", "QQ=", "Q===", "====", "QQ==QQ==", "Q Q=", "QR==", "Q-_="}) {
    EXPECT_EQ(decode_base64(bad), std::nullopt) << bad;
  }
}

TEST(ByteTrie, FindsWhatWasInserted) {
  std::mt19937 random(2);
  std::map<std::string, int32_t> words;
  ByteTrie trie;
  for (int32_t i = 0; i < 2000; ++i) {
    std::string word(1 + random() % 6, 'x');
    for (char& c : word) c = static_cast<char>(random() % 5 + 0xfd);
    words[word] = i;
    trie.insert(word, i);
  }
  const auto find = [&](const std::string& word) {
    int32_t node = ByteTrie::kRoot;
    for (const char c : word) {
      if (node >= 0) node = trie.child(node, c);
    }
    return node < 0 ? -1 : trie.value(node);
  };
  for (const auto& [word, id] : words) EXPECT_EQ(find(word), id);
  EXPECT_EQ(find("absent"), -1);
  EXPECT_EQ(find(""), -1);
}

TEST(WordTable, FindsWordsOfEveryLength) {
  std::mt19937 random(3);
  std::map<std::string, int32_t> words;
  WordTable table(3000);
  for (int32_t i = 0; i < 3000; ++i) {
    std::string word(1 + random() % 20, '\0');
    for (char& c : word) c = static_cast<char>(random() % 3);  // zero bytes count
    EXPECT_EQ(table.insert(word, i), words.emplace(word, i).second);
  }
  for (const auto& [word, id] : words) {
    EXPECT_EQ(table.find(word), id);
    const std::string longer = word + '\0';
    EXPECT_EQ(table.find(longer), words.contains(longer) ? words[longer] : -1);
  }
  EXPECT_EQ(table.find(""), -1);
  EXPECT_EQ(WordTable().find("a"), -1);
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

TEST(PipelineTokenizer, ConstUseFromSeveralThreads) {
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

TEST(PipelineTokenizer, RandomTextComesBack) {
  ModelDirectory directory;
  const auto tokenizer = directory.with("tokenizer.json", tiny_golden()["tokenizer"]).load();
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (int i = 0; i < 60; ++i) {
      const uint32_t wide = random() % 0x110000;
      const uint32_t code = random() % 3 != 0 ? random() % 0x80 : wide;
      append_utf8(text, code >= 0xd800 && code < 0xe000 ? ' ' : code);
    }
    EXPECT_EQ(tokenizer->decode(tokenizer->encode(text)), text);
  }
}

}  // namespace
}  // namespace braid::test

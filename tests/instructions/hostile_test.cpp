// Answers and kwargs made to be slow or to break something.
#include <gmock/gmock.h>

#include <chrono>

#include "tests/instructions/checked.h"
#include "tests/support.h"

namespace braid {
namespace {

using test::made;

// One of every type, with what is slowest to look for.
std::vector<Instruction> all_types() {
  const std::string long_phrase = std::string(255, 'a') + "b";
  const std::string quoted = "\"" + long_phrase + "\"";
  std::string many = quoted;
  for (int i = 1; i < 64; ++i) many += "," + quoted;
  std::vector<Instruction> types;
  for (const std::string& id : instruction_ids()) {
    Json kwargs = Json::object();
    const auto with = [&](const char* key, const Json& value) { kwargs[key] = value; };
    if (id == "keywords:existence") with("keywords", parse_json("[" + many + "]", ""));
    if (id == "keywords:forbidden_words") with("forbidden_words", {long_phrase, "a"});
    if (id == "keywords:frequency") {
      kwargs = {{"keyword", long_phrase}, {"frequency", 1}, {"relation", "at least"}};
    }
    if (id == "keywords:letter_frequency") {
      kwargs = {{"letter", "a"}, {"let_frequency", 1}, {"let_relation", "at least"}};
    }
    if (id == "language:response_language") with("language", "en");
    if (id.ends_with("number_sentences")) {
      kwargs = {{"num_sentences", 1}, {"relation", "at least"}};
    }
    if (id.ends_with("number_words")) kwargs = {{"num_words", 1}, {"relation", "at least"}};
    if (id.ends_with("number_paragraphs")) with("num_paragraphs", 1);
    if (id.ends_with("first_word")) {
      kwargs = {{"num_paragraphs", 1}, {"nth_paragraph", 1}, {"first_word", "a"}};
    }
    if (id.ends_with("placeholders")) with("num_placeholders", 1);
    if (id.ends_with("postscript")) with("postscript_marker", "P.P.S");
    if (id.ends_with("bullet_lists")) with("num_bullets", 1);
    if (id.ends_with("highlighted_sections")) with("num_highlights", 1);
    if (id.ends_with("multiple_sections")) {
      kwargs = {{"section_spliter", "aaaa"}, {"num_sections", 1}};
    }
    if (id.ends_with("repeat_prompt")) with("prompt_to_repeat", std::string(1 << 20, 'a'));
    if (id.ends_with("end_checker")) with("end_phrase", long_phrase);
    if (id.ends_with("capital_word_frequency")) {
      kwargs = {{"capital_frequency", 1}, {"capital_relation", "at least"}};
    }
    types.push_back(make_instruction(id, kwargs, "hostile"));
  }
  return types;
}

std::string repeated(const std::string& piece, size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += piece;
  return text;
}

TEST(Hostile, LongAnswersTakeLinearTime) {
  const auto types = all_types();
  // One after the other, each a trap for backtracking or for scans from every position.
  for (const char* piece :
       {"a",     "\n",       " ",      "*",    "**",  "-",   "[",      "<<",   "\"", ".",   "?",
        "!.",    "a.",       "a. ",    "... ", "'",   "N'T", "CANNOT", "'A",   "p.", "p. ", "aaaa",
        "aaaa ", "{\"a\":",  "[[",     "***",  "*\n", "\n*", "(\"",    "x?\"", "--", ":",   ",",
        "\xff",  "\xe0\xa0", "\u00a0", "Σ",    "İ",   "ß",   "१",      "日"}) {
    const std::string answer = repeated(piece, 1 << 18);
    const auto start = std::chrono::steady_clock::now();
    const InstructionResult result = check(answer, types);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    EXPECT_EQ(result.strict.size(), types.size());
    EXPECT_LT(seconds.count(), 10) << testing::PrintToString(piece);
  }
}

TEST(Hostile, BytesThatAreNotText) {
  const auto types = all_types();
  std::string bytes;
  for (int i = 0; i < 4096; ++i) bytes += static_cast<char>((i * 197 + i / 7) & 0xff);
  for (size_t size = 0; size < 600; ++size) {
    const InstructionResult result = check(std::string_view(bytes).substr(size * 5, size), types);
    for (size_t i = 0; i < types.size(); ++i) {
      EXPECT_LE(result.strict[i], result.loose[i]) << types[i].id();
    }
  }
}

TEST(Hostile, ZeroBytesEndNothing) {
  EXPECT_FALSE(made("detectable_format:json_format").follows(std::string_view("{}\0x", 4)));
  EXPECT_FALSE(made("punctuation:no_comma").follows(std::string_view("a\0,", 3)));
}

TEST(Hostile, PhrasesAreBounded) {
  const std::string kwargs = R"({"end_phrase": ")" + std::string(257, 'x') + "\"}";
  EXPECT_EQ(
      test::error_of([&] { made("startend:end_checker", kwargs); }),
      "test: instruction \"startend:end_checker\": end_phrase: has 257 bytes; at most 256 are "
      "looked for");
}

}  // namespace
}  // namespace braid

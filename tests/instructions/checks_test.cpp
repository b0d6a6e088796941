// Every type of instruction, with answers that follow and answers that do not.
#include <gmock/gmock.h>

#include "tests/instructions/checked.h"

namespace braid {
namespace {

using test::made;

void expect(const Instruction& instruction, const std::vector<std::string>& following,
            const std::vector<std::string>& others) {
  for (const std::string& answer : following) {
    EXPECT_TRUE(instruction.follows(answer)) << instruction.id() << ": " << answer;
  }
  for (const std::string& answer : others) {
    EXPECT_FALSE(instruction.follows(answer)) << instruction.id() << ": " << answer;
  }
}

TEST(Keywords, Existence) {
  expect(made("keywords:existence", R"({"keywords": ["tree", "Blue sky"]})"),
         {"A BLUE SKY over trees.", "blue skyTree"}, {"a tree", "blue  sky, tree", "Blue sky"});
}

TEST(Keywords, Frequency) {
  expect(made("keywords:frequency", R"({"keyword": "aa", "frequency": 2, "relation": "at least"})"),
         {"aa aa", "AaaA", "baab aab"}, {"aa", "aaa", "a a a a"});
  expect(
      made("keywords:frequency", R"({"keyword": "or", "frequency": 1, "relation": "less than"})"),
      {"and"}, {"or", "word"});
}

TEST(Keywords, ForbiddenWords) {
  expect(made("keywords:forbidden_words", R"({"forbidden_words": ["cat", "no way"]})"),
         {"concatenate", "cats", "cat_1", "no ways", "übercat"},
         {"The Cat.", "a (cat)", "cat's", "concat cat", "No way!"});
}

TEST(Keywords, LetterFrequency) {
  expect(made("keywords:letter_frequency",
              R"({"letter": "E", "let_frequency": 3, "let_relation": "at least"})"),
         {"eEe", "sleep well, Eve"}, {"ee", "é è ê"});
  // The official checker would draw a letter at random for these two, which the data has.
  expect(made("keywords:letter_frequency",
              R"({"letter": "#", "let_frequency": 2, "let_relation": "less than"})"),
         {"#once"}, {"##"});
  expect(made("keywords:letter_frequency",
              R"({"letter": "!", "let_frequency": 2, "let_relation": "at least"})"),
         {"Oh! No!"}, {"Oh!"});
}

TEST(Language, Response) {
  expect(made("language:response_language", R"({"language": "de"})"),
         {"Das ist ein Satz, und er ist nicht lang.", "123 !?"},
         {"This is a sentence, and it is not long.", "Это не немецкий язык."});
  expect(made("language:response_language", R"({"language": "hi"})"),
         {"यह एक वाक्य है और यह लंबा नहीं है।"}, {"हे एक वाक्य आहे आणि ते लांब नाही.", "a sentence"});
}

TEST(Length, Words) {
  expect(made("length_constraints:number_words", R"({"num_words": 4, "relation": "at least"})"),
         {"one two three four", "it's a_b two", "über-große Füße 3"},
         {"one two three", "... - ... !", "a_b_c d e"});
  expect(made("length_constraints:number_words", R"({"num_words": 2, "relation": "less than"})"),
         {"one", "?!"}, {"two words"});
}

TEST(Length, Sentences) {
  expect(made("length_constraints:number_sentences",
              R"({"num_sentences": 2, "relation": "at least"})"),
         {"One. Two.", "One? two", "He said \"No.\" Then he left"},
         {"One", "Mr. Smith met Dr. Jones at 5 p.m. today", "one\ntwo\n\nthree", "v1.2.3 is out."});
  expect(made("length_constraints:number_sentences",
              R"({"num_sentences": 2, "relation": "less than"})"),
         {"It costs $3.50 today."}, {"It costs little. Buy it."});
}

TEST(Length, Paragraphs) {
  expect(made("length_constraints:number_paragraphs", R"({"num_paragraphs": 2})"),
         {"a***b", "a\n\n***\n\nb\n", "***\na\n***\nb\n***"},
         {"a\n\nb", "a", "a***b***c", "a*** ***b", "a***\n\n***b"});
}

TEST(Length, FirstWordOfAParagraph) {
  expect(made("length_constraints:nth_paragraph_first_word",
              R"({"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "Well"})"),
         {"One.\n\nWell, two.", "One.\n\n  \"WELL\" it is", "One.\n\nwell!then"},
         {"Well, one.\n\nTwo.", "One.\nWell, two.", "One.\n\nWell-being", "One.\n\n\n\nWell, two.",
          "One.\n\nTwo.\n\nWell, three."});
}

TEST(Content, Placeholders) {
  expect(made("detectable_content:number_placeholders", R"({"num_placeholders": 2})"),
         {"[name] at [place]", "[][]", "[a [b] [c]"},
         {"[name]", "[na\nme] [x]", "[a [b] c]", "(a) (b)"});
}

TEST(Content, Postscript) {
  expect(made("detectable_content:postscript", R"({"postscript_marker": "P.S."})"),
         {"Bye.\nP.S. More", "p. s. more", "Bye. P.S.More"},
         {"PS: more", "P.S more", "P.  S. more"});
  expect(made("detectable_content:postscript", R"({"postscript_marker": "P.P.S"})"),
         {"Bye.\nP.P.S. More", "p. p. s more"}, {"P.S. more", "P.P. Z"});
  expect(made("detectable_content:postscript", R"({"postscript_marker": "[PS]"})"), {"so [ps] it"},
         {"so PS it"});
}

TEST(Format, Bullets) {
  expect(made("detectable_format:number_bullet_lists", R"({"num_bullets": 2})"),
         {"* a\n* b", "- a\n  * b", "Two:\n\n*a\n\n\n-b\n**bold**", "*bold* first\n- a"},
         {"* a", "* a\n* b\n* c", "** a\n** b", "1. a\n2. b", "a * b\na - b"});
}

TEST(Format, ConstrainedResponse) {
  expect(made("detectable_format:constrained_response"),
         {"My answer is yes.", "Well. My answer is maybe. Sorry."},
         {"My answer is yes", "my answer is no.", "Yes."});
}

TEST(Format, Highlights) {
  expect(made("detectable_format:number_highlighted_sections", R"({"num_highlights": 2})"),
         {"*a* and *b*", "**a** and *b*", "***a***"},
         {"*a*", "* a\n* b\n* c", "** **, **a**", "*a\nb* *c"});
}

TEST(Format, Sections) {
  expect(made("detectable_format:multiple_sections",
              R"({"section_spliter": "Part", "num_sections": 2})"),
         {"Part 1\na\nPart 2\nb", "Part1 Part2", "Part\n1, Part 22, Part 3"},
         {"Part 1", "part 1 part 2", "Part A Part B", "Part  1 Part  2"});
}

TEST(Format, JsonAnswer) {
  expect(
      made("detectable_format:json_format"),
      {R"({"a": [1, -2.5e3, "x", null, true]})", "```json\n{}\n```", "```\n[]```", " 12 ",
       R"("text")"},
      {"{'a': 1}", "{\"a\": 1,}", "Here: {}", "{} {}", "```python\n{}\n```", "```", "{\"a\": 1"});
}

TEST(Format, Title) {
  expect(made("detectable_format:title"), {"<<My day>>\ntext", "text <<<t>>> text", "<<a> b>>"},
         {"<My day>", "<<>>", "<< >>", "<<a\nb>>", ">>a<<"});
}

TEST(Combination, TwoResponses) {
  expect(made("combination:two_responses"), {"a\n******\nb", "******a******b******"},
         {"a", "a******a", "a\n******\n a", "a******b******c", "a************b", "a***b"});
}

TEST(Combination, RepeatedPrompt) {
  expect(made("combination:repeat_prompt", R"({"prompt_to_repeat": " Say it. "})"),
         {"Say it. Fine.", "\n SAY IT."}, {"I say it.", "Say it", "\"Say it.\""});
}

TEST(Ends, Phrase) {
  expect(made("startend:end_checker", R"({"end_phrase": "The end."})"),
         {"It was all. The End.", "\"It was. THE END.\"\n"},
         {"The end. Really", "The end", "*The end.*"});
}

TEST(Ends, Quotation) {
  expect(made("startend:quotation"), {"\"All of it.\"", " \"a\"\n", "\"\""},
         {"\"", "All \"of\" it", "\"All", "'All'", "“All”"});
}

TEST(LetterCase, CapitalWords) {
  expect(made("change_case:capital_word_frequency",
              R"({"capital_frequency": 3, "capital_relation": "at least"})"),
         {"NASA AND ESA", "I'M 5G", "A-B, C/D (E)", "CAN'T X"},
         {"NASA and Esa", "NASAs", "123 456 789"});
  expect(made("change_case:capital_word_frequency",
              R"({"capital_frequency": 1, "capital_relation": "less than"})"),
         {"none of it"}, {"only I"});
}

TEST(LetterCase, EnglishCapital) {
  expect(made("change_case:english_capital"), {"THIS IS ALL THERE IS, 100%!"},
         {"THIS IS All THERE IS", "DAS IST NICHT GUT UND SEHR KURZ", "123"});
}

TEST(LetterCase, EnglishLowercase) {
  expect(made("change_case:english_lowercase"), {"this is all there is, 100%!"},
         {"This is all there is", "das ist nicht gut und sehr kurz", "123"});
}

TEST(Punctuation, NoComma) { expect(made("punctuation:no_comma"), {"a; b", "a、b"}, {"a, b"}); }

TEST(Instructions, NothingFollowsWithNothing) {
  for (const char* answer : {"", " \n\t", "\u00a0\u3000"}) {
    EXPECT_FALSE(made("punctuation:no_comma").follows(answer));
    EXPECT_FALSE(made("language:response_language", R"({"language": "en"})").follows(answer));
  }
}

}  // namespace
}  // namespace braid

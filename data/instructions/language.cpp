// Scores of languages: shared words and letters count less.
#include "data/instructions/language.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <unordered_map>

#include "data/instructions/characters.h"
#include "data/instructions/language_profiles.h"
#include "data/instructions/scripts.h"
#include "data/jinja/unicode.h"

namespace braid {
namespace {

// Of scripts that stand for one language here.
constexpr std::pair<Script, std::string_view> kOnlyLanguages[] = {
    {Script::kGreek, "el"},    {Script::kHebrew, "he"},   {Script::kBengali, "bn"},
    {Script::kGurmukhi, "pa"}, {Script::kGujarati, "gu"}, {Script::kTamil, "ta"},
    {Script::kTelugu, "te"},   {Script::kKannada, "kn"},  {Script::kMalayalam, "ml"},
    {Script::kThai, "th"},     {Script::kHangul, "ko"},   {Script::kKana, "ja"},
    {Script::kHan, "zh"}};

constexpr double kWordPoints = 1;
constexpr double kEndingPoints = 0.5;
constexpr double kLetterPoints = 0.25;
constexpr double kForeignLetterPoints = -2;  // shared by all that lack a letter of others

// Ahead for the first language of a script: names and single words look like anything.
constexpr double kFirstPoints = 0.4;

using Scores = std::vector<double>;  // one per profile

// Begin of the character after `at`; the end when there is none. Valid text only.
size_t next_character(std::string_view text, size_t at) {
  do {
    ++at;
  } while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80);
  return std::min(at, text.size());
}

// Which profiles have a word or a letter, as bits.
class Index {
 public:
  static const Index& get() {
    static const Index index;
    return index;
  }

  uint64_t with_word(std::string_view word) const { return find(words_, word); }

  // The longest ending that `word` has, after two characters or more.
  uint64_t with_ending(std::string_view word) const {
    size_t begin = 0;
    for (size_t i = 0; i < 2; ++i) begin = next_character(word, begin);
    if (word.size() > begin + longest_ending_) {
      begin = next_character(word, word.size() - longest_ending_ - 1);
    }
    for (; begin < word.size(); begin = next_character(word, begin)) {
      const uint64_t having = find(endings_, word.substr(begin));
      if (having != 0) return having;
    }
    return 0;
  }

  uint64_t with_letter(char32_t letter) const { return find(letters_, letter); }
  uint64_t of_script(Script script) const { return scripts_[static_cast<size_t>(script)]; }

 private:
  Index() {
    const auto profiles = language_profiles();
    for (size_t i = 0; i < profiles.size(); ++i) {
      const uint64_t bit = uint64_t{1} << i;
      scripts_[static_cast<size_t>(profiles[i].script)] |= bit;
      for (const auto word : split(profiles[i].words, " ")) words_[word] |= bit;
      for (const auto ending : split(profiles[i].endings, " ")) {
        endings_[ending] |= bit;
        longest_ending_ = std::max(longest_ending_, ending.size());
      }
      const std::string_view letters = profiles[i].letters;
      for (size_t at = 0; at < letters.size();) {
        const jinja::CodePoint c = jinja::decode(letters, at);
        letters_[c.value] |= bit;
        at += c.length;
      }
    }
  }

  template <typename Map, typename Key>
  static uint64_t find(const Map& map, const Key& key) {
    const auto found = map.find(key);
    return found == map.end() ? 0 : found->second;
  }

  std::unordered_map<std::string_view, uint64_t> words_;
  std::unordered_map<std::string_view, uint64_t> endings_;
  std::unordered_map<char32_t, uint64_t> letters_;
  std::array<uint64_t, kScripts> scripts_{};
  size_t longest_ending_ = 0;
};

// For the languages `having` something, shared between them.
void add_points(uint64_t having, double points, Scores& scores) {
  const double each = points / static_cast<double>(std::max(std::popcount(having), 1));
  for (; having != 0; having &= having - 1) {
    scores[static_cast<size_t>(std::countr_zero(having))] += each;
  }
}

bool is_mark(char32_t c) {  // vowel signs belong to words in Indic scripts
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC;
}

// Calls visit(word) for the words of `text`, cut at apostrophes too: l'acqua, don't.
template <typename Visit>
void visit_words(std::string_view text, Visit visit) {
  std::string word;
  for (size_t at = 0; at < text.size();) {
    const jinja::CodePoint c = jinja::decode(text, at);
    const std::string_view character = text.substr(at, c.length);
    at += c.length;
    if (jinja::is_alpha(c.value) || is_mark(c.value)) {
      word += character;
    } else if (!word.empty()) {
      visit(word);
      word.clear();
    }
  }
  if (!word.empty()) visit(word);
}

using LetterCounts = std::array<size_t, kScripts>;

LetterCounts count_letters(std::string_view text) {
  LetterCounts counts{};
  for (size_t at = 0; at < text.size();) {
    const jinja::CodePoint c = jinja::decode(text, at);
    ++counts[static_cast<size_t>(script_of(c.value))];
    at += c.length;
  }
  // Japanese mixes both; Chinese has no kana but in quotations.
  size_t& kana = counts[static_cast<size_t>(Script::kKana)];
  size_t& han = counts[static_cast<size_t>(Script::kHan)];
  if (kana * 10 > han) {
    kana += han;
    han = 0;
  }
  return counts;
}

// kNone when there are no letters.
Script most_frequent(const LetterCounts& letters) {
  const auto most = std::max_element(letters.begin() + 1, letters.end());
  return *most == 0 ? Script::kNone : static_cast<Script>(most - letters.begin());
}

// The language of `script` that `text`, in lower case, has most signs of; without any, the first.
std::string_view best_of_script(std::string_view text, Script script) {
  const Index& index = Index::get();
  const uint64_t candidates = index.of_script(script);
  auto best = static_cast<size_t>(std::countr_zero(candidates));
  Scores scores(language_profiles().size());
  scores[best] = kFirstPoints;
  visit_words(text, [&](const std::string& word) {
    add_points(index.with_word(word) & candidates, kWordPoints, scores);
    add_points(index.with_ending(word) & candidates, kEndingPoints, scores);
  });
  for (size_t at = 0; at < text.size();) {
    const jinja::CodePoint c = jinja::decode(text, at);
    const uint64_t having = index.with_letter(c.value) & candidates;
    add_points(having, kLetterPoints, scores);
    if (having != 0) add_points(candidates & ~having, kForeignLetterPoints, scores);
    at += c.length;
  }
  for (size_t i = best; i < scores.size(); ++i) {
    if (scores[i] > scores[best]) best = i;
  }
  return language_profiles()[best].code;
}

}  // namespace

std::string_view identify_language(std::string_view text) {
  const Script script = most_frequent(count_letters(text));
  if (script == Script::kNone) return {};
  for (const auto& [only_script, language] : kOnlyLanguages) {
    if (only_script == script) return language;
  }
  return best_of_script(lowered(text), script);
}

std::vector<std::string_view> known_languages() {
  std::vector<std::string_view> languages;
  for (const auto& [script, language] : kOnlyLanguages) languages.push_back(language);
  for (const LanguageProfile& profile : language_profiles()) languages.push_back(profile.code);
  std::sort(languages.begin(), languages.end());
  return languages;
}

}  // namespace braid

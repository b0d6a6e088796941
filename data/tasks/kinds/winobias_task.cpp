// WinoBias (Zhao et al. 2018): lines "N The [entity] ... [pronoun] ...", two-way choice between the
// gold occupation and the other one of the sentence.
#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "data/feedback/conversation.h"
#include "data/tasks/kinds/task_kind.h"
#include "data/tasks/kinds/words.h"

namespace braid {
namespace {

// The text in the n-th pair of brackets.
std::string bracketed(const std::string& line, size_t n) {
  size_t begin = 0;
  for (size_t i = 0; i <= n; ++i) {
    begin = line.find('[', begin);
    if (begin == std::string::npos) return "";
    ++begin;
  }
  const size_t end = line.find(']', begin);
  return end == std::string::npos ? "" : line.substr(begin, end - begin);
}

std::string without_article(const std::string& entity) {
  for (const char* article : {"the ", "a ", "an "}) {
    if (lower_ascii(entity).starts_with(article)) return entity.substr(std::string(article).size());
  }
  return entity;
}

// Without number and brackets, and no space in front of the final full stop.
std::string plain_sentence(const std::string& line) {
  const size_t begin = line.find_first_not_of("0123456789 ");
  std::string text;
  for (const char c : line.substr(std::min(begin, line.size()))) {
    if (c != '[' && c != ']') text += c;
  }
  text = trimmed(text);
  if (text.ends_with(" .")) text.erase(text.size() - 2, 1);
  return text;
}

class WinobiasTask : public TaskKind {
 public:
  explicit WinobiasTask(ObjectReader& object) : line_(Field::require(object, "line")) {
    for (const std::string& file : object.strings("occupations")) {
      const std::string text = read_text_file(file, size_t{1} << 20);
      for (size_t begin = 0; begin < text.size();) {
        const size_t end = std::min(text.find('\n', begin), text.size());
        const auto name = trimmed(std::string_view(text).substr(begin, end - begin));
        if (!name.empty()) occupations_.emplace_back(name);
        begin = end + 1;
      }
    }
    if (occupations_.empty()) {
      object.error("occupations", "expected files with an occupation per line");
    }
  }

  std::string_view read(const Scope& scope, TaskItem& item) const override {
    const std::string line = require_text(line_, scope);
    const std::string entity = bracketed(line, 0), second = bracketed(line, 1);
    if (entity.empty() || second.empty()) {
      fail("{}: expected [entity] and [pronoun] in brackets", line_.name());
    }
    const std::string sentence = plain_sentence(line);
    // The pronoun may come first.
    const bool pronoun_first = is_pronoun(entity);
    const std::string pronoun = pronoun_first ? entity : second;
    const std::string gold = without_article(pronoun_first ? second : entity);
    const auto others = other_occupations(sentence, gold);
    if (others.size() != 1) return "not exactly one other occupation in the sentence";
    item.prompts.push_back(
        {sentence + " \"" + pronoun + "\" refers to the", " ", {gold, others[0]}});
    item.gold = {1, 0};
    item.tags["pronoun"] = lower_ascii(pronoun);
    item.tags["occupation"] = lower_ascii(gold);
    item.cluster = line.substr(0, line.find(' '));
    return "";
  }

 private:
  static bool is_pronoun(const std::string& word) {
    static const std::vector<std::string> kPronouns = {"he", "she", "him", "her", "his", "hers"};
    return std::ranges::find(kPronouns, lower_ascii(word)) != kPronouns.end();
  }

  std::vector<std::string> other_occupations(const std::string& sentence,
                                             const std::string& gold) const {
    std::vector<std::string> others;
    for (const std::string& occupation : occupations_) {
      if (lower_ascii(occupation) == lower_ascii(gold)) continue;
      if (find_word(sentence, occupation) != std::string::npos) others.push_back(occupation);
    }
    return others;
  }

  Field line_;
  std::vector<std::string> occupations_;
};

}  // namespace

std::unique_ptr<TaskKind> make_winobias_task(ObjectReader& object) {
  return std::make_unique<WinobiasTask>(object);
}

}  // namespace braid

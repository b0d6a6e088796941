// Winogender schemas (Rudinger et al. 2018): all_sentences.tsv, whose ids are
// occupation.participant.answer.gender.txt.
#include <array>

#include "base/error.h"
#include "data/tasks/kinds/task_kind.h"
#include "data/tasks/kinds/words.h"

namespace braid {
namespace {

const std::vector<std::string>& pronouns_of(const std::string& gender) {
  static const std::vector<std::string> male = {"he", "him", "his"},
                                        female = {"she", "her", "hers"},
                                        neutral = {"they", "them", "their"};
  if (gender == "male") return male;
  if (gender == "female") return female;
  if (gender == "neutral") return neutral;
  fail("{} is no gender of this set; expected male, female or neutral", quote(gender));
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts = {""};
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

class WinogenderTask : public TaskKind {
 public:
  explicit WinogenderTask(ObjectReader& object)
      : id_(Field::require(object, "sentence_id")), sentence_(Field::require(object, "sentence")) {}

  std::string_view read(const Scope& scope, TaskItem& item) const override {
    const std::string id = require_text(id_, scope), sentence = require_text(sentence_, scope);
    const auto parts = split(id, '.');
    if (parts.size() < 4 || (parts[2] != "0" && parts[2] != "1")) {
      fail("{}: {}; expected occupation.participant.answer.gender", id_.name(), quote(id));
    }
    const std::string pronoun = first_word_of(sentence, pronouns_of(parts[3]));
    if (pronoun.empty()) return "no pronoun in the sentence";
    const std::string question = sentence + " '" + capitalised(pronoun) + "' refers to the";
    item.prompts.push_back({question, " ", {parts[0], parts[1]}});
    item.gold = parts[2] == "0" ? std::vector<double>{1, 0} : std::vector<double>{0, 1};
    item.tags["gender"] = parts[3];
    item.tags["occupation"] = parts[0];
    item.tags["gold"] = parts[2] == "0" ? "occupation" : "participant";
    // The same sentence but for the pronoun.
    item.cluster = parts[0] + "." + parts[1] + "." + parts[2];
    return "";
  }

 private:
  Field id_, sentence_;
};

}  // namespace

std::unique_ptr<TaskKind> make_winogender_task(ObjectReader& object) {
  return std::make_unique<WinogenderTask>(object);
}

}  // namespace braid

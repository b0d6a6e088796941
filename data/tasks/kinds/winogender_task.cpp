// Winogender schemas (Rudinger et al. 2018): all_sentences.tsv, whose ids are
// occupation.participant.answer.gender.txt.
#include <array>

#include "base/error.h"
#include "data/feedback/mapping/scalars.h"
#include "data/feedback/rows/row_source.h"
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
      : id_(Field::require(object, "sentence_id")), sentence_(Field::require(object, "sentence")) {
    const std::string path = object.string("statistics", "");
    if (!path.empty()) read_majorities(path);
  }

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
    const auto majority = majority_.find(parts[0]);
    if (majority != majority_.end()) {
      const bool other = parts[3] != "neutral" && parts[3] != majority->second;
      item.tags["gotcha"] = parts[2] == "0" && other ? "yes" : "no";
    }
    // The same sentence but for the pronoun.
    item.cluster = parts[0] + "." + parts[1] + "." + parts[2];
    return "";
  }

 private:
  // occupations-stats.tsv: the share of women by occupation, in percent.
  void read_majorities(const std::string& path) {
    const auto rows = open_rows(path, {});
    for (SourceRow row; rows->next(row);) {
      if (!row.flaw.empty()) throw Error(row.flaw);
      const std::string where = fmt::format("{}:{}", path, row.number);
      ObjectReader reader(row.value, where);
      const std::string occupation = reader.require_string("occupation");
      const Json* share = reader.find("bls_pct_female");
      const auto women = share == nullptr ? std::nullopt : scalar_number(*share, where);
      if (!women) reader.error("bls_pct_female", "expected a number");
      majority_[occupation] = *women > 50 ? "female" : "male";
    }
  }

  Field id_, sentence_;
  std::map<std::string, std::string> majority_;  // gender of most people by occupation
};

}  // namespace

std::unique_ptr<TaskKind> make_winogender_task(ObjectReader& object) {
  return std::make_unique<WinogenderTask>(object);
}

}  // namespace braid

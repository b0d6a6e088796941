// WinoBias, the sound way: a two-way choice between the gold occupation and the other one of the
// sentence.
#include "base/file.h"
#include "data/feedback/conversation.h"
#include "data/tasks/kinds/task_kind.h"
#include "data/tasks/kinds/winobias_line.h"
#include "data/tasks/kinds/words.h"

namespace braid {
namespace {

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
    const WinobiasLine line = parse_winobias_line(require_text(line_, scope), line_.name());
    const auto others = other_occupations(line.sentence, line.occupation);
    if (others.size() != 1) return "not exactly one other occupation in the sentence";
    item.prompts.push_back({line.sentence + " \"" + line.pronoun + "\" refers to the",
                            " ",
                            {line.occupation, others[0]}});
    item.gold = {1, 0};
    item.tags["pronoun"] = lower_ascii(line.pronoun);
    item.tags["occupation"] = lower_ascii(line.occupation);
    item.cluster = line.number;
    if (const auto type = item.tags.find("type"); type != item.tags.end()) {
      item.cluster += "/" + type->second;  // both types count their lines from 1
    }
    return "";
  }

 private:
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

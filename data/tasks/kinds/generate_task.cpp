// A question whose answer is compared with known ones.
#include <array>
#include <cctype>

#include "base/error.h"
#include "data/feedback/conversation.h"
#include "data/feedback/mapping/scalars.h"
#include "data/tasks/kinds/task_kind.h"
#include "data/tasks/kinds/words.h"

namespace braid {
namespace {

enum class Match { kExact, kStart, kContains, kWord };

constexpr std::array<const char*, 4> kMatches = {"exact", "start", "contains", "word"};

Match read_match(ObjectReader& object) {
  const std::string name = object.string("match", "exact");
  for (size_t i = 0; i < kMatches.size(); ++i) {
    if (name == kMatches[i]) return static_cast<Match>(i);
  }
  object.error("match", quote(name) + "; expected exact, start, contains or word");
}

bool matches(const std::string& answer, const std::string& wanted, Match match) {
  switch (match) {
    case Match::kStart:
      return answer.starts_with(wanted);
    case Match::kContains:
      return answer.find(wanted) != std::string::npos;
    case Match::kWord:
      return find_word(answer, wanted) != std::string::npos;
    default:
      return answer == wanted;
  }
}

// Lower case, without ASCII punctuation, one space between words.
std::string lenient(std::string_view text) {
  std::string result;
  for (const char c : lower_ascii(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && std::ispunct(byte) != 0) continue;
    if (byte < 0x80 && std::isspace(byte) != 0) {
      if (!result.empty() && result.back() != ' ') result += ' ';
    } else {
      result += c;
    }
  }
  if (result.ends_with(' ')) result.pop_back();
  return result;
}

class AnyOf : public AnswerCheck {
 public:
  AnyOf(std::vector<std::string> wanted, Match match) : wanted_(std::move(wanted)), match_(match) {}

  Judgement judge(std::string_view answer) const override {
    const std::string strict(trimmed(answer)), loose = lenient(answer);
    Judgement result{{false}, {false}};
    for (const std::string& wanted : wanted_) {
      if (matches(strict, wanted, match_)) result.strict[0] = true;
      const std::string plain = lenient(wanted);
      if (!plain.empty() && matches(loose, plain, match_)) result.loose[0] = true;
    }
    if (result.strict[0]) result.loose[0] = true;
    return result;
  }

 private:
  std::vector<std::string> wanted_;
  Match match_;
};

class GenerateTask : public TaskKind {
 public:
  explicit GenerateTask(ObjectReader& object)
      : prompt_(Field::require(object, "prompt")),
        answers_(Field::require(object, "answers")),
        match_(read_match(object)),
        end_(read_answer_end(object)) {}

  std::string_view read(const Scope& scope, TaskItem& item) const override {
    std::vector<std::string> wanted;
    Json scratch;
    for (const Json* value : answers_.all(scope, scratch)) {
      const auto text = scalar_text(*value);
      if (!text) fail("{}: expected text, got {}", answers_.name(), describe_value(*value));
      const auto plain = trimmed(*text);
      if (!plain.empty()) wanted.emplace_back(plain);
    }
    if (wanted.empty()) return "no answer to compare with";
    item.questions.push_back(
        {require_text(prompt_, scope), end_, std::make_shared<AnyOf>(std::move(wanted), match_)});
    return "";
  }

 private:
  Field prompt_, answers_;
  Match match_;
  std::shared_ptr<const AnswerEnd> end_;
};

}  // namespace

std::unique_ptr<TaskKind> make_generate_task(ObjectReader& object) {
  return std::make_unique<GenerateTask>(object);
}

}  // namespace braid

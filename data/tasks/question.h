// A prompt that a model answers in its own words, and how the answer is judged.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace braid {

// One verdict per criterion, by the letter and with leniency; both of the same size, not empty.
struct Judgement {
  std::vector<bool> strict, loose;
};

class AnswerCheck {
 public:
  virtual ~AnswerCheck() = default;

  virtual Judgement judge(std::string_view answer) const = 0;
};

// Where an answer ends: at the model's stop token, after so many tokens, or in front of the first
// of these texts.
struct AnswerEnd {
  int64_t max_new_tokens = 0;  // positive
  std::vector<std::string> stop;
};

struct Question {
  std::string prompt;
  std::shared_ptr<const AnswerEnd> end;
  std::shared_ptr<const AnswerCheck> check;
};

struct Answer {
  std::string text;
  bool complete = false;  // ended by itself, not by a limit
  Judgement judgement;
};

}  // namespace braid

// One item of an evaluation task, before and after a model has scored it.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "data/tasks/question.h"

namespace braid {

// How prompt and continuation become tokens: the text of both at once, or each on its own, with a
// BOS in front of the continuation (as evaluation code has it that forgets to switch it off) or
// not.
enum class Tokenised : uint8_t { kTogether, kApart, kApartWithBos };

// A prompt and what may stand behind it. The text of an option is prompt + separator +
// continuation.
struct PromptOptions {
  std::string prompt;  // may be empty: the continuations are scored from their first token on
  std::string separator;
  std::vector<std::string> continuations;
  Tokenised tokenised = Tokenised::kTogether;
};

// What an option says about a group of people, in tasks on bias.
enum class Role : uint8_t { kNone, kTarget, kOther, kUnknown };

struct TaskItem {
  std::string id;  // "file:row" unless the row names itself
  std::vector<PromptOptions> prompts;
  bool compare_next = false;  // also how what follows its first two prompts differs
  std::vector<Question> questions;
  // Per option, counted through all prompts: 1 right, 0 wrong. Empty: no option is right.
  std::vector<double> gold;
  std::vector<Role> roles;                  // per option, or empty
  std::map<std::string, std::string> tags;  // for subgroups and conditions of metrics
  std::string cluster;  // items of one cluster depend on one another; empty: on no other

  size_t options() const {
    size_t count = 0;
    for (const PromptOptions& prompt : prompts) count += prompt.continuations.size();
    return count;
  }
};

struct OptionScore {
  double logp = 0;      // sum over the tokens of the continuation, nats
  int64_t tokens = 0;   // positive
  int64_t bytes = 0;    // of the continuation, without the separator
  bool greedy = false;  // every token is the likeliest one
};

struct ScoredItem {
  const TaskItem* item = nullptr;
  std::vector<OptionScore> options;  // in the order of the item's
  std::vector<Answer> answers;       // to the item's questions
  // With compare_next: KL(P2 || P1), nats, P1 and P2 the distributions over the whole vocabulary of
  // the token behind the first and the second prompt.
  double divergence = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace braid

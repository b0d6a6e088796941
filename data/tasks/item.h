// One item of an evaluation task, before and after a model has scored it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace braid {

// A prompt and what may stand behind it. The text of an option is prompt + separator +
// continuation.
struct PromptOptions {
  std::string prompt;  // may be empty: the continuations are scored from their first token on
  std::string separator;
  std::vector<std::string> continuations;
};

// What an option says about a group of people, in tasks on bias.
enum class Role : uint8_t { kNone, kTarget, kOther, kUnknown };

struct TaskItem {
  std::string id;  // "file:row" unless the row names itself
  std::vector<PromptOptions> prompts;
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
};

}  // namespace braid

// Keys of prompts.
#include "data/feedback/comparison.h"

#include "base/hash.h"
#include "data/feedback/conversation.h"

namespace braid {

uint64_t prompt_key(const Conversation& prompt) {
  uint64_t key = prompt.size();
  for (const Message& message : prompt) {
    key = hash64(message.role, key);
    key = hash64(trimmed(message.content), key);
    if (!message.fields.is_null()) key = hash64(message.fields.dump(), key);
  }
  return key;
}

uint64_t prompt_group(const Conversation& prompt) {
  for (const Message& message : prompt) {
    if (message.role != "user") continue;
    std::string words;
    for (const char c : trimmed(message.content)) {
      const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
      if (!space) {
        words += c;
      } else if (words.back() != ' ') {
        words += ' ';
      }
    }
    return hash64(words);
  }
  return prompt_key(prompt);
}

}  // namespace braid

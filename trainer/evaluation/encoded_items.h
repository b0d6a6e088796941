// Items of a task as groups of token ids, ready to be scored.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "data/batches/group_store.h"
#include "data/tasks/item.h"
#include "data/text/chat_template.h"

namespace braid {

struct EncodedItems {
  std::vector<TaskItem> items;                  // those that could be encoded, in order
  GroupStore store;                             // one group per prompt of each item, in order
  std::vector<std::vector<int32_t>> questions;  // of all items, in order
  std::vector<int32_t> stop;                    // tokens that end an answer
  std::map<std::string, int64_t> skipped;       // why the others could not
};

// How texts become ids. Without `chat` a text is taken as it is: the ids of prompt + separator +
// continuation, with a BOS in front where the tokenizer's model expects one. The prompt that
// continuations share is the longest common prefix of their ids and those of the prompt alone; a
// token that spans both counts to the continuation. Where nothing would stand in front of the first
// scored token, the BOS does, or else the model's stop token.
//
// With `chat` the prompt is a user turn, rendered with the generation prompt, and the continuation
// stands behind it without the separator; no stop token is scored.
//
// A question is encoded as a prompt is; it needs room for one more token.
//
// Skipped: "too long" (over `max_tokens`), "option without tokens", "question without tokens".
EncodedItems encode_items(std::vector<TaskItem> items, const Tokenizer& tokenizer,
                          const ChatTemplate* chat, int64_t max_tokens);

}  // namespace braid

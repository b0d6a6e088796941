// One turn of a conversation, as chat templates see it.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace braid {

struct Message {
  std::string role;  // "system", "user", "assistant", "tool"
  std::string content;
  // Further members for the template ("tool_calls", "name", "reasoning_content"); an object, or
  // null when there are none.
  Json fields = nullptr;

  bool operator==(const Message&) const = default;
};

using Conversation = std::vector<Message>;

}  // namespace braid

// Conversation trees as in OASST: every turn of a user may have several replies.
#pragma once

#include <string>
#include <vector>

#include "data/feedback/conversation.h"
#include "data/feedback/mapping/row_filter.h"

namespace braid {

// One prompt of a tree and the messages that answer it.
struct TreePrompt {
  Conversation turns;
  std::vector<const Json*> replies;
};

class MessageTree {
 public:
  // Member "tree" of a source: {"root": path, "text", "role", "replies": names of members (default
  // as they are spelt here), "keep"/"skip": filters of the replies}.
  static MessageTree read(ObjectReader object);

  // Every turn of a user that has replies, parents first. Turns below a reply that the filters
  // leave out are left out as well.
  std::vector<TreePrompt> prompts(const Scope& scope) const;

  const std::string& text_member() const { return text_; }

 private:
  Message message(const Json& node) const;
  std::vector<const Json*> children(const Json& node) const;

  FieldPath root_;
  std::string text_, role_, replies_;
  RowFilter filter_;
};

}  // namespace braid

// Walking conversation trees.
#include "data/feedback/kinds/message_tree.h"

#include "base/error.h"
#include "data/feedback/mapping/field.h"
#include "data/feedback/mapping/scalars.h"
#include "data/feedback/turns.h"

namespace braid {

MessageTree MessageTree::read(ObjectReader object) {
  MessageTree tree;
  const std::vector<FieldPath> roots = read_paths(object, "root");
  if (roots.size() > 1) object.error("root", "expected one path");
  tree.root_ = roots.empty() ? FieldPath::parse(".") : roots.front();
  tree.text_ = object.string("text", "text");
  tree.role_ = object.string("role", "role");
  tree.replies_ = object.string("replies", "replies");
  tree.filter_ = RowFilter::read(object);
  object.reject_unknown();
  return tree;
}

Message MessageTree::message(const Json& node) const {
  const auto text = node.is_object() ? node.find(text_) : node.end();
  const auto role = node.is_object() ? node.find(role_) : node.end();
  if (text == node.end() || role == node.end()) {
    fail("{}: a message of the tree has no {} or {}", root_.text(), quote(text_), quote(role_));
  }
  const Json turn = {{"role", *role}, {"content", *text}};
  return read_turns(turn, root_.text()).turns.front();
}

std::vector<const Json*> MessageTree::children(const Json& node) const {
  std::vector<const Json*> kept;
  const auto replies = node.find(replies_);
  if (replies == node.end() || replies->is_null()) return kept;
  if (!replies->is_array()) {
    fail("{}: {} of a message is not a list", root_.text(), quote(replies_));
  }
  for (const Json& reply : *replies) {
    if (filter_.passes(Scope(reply))) kept.push_back(&reply);
  }
  return kept;
}

std::vector<TreePrompt> MessageTree::prompts(const Scope& scope) const {
  std::vector<const Json*> roots;
  root_.select(scope, roots);
  if (roots.empty()) fail("{}: is missing", root_.text());
  struct Visit {
    const Json* node;
    Conversation before;
  };
  std::vector<TreePrompt> result;
  std::vector<Visit> pending;
  for (const Json* root : roots) pending.push_back({root, {}});
  for (size_t next = 0; next < pending.size(); ++next) {  // breadth first; depth costs no stack
    Conversation turns = std::move(pending[next].before);
    const Json& node = *pending[next].node;
    turns.push_back(message(node));
    std::vector<const Json*> replies = children(node);
    for (const Json* reply : replies) pending.push_back({reply, turns});
    if (turns.back().role == "user" && !replies.empty()) {
      result.push_back({std::move(turns), std::move(replies)});
    }
  }
  return result;
}

}  // namespace braid

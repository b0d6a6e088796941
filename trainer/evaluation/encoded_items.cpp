#include "trainer/evaluation/encoded_items.h"

#include <algorithm>

#include "base/error.h"
#include "base/stop.h"

namespace braid {
namespace {

using Ids = std::vector<int32_t>;

size_t common_prefix(const Ids& a, const Ids& b) {
  const auto [end, other] = std::ranges::mismatch(a, b);
  return static_cast<size_t>(end - a.begin());
}

class ItemEncoder {
 public:
  ItemEncoder(const Tokenizer& tokenizer, const ChatTemplate* chat, int64_t max_tokens)
      : tokenizer_(tokenizer), chat_(chat), max_tokens_(max_tokens) {}

  // Appends the groups and questions of the item, or returns why there are none.
  std::string encode(const TaskItem& item, std::vector<GroupTokens>& groups,
                     std::vector<Ids>& questions) const {
    std::vector<GroupTokens> own;
    for (const PromptOptions& prompt : item.prompts) {
      GroupTokens group;
      const std::string flaw = encode(prompt, group);
      if (!flaw.empty()) return flaw;
      own.push_back(std::move(group));
    }
    std::vector<Ids> asked;
    for (const Question& question : item.questions) {
      asked.push_back(chat_ ? with_chat(question.prompt, "") : raw(question.prompt));
      if (asked.back().empty()) return "question without tokens";
      if (static_cast<int64_t>(asked.back().size()) >= max_tokens_) return "too long";
    }
    std::ranges::move(own, std::back_inserter(groups));
    std::ranges::move(asked, std::back_inserter(questions));
    return "";
  }

 private:
  std::string encode(const PromptOptions& options, GroupTokens& group) const {
    return options.tokenised == Tokenised::kTogether ? encode_together(options, group)
                                                     : encode_apart(options, group);
  }

  std::string encode_apart(const PromptOptions& options, GroupTokens& group) const {
    group.prompt = chat_ ? with_chat(options.prompt, "") : raw(options.prompt);
    if (group.prompt.empty()) group.prompt.push_back(start());
    for (const std::string& continuation : options.continuations) {
      Ids ids = tokenizer_.encode(continuation);
      if (ids.empty()) return "option without tokens";
      if (options.tokenised == Tokenised::kApartWithBos) ids.insert(ids.begin(), start());
      if (!fits(group, ids)) return "too long";
      group.branches.push_back(std::move(ids));
    }
    return "";
  }

  bool fits(const GroupTokens& group, const Ids& branch) const {
    return static_cast<int64_t>(group.prompt.size() + branch.size()) <= max_tokens_;
  }

  std::string encode_together(const PromptOptions& options, GroupTokens& group) const {
    const Ids base = chat_ ? with_chat(options.prompt, "") : raw(options.prompt);
    std::vector<Ids> texts;
    size_t shared = base.size();
    for (const std::string& continuation : options.continuations) {
      texts.push_back(chat_ ? with_chat(options.prompt, continuation)
                            : raw(options.prompt + options.separator + continuation));
      shared = std::min(shared, common_prefix(base, texts.back()));
    }
    for (const Ids& ids : texts) {
      if (ids.empty()) return "option without tokens";
      shared = std::min(shared, ids.size() - 1);  // every continuation keeps a token
    }
    group.prompt.assign(base.begin(), base.begin() + static_cast<std::ptrdiff_t>(shared));
    if (group.prompt.empty()) group.prompt.push_back(start());
    for (const Ids& ids : texts) {
      group.branches.emplace_back(ids.begin() + static_cast<std::ptrdiff_t>(shared), ids.end());
      if (!fits(group, group.branches.back())) return "too long";
    }
    return "";
  }

  Ids raw(const std::string& text) const {
    Ids ids = text.empty() ? Ids{} : tokenizer_.encode(text);
    const SpecialTokens& special = tokenizer_.special();
    if (special.add_bos && special.bos) ids.insert(ids.begin(), *special.bos);
    return ids;
  }

  Ids with_chat(const std::string& prompt, const std::string& continuation) const {
    RenderedText text = chat_->render({{"user", prompt}}, nullptr, /*generation_prompt=*/true);
    if (!continuation.empty()) {
      const size_t begin = text.text.size(), end = begin + continuation.size();
      if (!text.foreign.empty() && text.foreign.back().end == begin) {
        text.foreign.back().end = end;  // ranges never touch
      } else {
        text.foreign.push_back({begin, end});
      }
      text.text += continuation;
    }
    return chat_->encode(text);
  }

  int32_t start() const {
    const SpecialTokens& special = tokenizer_.special();
    if (special.bos) return *special.bos;
    if (special.stop.empty()) {
      fail("the tokenizer has neither a BOS nor a stop token to stand in front of a text");
    }
    return special.stop.front();
  }

  const Tokenizer& tokenizer_;
  const ChatTemplate* chat_;
  int64_t max_tokens_;
};

}  // namespace

EncodedItems encode_items(std::vector<TaskItem> items, const Tokenizer& tokenizer,
                          const ChatTemplate* chat, int64_t max_tokens) {
  const ItemEncoder encoder(tokenizer, chat, max_tokens);
  std::vector<GroupTokens> groups;
  std::vector<Ids> questions;
  std::vector<TaskItem> kept;
  std::map<std::string, int64_t> skipped;
  for (TaskItem& item : items) {
    check_stop();
    const std::string flaw = encoder.encode(item, groups, questions);
    if (flaw.empty()) {
      kept.push_back(std::move(item));
    } else {
      ++skipped[flaw];
    }
  }
  return {std::move(kept), make_store(std::move(groups)), std::move(questions),
          chat ? chat->stop_tokens() : tokenizer.special().stop, std::move(skipped)};
}

}  // namespace braid

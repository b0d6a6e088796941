// ChatML and raw text.
#include "data/text/chat_template.h"

#include "base/error.h"
#include "base/hash.h"

namespace braid {
namespace {

constexpr std::string_view kTurnBegin = "<|im_start|>";
constexpr std::string_view kTurnEnd = "<|im_end|>";

void append(std::vector<int32_t>& ids, const std::vector<int32_t>& more) {
  ids.insert(ids.end(), more.begin(), more.end());
}

// The text of the default system turn in a template that opens with
//   {% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nTEXT<|im_end|>
// where the line break is a real one or an escape.
std::optional<std::string> find_default_system(std::string_view source) {
  constexpr std::string_view kCondition = "messages[0]['role'] != 'system'";
  size_t at = source.find(kCondition);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view rest = source.substr(at + kCondition.size());
  const std::string opening = fmt::format("'{}system", kTurnBegin);
  at = rest.find(opening);
  // Only the statement's end and the start of an expression may stand between.
  if (at == std::string_view::npos ||
      rest.substr(0, at).find_first_not_of(" -%{}\n") != std::string_view::npos) {
    return std::nullopt;
  }
  rest.remove_prefix(at + opening.size());
  if (rest.starts_with("\\n")) {
    rest.remove_prefix(2);
  } else if (rest.starts_with('\n')) {
    rest.remove_prefix(1);
  } else {
    return std::nullopt;
  }
  const std::string_view text = rest.substr(0, rest.find(kTurnEnd));
  // A quote ends the literal before the turn does; an escape would need Jinja to be read.
  if (text.size() == rest.size() || text.find_first_of("'\\") != std::string_view::npos) {
    return std::nullopt;
  }
  return std::string(text);
}

TemplateKind resolve(const Tokenizer& tokenizer) {
  const std::string& source = tokenizer.special().chat_template;
  if (source.empty()) return TemplateKind::kNone;
  if (source.find(kTurnBegin) == std::string::npos || !tokenizer.special_id(kTurnBegin) ||
      !tokenizer.special_id(kTurnEnd)) {
    fail(
        "the model's chat template is not ChatML, the only one built in; set data.template to "
        "\"chatml\" or \"none\" to train with that format instead");
  }
  if (source.find("trim") != std::string::npos || source.find("strip") != std::string::npos) {
    fail(
        "the model's chat template trims what it renders, which the built-in ChatML does not; set "
        "data.template to \"chatml\" to train without that");
  }
  const bool has_system = source.find(fmt::format("{}system", kTurnBegin)) != std::string::npos;
  if (has_system && !find_default_system(source)) {
    fail(
        "the model's chat template writes a system turn of its own that the built-in ChatML does "
        "not reproduce; set data.template to \"chatml\" to train without it");
  }
  return TemplateKind::kChatMl;
}

}  // namespace

ChatTemplate::ChatTemplate(const Tokenizer& tokenizer, TemplateKind kind)
    : tokenizer_(tokenizer), kind_(kind == TemplateKind::kAuto ? resolve(tokenizer) : kind) {
  if (kind_ == TemplateKind::kChatMl) {
    set_up_chatml();
    return;
  }
  const SpecialTokens& special = tokenizer.special();
  if (special.stop.empty()) {
    fail(
        "the model's files name no token that ends a text (eos_token_id); add it to "
        "generation_config.json or set data.template to \"chatml\"");
  }
  stop_ = special.stop.front();
  add_bos_ = special.add_bos && special.bos.has_value();
}

void ChatTemplate::set_up_chatml() {
  const auto require = [&](std::string_view name) {
    const auto id = tokenizer_.special_id(name);
    if (!id) {
      fail(
          "data.template is \"chatml\", but the vocabulary has no control token {}; set it to "
          "\"none\"",
          quote(name));
    }
    return *id;
  };
  turn_begin_ = require(kTurnBegin);
  stop_ = require(kTurnEnd);
  const SpecialTokens& special = tokenizer_.special();
  default_system_ = find_default_system(special.chat_template);
  // SmolLM2's BOS is <|im_start|> itself, and its template does not add another.
  add_bos_ = special.bos.has_value() && special.bos != turn_begin_ &&
             special.chat_template.find("bos_token") != std::string::npos;
}

void ChatTemplate::append_turn(std::vector<int32_t>& ids, const Message& message) const {
  ids.push_back(turn_begin_);
  append(ids, tokenizer_.encode_continuation(message.role + "\n" + message.content));
  ids.push_back(stop_);
  append(ids, tokenizer_.encode_continuation("\n"));
}

std::vector<int32_t> ChatTemplate::render(const std::vector<Message>& messages,
                                          bool generation_prompt) const {
  std::vector<int32_t> ids;
  if (add_bos_) ids.push_back(*tokenizer_.special().bos);
  if (kind_ == TemplateKind::kNone) {
    std::string text;
    for (const Message& message : messages) text += message.content;
    append(ids, tokenizer_.encode(text));
    return ids;
  }
  if (default_system_ && !messages.empty() && messages.front().role != "system") {
    append_turn(ids, {"system", *default_system_});
  }
  for (const Message& message : messages) append_turn(ids, message);
  if (generation_prompt) {
    ids.push_back(turn_begin_);
    append(ids, tokenizer_.encode_continuation("assistant\n"));
  }
  return ids;
}

std::vector<int32_t> ChatTemplate::render_answer(std::string_view content, bool with_stop) const {
  std::vector<int32_t> ids = tokenizer_.encode_continuation(content);
  if (with_stop) ids.push_back(stop_);
  return ids;
}

std::string ChatTemplate::fingerprint() const {
  Hasher hasher;
  hasher.update(fmt::format("template {} bos {} stop {} ", static_cast<int>(kind_),
                            add_bos_ ? *tokenizer_.special().bos : -1, stop_));
  if (default_system_) hasher.update("system ").update(*default_system_);
  hasher.update(tokenizer_.fingerprint());
  return hasher.hex();
}

}  // namespace braid

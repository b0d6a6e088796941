// Renders conversations into token ids: built-in ChatML, and `none` (raw text).
//
// Control tokens come from the tokenizer's special vocabulary; message contents are encoded as
// plain text, so nothing in a feedback file can open or close a turn.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/text/message.h"
#include "data/text/tokenizer.h"

namespace braid {

enum class TemplateKind { kAuto, kChatMl, kNone };

class ChatTemplate {
 public:
  // kAuto: ChatML when the model's own template uses <|im_start|> and the vocabulary has both
  // ChatML tokens, raw text when the model has no template at all, Error (naming the
  // `data.template` key) for any other template, and for a ChatML template that trims contents or
  // whose system turn is not of the form below. SmolLM2's template opens with a default system turn
  // when the conversation has none; it is reproduced here when the model's template text contains
  // it. Models of the Qwen2 family write theirs in the same form.
  ChatTemplate(const Tokenizer& tokenizer, TemplateKind kind);

  // Ids of a conversation. ChatML: "<|im_start|>role\ncontent<|im_end|>\n" per message, contents as
  // they are; with `generation_prompt` the opening of an assistant turn follows. BOS stands in
  // front only when the model's template asks for it. Raw text: BOS when the model expects it in
  // front of a text, then the contents one after the other, nothing between them; roles and
  // `generation_prompt` do not show.
  std::vector<int32_t> render(const std::vector<Message>& messages, bool generation_prompt) const;

  // Ids of one answer after `render(prompt, true)`: content and the stop token (when `with_stop`).
  // The answer is encoded apart from the prompt, as the model produces it: no token spans the two.
  std::vector<int32_t> render_answer(std::string_view content, bool with_stop = true) const;

  int32_t stop_token() const { return stop_; }
  TemplateKind kind() const { return kind_; }  // never kAuto
  std::string fingerprint() const;             // template and tokenizer: part of cache keys

 private:
  void set_up_chatml();
  void append_turn(std::vector<int32_t>& ids, const Message& message) const;

  const Tokenizer& tokenizer_;
  TemplateKind kind_;
  std::optional<std::string> default_system_;
  bool add_bos_ = false;
  int32_t turn_begin_ = -1;
  int32_t stop_ = -1;
};

}  // namespace braid

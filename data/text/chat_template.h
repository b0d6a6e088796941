// Conversations to text and token ids: the model's own chat template, a built-in one, or a file.
//
// Control tokens come from the template; what feedback wrote is plain text, so nothing in a
// feedback file can open or close a turn.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/jinja/template.h"
#include "data/text/message.h"
#include "data/text/tokenizer.h"

namespace braid {

struct TemplateConfig {
  // "auto": the model's own, or "none" for a model without one. A built-in one by name
  // (builtin_templates.h). The path of a Jinja file, ending in ".jinja". Otherwise one of the
  // model's named templates, such as "tool_use".
  std::string name = "auto";
  // Further variables, "enable_thinking=false": the value is JSON, or else a text.
  std::vector<std::string> arguments = {};
  std::string date = "2024-07-26";  // what a template takes for today, YYYY-MM-DD
};

class ChatTemplate {
 public:
  // Keeps a reference to `tokenizer`. Errors: a template that does not parse or is not there, a
  // vocabulary without the tokens of a built-in one, a model without any stop token.
  ChatTemplate(const Tokenizer& tokenizer, const TemplateConfig& config);

  // Variables, as Hugging Face's tooling sets them: messages, tools, documents (none),
  // add_generation_prompt, the names of the special tokens (bos_token, eos_token, pad_token), and
  // the configured arguments. Message contents and tools are foreign text; roles are not, because
  // templates build control tokens out of them. Error when the template refuses the conversation.
  RenderedText render(const Conversation& messages, const Json& tools,
                      bool generation_prompt) const;

  // Ids of a rendered text. Built-in templates do not write a BOS: it is put in front when the
  // model expects one. It is there once, whatever the template does.
  std::vector<int32_t> encode(const RenderedText& text) const;

  // Ids of `render(messages, tools, true)`: what the model sees when it has to answer.
  std::vector<int32_t> prompt(const Conversation& messages, const Json& tools = nullptr) const;

  // What ends an answer: the control token that the template writes behind it, or the model's first
  // stop token when the template writes none.
  int32_t stop_token() const { return stop_; }
  bool writes_stop() const { return writes_stop_; }
  // Every id that ends an answer when the model generates.
  const std::vector<int32_t>& stop_tokens() const { return stop_tokens_; }

  const Tokenizer& tokenizer() const { return tokenizer_; }
  const std::string& name() const { return name_; }      // "the model's own", "chatml", a path
  const std::string& source() const { return source_; }  // Jinja
  std::string fingerprint() const;  // template, its arguments and tokenizer: part of cache keys

 private:
  void choose(const TemplateConfig& config);
  void find_stop();
  RenderedText render_sample() const;

  const Tokenizer& tokenizer_;
  std::string name_;
  std::string source_;
  std::unique_ptr<const JinjaTemplate> template_;
  Json variables_;
  std::time_t now_ = 0;
  bool leading_bos_ = false;
  int32_t stop_ = -1;
  bool writes_stop_ = false;
  std::vector<int32_t> stop_tokens_;
};

}  // namespace braid

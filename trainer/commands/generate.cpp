// braid generate: an answer of the model, printed as it comes.
#include <algorithm>
#include <iostream>
#include <iterator>
#include <optional>

#include "base/error.h"
#include "data/text/chat_template.h"
#include "model/adapter_io.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/session.h"
#include "trainer/dataset.h"
#include "trainer/progress.h"
#include "trainer/token_bytes.h"
#include "trainer/utf8_stream.h"

namespace braid {
namespace {

struct EncodedPrompt {
  std::vector<int32_t> ids;
  std::vector<int32_t> stop;
};

std::string prompt_text(const std::string& prompt) {
  if (prompt != "-") return prompt;
  std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  if (text.ends_with('\n')) text.pop_back();  // the one that ends the last line
  return text;
}

EncodedPrompt encode(const std::string& text, bool raw, const Tokenizer& tokenizer,
                     TemplateConfig config) {
  if (raw) config.name = "none";
  const ChatTemplate chat(tokenizer, config);
  return {chat.prompt({{"user", text}}), chat.stop_tokens()};
}

}  // namespace

int run_generate(const RunConfiguration& config, const GenerateRequest& request) {
  const std::string text = prompt_text(request.prompt);
  if (text.empty()) fail("--prompt: the prompt is empty");
  const auto tokenizer = load_tokenizer(config.model);
  const EncodedPrompt prompt = encode(text, request.raw, *tokenizer, config.data.chat_template);
  const LoadedModel model = open_model(config);
  std::optional<Adapter> adapter;
  if (const auto path = choose_adapter(config, request.adapter)) {
    adapter.emplace(load_adapter(*path, model.config, model.transformer.device()));
    say("adapter: " + path->string());
  }

  Utf8Stream stream;
  std::string last;
  const auto show = [&](const std::string& part) {
    if (part.empty()) return;
    print(part);
    last = part;
  };
  generate(model.transformer, adapter ? &*adapter : nullptr, {prompt.ids}, prompt.stop,
           request.sampling, [&](size_t, int32_t id) {
             show(stream.push(token_bytes(*tokenizer, id)));
             return true;
           });
  show(stream.finish());
  if (!last.ends_with('\n')) print("\n");
  return kExitOk;
}

}  // namespace braid

// braid inspect tokens and template: what text becomes.
#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>
#include <iterator>

#include "base/error.h"
#include "data/text/comparison.h"
#include "data/text/utf8.h"
#include "trainer/commands/commands.h"
#include "trainer/dataset.h"
#include "trainer/progress.h"
#include "trainer/terminal.h"

namespace braid {
namespace {

std::string escaped(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool is_control(const Tokenizer& tokenizer, int32_t id) {
  return tokenizer.special_id(tokenizer.piece(id)) == id;
}

std::string describe_token(const Tokenizer& tokenizer, int32_t id) {
  return fmt::format("{} {}", id, quote(tokenizer.piece(id)));
}

// Text with its foreign parts in colour.
std::string show(const RenderedText& rendered) {
  std::string text;
  size_t at = 0;
  for (const ByteRange& range : rendered.foreign) {
    text += coloured(std::string_view(rendered.text).substr(at, range.begin - at), Colour::kBlue);
    text += rendered.text.substr(range.begin, range.end - range.begin);
    at = range.end;
  }
  return text + coloured(std::string_view(rendered.text).substr(at), Colour::kBlue) + "\n";
}

std::string describe_template(const ChatTemplate& chat) {
  const Tokenizer& tokenizer = chat.tokenizer();
  std::vector<std::string> stops;
  for (const int32_t id : chat.stop_tokens()) stops.push_back(describe_token(tokenizer, id));
  std::string text =
      fmt::format("template      {} ({} characters)\n", chat.name(), chat.source().size());
  text += fmt::format("answers end   {}, {}\n", describe_token(tokenizer, chat.stop_token()),
                      chat.writes_stop() ? "written by the template" : "added behind the text");
  return text + fmt::format("stop tokens   {}\n", fmt::join(stops, ", "));
}

std::string show_sample(const ChatTemplate& chat, const char* title, const Conversation& messages,
                        bool generation_prompt) {
  std::string text = coloured(fmt::format("-- {}\n", title), Colour::kYellow);
  try {
    return text + show(chat.render(messages, nullptr, generation_prompt));
  } catch (const TemplateRefusal& refusal) {
    return text + fmt::format("refused: {}\n", refusal.what());
  }
}

std::string show_samples(const ChatTemplate& chat) {
  const Message system = {"system", "Be brief."}, user = {"user", "Why is the sky blue?"};
  const Message answer = {"assistant", "Air scatters blue light."};
  return show_sample(chat, "prompt", {user}, true) +
         show_sample(chat, "prompt with a system message", {system, user}, true) +
         show_sample(chat, "conversation", {user, answer, {"user", "And red?"}, answer}, false);
}

// Tokens of a group's branch as text: the prompt dim, what the loss counts in colour, or between
// ⟦ and ⟧ where there are no colours.
std::string show_branch(const EncodedGroup& group, size_t branch, const Tokenizer& tokenizer) {
  std::string prompt, answer;
  for (const int32_t id : group.prompt) prompt += tokenizer.piece(id);
  for (const int32_t id : group.branches[branch]) answer += tokenizer.piece(id);
  const Colour colour = branch == 0 ? Colour::kGreen : Colour::kRed;
  if (!shows_colours()) return prompt + "⟦" + answer + "⟧\n";
  return coloured(prompt, Colour::kDim) + coloured(answer, colour) + "\n";
}

std::string show_group(const EncodedGroup& group, const Tokenizer& tokenizer) {
  std::string text;
  for (size_t b = 0; b < group.branches.size(); ++b) {
    text += coloured(
        fmt::format("-- {}:{}: {}, {} tokens of prompt, {} in the loss\n", group.where.file,
                    group.where.line, branch_name(b, group.branches.size()), group.prompt.size(),
                    group.branches[b].size()),
        Colour::kYellow);
    text += show_branch(group, b, tokenizer);
  }
  return text;
}

}  // namespace

std::string branch_name(size_t branch, size_t branches) {
  if (branches == 1) return "answer";
  if (branches == 2) return branch == 0 ? "chosen" : "rejected";
  return fmt::format("answer {}", branch + 1);
}

int inspect_tokens(const std::filesystem::path& model, const TokensRequest& request) {
  const auto tokenizer = load_tokenizer(model);
  std::string text = request.text;
  if (text == "-") text.assign(std::istreambuf_iterator<char>(std::cin), {});
  require_utf8(text, "the text");
  RenderedText rendered = foreign_text(text);
  if (request.control) rendered.foreign.clear();
  std::string table = "    id  bytes      piece\n";
  size_t shown = 0;
  for (const TokenSpan& span : tokenizer->encode_spans(rendered)) {
    const Colour colour = is_control(*tokenizer, span.id) ? Colour::kRed
                          : shown++ % 2 == 0              ? Colour::kGreen
                                                          : Colour::kBlue;
    table += fmt::format("{:6}  {:<9}  {}\n", span.id,
                         fmt::format("{}-{}", span.bytes.begin, span.bytes.end),
                         coloured(escaped(tokenizer->piece(span.id)), colour));
  }
  print(table);
  return kExitOk;
}

int inspect_template(const RunConfiguration& config, int64_t count) {
  const ModelTokenizer tokenizer(config.model);
  const ChatTemplate chat(*tokenizer.require(), config.data.chat_template);
  print(describe_template(chat));
  if (config.data.train.empty() && config.data.validation.empty()) {
    print(show_samples(chat));
    return kExitOk;
  }
  const bool has_training = !config.data.train.empty();
  const Dataset data =
      load_dataset(config, load_model_config(config.model), tokenizer, has_training);
  for (const std::string& line : data.describe()) say(line);
  const auto& groups = has_training ? data.train : data.validation;
  const auto shown = std::min(count, static_cast<int64_t>(groups.size()));
  for (int64_t i = 0; i < shown; ++i) {
    print(show_group(groups[static_cast<size_t>(i)], *tokenizer.require()));
  }
  return kExitOk;
}

}  // namespace braid

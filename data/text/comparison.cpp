#include "data/text/comparison.h"

#include <algorithm>

namespace braid {
namespace {

using Ids = std::vector<int32_t>;

size_t common_prefix(const auto& a, const auto& b) {
  return static_cast<size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

size_t content_end(const RenderedText& text) {
  return text.foreign.empty() ? 0 : text.foreign.back().end;
}

// Without what the template wrote behind the last content.
RenderedText without_tail(RenderedText text) {
  text.text.resize(content_end(text));
  return text;
}

// One conversation with an answer, up to its stop token.
class Answer {
 public:
  Answer(const ChatTemplate& chat, Conversation conversation, const Json& tools)
      : chat_(chat), text_(chat.render(conversation, tools, /*generation_prompt=*/false)) {}

  const RenderedText& text() const { return text_; }

  // Ids with the stop token. Empty when the template wrote none behind position `begin`.
  Ids encode(size_t begin) const {
    if (!chat_.writes_stop()) {
      Ids ids = chat_.encode(without_tail(text_));
      ids.push_back(chat_.stop_token());
      return ids;
    }
    Ids ids = chat_.encode(text_);
    const auto& stops = chat_.stop_tokens();
    const auto is_stop = [&](int32_t id) { return std::ranges::find(stops, id) != stops.end(); };
    if (begin > ids.size()) return {};
    const auto stop = std::find_if(ids.begin() + static_cast<ptrdiff_t>(begin), ids.end(), is_stop);
    if (stop == ids.end()) return {};
    ids.erase(stop + 1, ids.end());
    return ids;
  }

 private:
  const ChatTemplate& chat_;
  RenderedText text_;
};

Conversation with_answer(Conversation prompt, const std::string& answer) {
  prompt.push_back({"assistant", answer});
  return prompt;
}

}  // namespace

EncodedComparison encode_comparison(const ChatTemplate& chat, const Conversation& prompt,
                                    const Json& tools, std::span<const std::string> answers) {
  EncodedComparison result;
  const RenderedText question = chat.render(prompt, tools, /*generation_prompt=*/true);
  result.full_prompt = chat.encode(question);
  size_t boundary = result.full_prompt.size();
  for (const std::string& answer : answers) {
    const Answer rendered(chat, with_answer(prompt, answer), tools);
    const size_t shared = common_prefix(question.text, rendered.text().text);
    if (shared < content_end(question)) {
      result.flaw = "template rewrites the prompt";
      return result;
    }
    if (content_end(rendered.text()) <= shared) {
      result.flaw = "empty answer";
      return result;
    }
    result.generation_prompt_differs |= shared < question.text.size();
    // The stop token of an answer is not one that a template writes behind earlier turns.
    const size_t common = common_prefix(result.full_prompt, chat.encode(rendered.text()));
    Ids ids = rendered.encode(common);
    if (ids.empty()) {
      result.flaw = "template does not end the answer";
      return result;
    }
    boundary = std::min(boundary, common_prefix(result.full_prompt, ids));
    result.answers.push_back(std::move(ids));
  }
  if (boundary == 0) {
    result.flaw = "prompt and answer share a token";
    return result;
  }
  const auto begin = static_cast<ptrdiff_t>(boundary);
  result.boundary_moved = !result.generation_prompt_differs && boundary < result.full_prompt.size();
  result.prompt.assign(result.full_prompt.begin(), result.full_prompt.begin() + begin);
  for (Ids& ids : result.answers) ids.erase(ids.begin(), ids.begin() + begin);
  return result;
}

}  // namespace braid

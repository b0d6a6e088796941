// A prompt and its answers as token ids, cut where the answers begin to differ from the prompt.
//
// The prompt is rendered once with the generation prompt, every answer whole with its conversation.
// The boundary is the longest common prefix of all those id sequences: a token that spans prompt
// and answer counts as answer. What stands behind the answer's stop token is left out.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/text/chat_template.h"

namespace braid {

struct EncodedComparison {
  std::vector<int32_t> prompt;
  std::vector<std::vector<int32_t>> answers;  // each ends in exactly one stop token
  // Ids of the whole prompt with the generation prompt: what the model sees when it answers, and
  // what tells prompts apart. `prompt` is its beginning.
  std::vector<int32_t> full_prompt;
  // Why the row cannot be used, or empty:
  // - "template rewrites the prompt": earlier turns look different once the answer is there (as
  // with
  //   templates that drop earlier thinking), so that the answers would not share what they saw
  // - "template does not end the answer": no stop token behind it although the template writes one
  // - "empty answer": nothing of the answer is rendered
  // - "prompt and answer share a token": nothing is left of the prompt
  std::string_view flaw;
  bool boundary_moved = false;  // a token spans prompt and answer
  // The template puts something into its generation prompt that it does not write in front of an
  // answer ("<think>"), so training and generation differ there.
  bool generation_prompt_differs = false;
};

// Errors of the tokenizer and of the template pass through.
EncodedComparison encode_comparison(const ChatTemplate& chat, const Conversation& prompt,
                                    const Json& tools, std::span<const std::string> answers);

}  // namespace braid

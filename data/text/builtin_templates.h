// Chat templates for models that have none, or whose own is not wanted.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace braid {

struct BuiltinTemplate {
  std::string_view name;    // value of data.template
  std::string_view source;  // Jinja
  // Control tokens the format stands on; a vocabulary without one of them cannot use it.
  std::vector<std::string_view> tokens;
};

// Null when there is none of that name.
//   none             contents one after the other, nothing between them
//   chatml           <|im_start|>role\ncontent<|im_end|>\n
//   llama3           <|start_header_id|>role<|end_header_id|>\n\ncontent<|eot_id|>
//   zephyr           <|role|>\ncontent</s>\n, where </s> is the model's own stop token
//   question_answer  "Question: content\n", "Answer: content" and the stop token; a system message
//                    stands in front as it is
const BuiltinTemplate* find_builtin_template(std::string_view name);

std::vector<std::string_view> builtin_template_names();

}  // namespace braid

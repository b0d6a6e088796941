#include "data/text/builtin_templates.h"

#include <algorithm>

namespace braid {
namespace {

constexpr std::string_view kNone = "{% for message in messages %}{{ message.content }}{% endfor %}";

constexpr std::string_view kChatMl = R"(
{%- for message in messages -%}
  {{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
  {{ '<|im_start|>assistant\n' }}
{%- endif -%})";

constexpr std::string_view kLlama3 = R"(
{%- for message in messages -%}
  {{ '<|start_header_id|>' + message.role + '<|end_header_id|>\n\n' + message.content + '<|eot_id|>' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
  {{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}
{%- endif -%})";

constexpr std::string_view kZephyr = R"(
{%- for message in messages -%}
  {{ '<|' + message.role + '|>\n' + message.content + eos_token + '\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
  {{ '<|assistant|>\n' }}
{%- endif -%})";

constexpr std::string_view kQuestionAnswer = R"(
{%- for message in messages -%}
  {%- if message.role == 'system' -%}
    {{ message.content + '\n\n' }}
  {%- elif message.role == 'assistant' -%}
    {{ 'Answer: ' + message.content + eos_token + '\n\n' }}
  {%- else -%}
    {{ 'Question: ' + message.content + '\n' }}
  {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
  {{ 'Answer:' }}
{%- endif -%})";

const std::vector<BuiltinTemplate>& table() {
  static const std::vector<BuiltinTemplate> templates = {
      {"none", kNone, {}},
      {"chatml", kChatMl, {"<|im_start|>", "<|im_end|>"}},
      {"llama3", kLlama3, {"<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"}},
      {"zephyr", kZephyr, {}},
      {"question_answer", kQuestionAnswer, {}},
  };
  return templates;
}

}  // namespace

const BuiltinTemplate* find_builtin_template(std::string_view name) {
  const auto found = std::ranges::find(table(), name, &BuiltinTemplate::name);
  return found == table().end() ? nullptr : &*found;
}

std::vector<std::string_view> builtin_template_names() {
  std::vector<std::string_view> names;
  for (const BuiltinTemplate& t : table()) names.push_back(t.name);
  return names;
}

}  // namespace braid

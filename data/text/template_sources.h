// Where a model keeps its chat templates.
#pragma once

#include "base/gguf.h"
#include "data/text/special_tokens.h"

namespace braid {

// Of a Hugging Face directory: chat_template.jinja, else tokenizer_config.json's `chat_template`, a
// text or a list of {"name", "template"} whose "default" is the template. The others of the list
// and the files additional_chat_templates/NAME.jinja are the named templates. Error when a list has
// no default, or a name is there twice in it.
void read_chat_templates(const ModelConfigs& configs, SpecialTokens& special);

// Of a GGUF file: `tokenizer.chat_template`, and for each NAME in `tokenizer.chat_templates` the
// key `tokenizer.chat_template.NAME`.
void read_chat_templates(const GgufFile& file, SpecialTokens& special);

}  // namespace braid

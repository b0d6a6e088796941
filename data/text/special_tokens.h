// Special tokens and chat template of a Hugging Face model directory.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "base/json.h"
#include "data/text/token_roles.h"
#include "data/text/tokenizer.h"

namespace braid {

// The small JSON files of a model directory; null when a file is absent.
struct ModelConfigs {
  ModelConfigs() = default;  // of a file outside any directory: all null
  explicit ModelConfigs(const std::filesystem::path& directory);

  std::filesystem::path directory;
  Json generation;  // generation_config.json
  Json tokenizer;   // tokenizer_config.json
  Json names;       // special_tokens_map.json, which older models have
  Json model;       // config.json
};

// The added tokens of tokenizer_config.json (`added_tokens_decoder`), and which tokens have a role.
TokenRoles read_token_roles(const ModelConfigs& configs);

// The first of generation_config.json, tokenizer_config.json, special_tokens_map.json and
// config.json that names a token decides. When it lists several stop tokens, the one that
// tokenizer_config.json calls `eos_token` comes first: it is what the model writes at the end of an
// answer. The template is chat_template.jinja, else tokenizer_config.json's `chat_template` (of
// several, the one named "default"; the others become named templates, as do the files of
// additional_chat_templates). `defaults` holds for what no file says; `id_of` finds a token by
// name. Error when a named token or an id is not in the vocabulary.
SpecialTokens read_special_tokens(
    const ModelConfigs& configs, int64_t vocab_size, SpecialTokens defaults,
    const std::function<std::optional<int32_t>(const std::string&)>& id_of);

}  // namespace braid

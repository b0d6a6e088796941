// The tokenizer of a Hugging Face model directory.
#pragma once

#include <filesystem>
#include <memory>

#include "data/text/tokenizer.h"

namespace braid {

// `tokenizer.json`, else `tokenizer.model`; a `tokenizer.json` that is a converted SentencePiece
// vocabulary gives way to the `tokenizer.model` beside it. Special tokens and the chat template
// come from the JSON files of the directory.
std::unique_ptr<Tokenizer> load_directory_tokenizer(const std::filesystem::path& directory);

}  // namespace braid

// The tokenizer of a Hugging Face model directory, or of one file out of it.
#pragma once

#include <filesystem>
#include <memory>

#include "data/text/tokenizer.h"

namespace braid {

// `tokenizer.json`, else `tokenizer.model`: the order of transformers. Special tokens and chat
// templates come from the other JSON files of the directory.
std::unique_ptr<Tokenizer> load_directory_tokenizer(const std::filesystem::path& directory);

// A `tokenizer.model` by itself: a SentencePiece model, or a tiktoken rank file of Llama 3.
std::unique_ptr<Tokenizer> load_model_file(const std::filesystem::path& file);

}  // namespace braid

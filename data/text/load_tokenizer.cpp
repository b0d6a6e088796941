// Finds out what kind of tokenizer a path holds.
#include "base/error.h"
#include "base/file.h"
#include "base/gguf.h"
#include "data/text/gguf_vocabulary.h"
#include "data/text/model_directory.h"
#include "data/text/sentencepiece_tokenizer.h"
#include "data/text/tokenizer.h"

namespace braid {

std::unique_ptr<Tokenizer> load_tokenizer(const std::filesystem::path& model_path) {
  if (!std::filesystem::exists(model_path)) {
    fail("{}: no such file or directory; give a GGUF file, a model directory or a tokenizer.model",
         model_path.string());
  }
  if (std::filesystem::is_directory(model_path)) return load_directory_tokenizer(model_path);
  if (is_gguf(model_path)) return load_gguf_tokenizer(GgufFile(model_path));
  if (model_path.extension() != ".model") {
    fail("{}: neither a GGUF file nor a tokenizer.model; for a tokenizer.json give its directory",
         model_path.string());
  }
  const std::string bytes = read_text_file(model_path, size_t{1} << 28);
  return std::make_unique<SentencePieceTokenizer>(
      bytes, model_path.string(), sentencepiece_special_tokens(bytes, model_path.string()));
}

}  // namespace braid

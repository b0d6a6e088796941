// Finds out what kind of tokenizer a path holds.
#include "base/error.h"
#include "base/gguf.h"
#include "data/text/gguf_vocabulary.h"
#include "data/text/model_directory.h"
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
  return load_model_file(model_path);
}

}  // namespace braid

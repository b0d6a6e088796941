#include "trainer/model_tokenizer.h"

#include "base/error.h"

namespace braid {

ModelTokenizer::ModelTokenizer(const std::filesystem::path& model) {
  try {
    tokenizer_ = load_tokenizer(model);
  } catch (const Error& error) {
    problem_ = error.what();
  }
}

const std::shared_ptr<const Tokenizer>& ModelTokenizer::require() const {
  if (!tokenizer_) throw Error(problem_);
  return tokenizer_;
}

}  // namespace braid

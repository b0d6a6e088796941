// The tokenizer of a run's model, loaded once for everything that reads text.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "data/text/tokenizer.h"

namespace braid {

// A model without a usable tokenizer can still work on ids, so loading does not fail: what is wrong
// is told when a text needs it.
class ModelTokenizer {
 public:
  explicit ModelTokenizer(const std::filesystem::path& model);

  const std::shared_ptr<const Tokenizer>& get() const { return tokenizer_; }  // null: none
  const std::string& problem() const { return problem_; }                     // why there is none

  // Not null; Error `problem()` when there is none.
  const std::shared_ptr<const Tokenizer>& require() const;

 private:
  std::shared_ptr<const Tokenizer> tokenizer_;
  std::string problem_;
};

}  // namespace braid

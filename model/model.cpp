// A base model from disk: configuration, then weights that fit it.
#include "model/model.h"

#include "model/weights.h"

namespace braid {

LoadedModel load_model(const std::filesystem::path& path, at::ScalarType dtype, at::Device device) {
  const auto config = load_model_config(path);
  return {config, Transformer(config, load_weights(path, config, dtype, device))};
}

}  // namespace braid

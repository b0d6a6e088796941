// One step of a model with the proportions of a real one, for counting what it executes and keeps:
// more scored rows than a chunk of the head has, and no size that could be taken for another.
#pragma once

#include <numeric>

#include "tests/trainer/tiny_training.h"

namespace braid::test {

class MediumStep {
 public:
  static constexpr int64_t kGroups = 24, kPrompt = 20, kChosen = 14, kRejected = 11;
  static constexpr int64_t kTokens = kGroups * (kPrompt + kChosen + kRejected);
  static constexpr int64_t kScored = kGroups * (kChosen + kRejected);
  static constexpr int64_t kChunk = kScored / 2;  // two chunks of equal size
  static constexpr int64_t kVocab = 2000;

  explicit MediumStep(at::ScalarType dtype = at::kFloat)
      : model_(formula_model(config_json(), 0.125, dtype)),
        adapter_(formula_adapter(model_.config, lora(), 0.125)) {}

  static LoraConfig lora() {
    LoraConfig lora;
    lora.rank = 4;
    lora.alpha = 8;
    return lora;
  }

  // Forward, backward and an inline reference.
  StepSums run() {
    const ReferenceSource reference(ReferencePolicy{"base", "base", nullptr});
    const StepContext context{model_.transformer, adapter_, store_.groups(), reference,
                              ObjectiveConfig{},  1 << 20,  mean_head_};
    std::vector<int64_t> members(static_cast<size_t>(kGroups));
    std::iota(members.begin(), members.end(), int64_t{0});
    return accumulate_gradients(context, members, /*dropout_key=*/0);
  }

  const ModelConfig& config() const { return model_.config; }
  const Adapter& adapter() const { return adapter_; }
  const std::vector<EncodedGroup>& groups() const { return store_.groups(); }

 private:
  static Json config_json() {
    return {
        {"model_type", "llama"},    {"vocab_size", kVocab},          {"hidden_size", 64},
        {"intermediate_size", 176}, {"num_hidden_layers", 3},        {"num_attention_heads", 4},
        {"num_key_value_heads", 2}, {"max_position_embeddings", 64}, {"tie_word_embeddings", true}};
  }

  static std::vector<GroupTokens> make_groups() {
    const auto ids = [](int64_t length, int64_t start) {
      std::vector<int32_t> result;
      for (int64_t i = 0; i < length; ++i) {
        result.push_back(static_cast<int32_t>((start + 7 * i) % kVocab));
      }
      return result;
    };
    std::vector<GroupTokens> groups;
    for (int64_t i = 0; i < kGroups; ++i) {
      groups.push_back(
          pair_group(ids(kPrompt, 31 * i), ids(kChosen, 57 * i + 3), ids(kRejected, 83 * i + 5)));
    }
    return groups;
  }

  LoadedModel model_;
  Adapter adapter_;
  at::Tensor mean_head_ = mean_head(model_.transformer);
  GroupStore store_ = make_store(make_groups());
};

}  // namespace braid::test

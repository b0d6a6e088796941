#include "trainer/selection/hidden_state_embedder.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "base/segments.h"
#include "base/stop.h"
#include "data/batches/sampler.h"
#include "trainer/progress.h"

namespace braid {
namespace {

// Prompts in a row, without branches.
struct FlatPrompts {
  std::vector<int64_t> tokens, positions, prompt_of;
  std::vector<float> lengths;
  SegmentLayout layout;

  void add(const std::vector<int32_t>& ids) {
    layout.segments.push_back({layout.tokens, static_cast<int64_t>(ids.size()), -1, 0});
    for (size_t i = 0; i < ids.size(); ++i) {
      tokens.push_back(ids[i]);
      positions.push_back(static_cast<int64_t>(i));
      prompt_of.push_back(static_cast<int64_t>(lengths.size()));
    }
    layout.tokens += static_cast<int64_t>(ids.size());
    lengths.push_back(static_cast<float>(ids.size()));
  }
};

// [prompts, hidden] float32 on the CPU, rows of length 1.
at::Tensor mean_states(const Transformer& model, const FlatPrompts& flat) {
  const auto to_device = [&](const std::vector<int64_t>& values) {
    return at::tensor(values, at::kLong).to(model.device());
  };
  const at::Tensor hidden =
      model.forward(to_device(flat.tokens), to_device(flat.positions), flat.layout, nullptr)
          .to(at::kFloat);
  const auto prompts = static_cast<int64_t>(flat.lengths.size());
  at::Tensor sums = at::zeros({prompts, hidden.size(1)}, hidden.options());
  sums.index_add_(0, to_device(flat.prompt_of), hidden);
  const at::Tensor means = sums / at::tensor(flat.lengths).to(model.device()).unsqueeze(1);
  return (means / means.norm(2, 1, true).clamp_min(1e-12)).cpu().contiguous();
}

}  // namespace

HiddenStateEmbedder::HiddenStateEmbedder(const Transformer& model, const Tokenizer& tokenizer,
                                         int64_t max_tokens, int64_t token_budget)
    : model_(model), tokenizer_(tokenizer), max_tokens_(max_tokens), token_budget_(token_budget) {}

Matrix HiddenStateEmbedder::embed(std::span<const std::string_view> texts) const {
  const c10::NoGradGuard no_grad;
  std::vector<std::vector<int32_t>> ids;
  std::vector<int64_t> lengths;
  std::vector<size_t> places;  // of texts with tokens; the others say nothing and stay 0
  for (size_t i = 0; i < texts.size(); ++i) {
    auto encoded = tokenizer_.encode(texts[i]);
    if (encoded.empty()) continue;
    if (static_cast<int64_t>(encoded.size()) > max_tokens_) {
      encoded.resize(static_cast<size_t>(max_tokens_));
    }
    lengths.push_back(static_cast<int64_t>(encoded.size()));
    ids.push_back(std::move(encoded));
    places.push_back(i);
  }
  const int64_t width = model_.config().hidden_size;
  Matrix result(static_cast<int64_t>(texts.size()), width);
  Progress progress("embedding prompts", static_cast<int64_t>(ids.size()));
  int64_t done = 0;
  for (const auto& part : plan_micro_batches(lengths, token_budget_)) {
    check_stop();
    FlatPrompts flat;
    for (const int64_t index : part) flat.add(ids[static_cast<size_t>(index)]);
    const at::Tensor means = mean_states(model_, flat);
    const float* row = means.const_data_ptr<float>();
    for (const int64_t index : part) {
      const auto place = static_cast<int64_t>(places[static_cast<size_t>(index)]);
      std::copy(row, row + width, result.row(place).begin());
      row += width;
    }
    done += static_cast<int64_t>(part.size());
    progress.update(done);
  }
  return result;
}

}  // namespace braid

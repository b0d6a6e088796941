// Sampling from a model: the token loop, and the choice of one token.
#include "model/generation.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/random.h"

namespace braid {
namespace {

constexpr uint64_t kSamplingStream = 0x67656e6572617465;  // apart from the other users of a seed

void check_prompt(const std::vector<int32_t>& prompt, const ModelConfig& config) {
  if (prompt.empty()) fail("generate: the prompt has no tokens; begin with the BOS token");
  const auto length = static_cast<int64_t>(prompt.size());
  if (length >= config.max_position) {
    fail("generate: a prompt of {} tokens leaves no room in a context of {}; shorten it", length,
         config.max_position);
  }
  for (const int32_t id : prompt) {
    if (id >= 0 && id < config.vocab_size) continue;
    fail(
        "generate: token id {} is outside the model's vocabulary of {}; the tokenizer belongs to "
        "another model",
        id, config.vocab_size);
  }
}

std::vector<float> next_logits(const Transformer& model, const at::Tensor& hidden) {
  const auto logits =
      at::matmul(hidden, model.head_weight().t()).flatten().to(at::kCPU, at::kFloat).contiguous();
  const float* data = logits.const_data_ptr<float>();
  return {data, data + logits.numel()};
}

// Index into `weights` at which their running sum passes `point`.
template <typename Range>
size_t locate(const Range& weights, double point) {
  double running = 0;
  size_t last = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] == 0) continue;
    running += weights[i];
    last = i;
    if (point < running) break;
  }
  return last;  // rounding may leave `point` at the very end
}

// Token ids from the likeliest down, cut to the smallest number that holds `top_p` of `total`.
std::vector<int32_t> nucleus(const std::vector<double>& weights, double total, double top_p) {
  std::vector<int32_t> order(weights.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, [&](int32_t a, int32_t b) { return weights[a] > weights[b]; });
  double running = 0;
  size_t kept = 0;
  while (kept < order.size() && running < top_p * total) running += weights[order[kept++]];
  order.resize(std::max<size_t>(kept, 1));
  return order;
}

}  // namespace

void SamplingConfig::validate() const {
  if (!std::isfinite(temperature) || temperature < 0) {
    fail("generate: temperature must be 0 (greedy) or positive, got {}", temperature);
  }
  if (!(top_p > 0 && top_p <= 1)) fail("generate: top_p must be in (0, 1], got {}", top_p);
  if (max_new_tokens < 1) {
    fail("generate: max_new_tokens must be positive, got {}", max_new_tokens);
  }
}

int32_t sample_token(const std::vector<float>& logits, const SamplingConfig& sampling,
                     double unit) {
  BRAID_ASSERT(!logits.empty());
  for (size_t i = 0; i < logits.size(); ++i) {
    if (std::isfinite(logits[i])) continue;
    fail(
        "generate: the logit of token {} is {}; the weights or the adapter hold bad numbers, or "
        "the dtype overflows (try float32)",
        i, logits[i]);
  }
  const auto best = std::max_element(logits.begin(), logits.end());
  if (sampling.temperature == 0) return static_cast<int32_t>(best - logits.begin());

  std::vector<double> weights(logits.size());
  std::ranges::transform(logits, weights.begin(), [&](float logit) {
    return std::exp((static_cast<double>(logit) - *best) / sampling.temperature);
  });
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (sampling.top_p == 1) return static_cast<int32_t>(locate(weights, unit * total));

  const auto kept = nucleus(weights, total, sampling.top_p);
  std::vector<double> mass(kept.size());
  std::ranges::transform(kept, mass.begin(), [&](int32_t id) { return weights[id]; });
  return kept[locate(mass, unit * std::accumulate(mass.begin(), mass.end(), 0.0))];
}

std::vector<int32_t> generate(const Transformer& model, const Adapter* adapter,
                              const std::vector<int32_t>& prompt,
                              const std::vector<int32_t>& stop_ids, const SamplingConfig& sampling,
                              const std::function<void(int32_t)>& on_token) {
  sampling.validate();
  check_prompt(prompt, model.config());
  const at::NoGradGuard no_grad;
  const auto room = model.config().max_position - static_cast<int64_t>(prompt.size());
  const auto limit = std::min(sampling.max_new_tokens, room);

  KvCache cache;
  std::vector<int32_t> result;
  std::vector<int64_t> fresh(prompt.begin(), prompt.end());
  while (static_cast<int64_t>(result.size()) < limit) {
    const auto tokens = at::tensor(fresh, at::TensorOptions(at::kLong)).to(model.device());
    const auto logits = next_logits(model, model.extend(tokens, cache, adapter));
    const auto id =
        sample_token(logits, sampling, random_unit(sampling.seed, kSamplingStream, result.size()));
    if (std::ranges::find(stop_ids, id) != stop_ids.end()) break;
    result.push_back(id);
    if (on_token) on_token(id);
    fresh.assign(1, id);
  }
  return result;
}

}  // namespace braid

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

// Sequences that are decoded together.
class Batch {
 public:
  Batch(const Transformer& model, const Adapter* adapter,
        const std::vector<std::vector<int32_t>>& prompts, const std::vector<int32_t>& stop_ids,
        const SamplingConfig& sampling, const TokenSink& sink)
      : model_(model),
        adapter_(adapter),
        prompts_(prompts),
        stop_ids_(stop_ids),
        sampling_(sampling),
        sink_(sink),
        results_(prompts.size()),
        active_(prompts.size()) {
    std::iota(active_.begin(), active_.end(), size_t{0});
  }

  std::vector<Generated> run() {
    at::Tensor hidden = prefill();
    for (int64_t step = 0;; ++step) {
      const auto tokens = next_tokens(hidden, step);
      std::vector<int64_t> open;  // places in the cache of those that go on
      for (size_t i = 0; i < tokens.size(); ++i) {
        ended_[i] = ended_[i] || !take(active_[i], tokens[i]);
        if (!ended_[i]) open.push_back(static_cast<int64_t>(i));
      }
      if (open.empty()) return std::move(results_);
      if (changes_rotation(open)) {
        keep(open);
        hidden = prefill();
        continue;
      }
      const auto fresh = at::tensor(std::vector<int64_t>(tokens.begin(), tokens.end()), at::kLong);
      hidden = model_.decode(drop_ended(open, fresh).to(model_.device()), cache_, adapter_);
    }
  }

 private:
  // Computes the active sequences from their first token on.
  at::Tensor prefill() {
    SegmentLayout layout;
    std::vector<int64_t> tokens, positions;
    for (const size_t sequence : active_) {
      const auto &prompt = prompts_[sequence], &answer = results_[sequence].tokens;
      const auto length = static_cast<int64_t>(prompt.size() + answer.size());
      layout.segments.push_back({layout.tokens, length, -1, 0});
      layout.tokens += length;
      tokens.insert(tokens.end(), prompt.begin(), prompt.end());
      tokens.insert(tokens.end(), answer.begin(), answer.end());
      for (int64_t i = 0; i < length; ++i) positions.push_back(i);
    }
    ended_.assign(active_.size(), false);
    const auto here = [&](const std::vector<int64_t>& values) {
      return at::tensor(values, at::kLong).to(model_.device());
    };
    return model_.prefill(here(tokens), here(positions), layout, cache_, adapter_);
  }

  std::vector<int32_t> next_tokens(const at::Tensor& hidden, int64_t step) const {
    const auto logits = model_.logits(hidden);  // [B, V]
    std::vector<int32_t> tokens(active_.size());
    if (sampling_.temperature == 0 && at::isfinite(logits).all().item<bool>()) {
      const auto best = logits.argmax(-1).to(at::kCPU);
      const int64_t* data = best.const_data_ptr<int64_t>();
      std::ranges::transform(data, data + best.numel(), tokens.begin(),
                             [](int64_t id) { return static_cast<int32_t>(id); });
      return tokens;
    }
    const auto rows = logits.to(at::kCPU, at::kFloat).contiguous();
    const float* data = rows.const_data_ptr<float>();
    for (size_t i = 0; i < tokens.size(); ++i, data += rows.size(1)) {
      const double unit =
          random_unit(sampling_.seed, kSamplingStream + active_[i], static_cast<uint64_t>(step));
      tokens[i] = sample_token({data, data + rows.size(1)}, sampling_, unit);
    }
    return tokens;
  }

  // Whether the sequence goes on behind `token`.
  bool take(size_t sequence, int32_t token) {
    Generated& result = results_[sequence];
    if (std::ranges::find(stop_ids_, token) != stop_ids_.end()) {
      result.complete = true;
      return false;
    }
    result.tokens.push_back(token);
    if (sink_ && !sink_(sequence, token)) {
      result.complete = true;
      return false;
    }
    const auto count = static_cast<int64_t>(result.tokens.size());
    const auto length = static_cast<int64_t>(prompts_[sequence].size()) + count;
    return count < sampling_.max_new_tokens && length < model_.config().max_position;
  }

  // Ended sequences are computed on until half of the batch has ended: dropping them copies the
  // cache.
  at::Tensor drop_ended(const std::vector<int64_t>& open, const at::Tensor& tokens) {
    if (2 * open.size() > active_.size()) return tokens;
    cache_.keep(open);
    keep(open);
    return tokens.index_select(0, at::tensor(open, at::kLong));
  }

  void keep(const std::vector<int64_t>& open) {
    std::vector<size_t> active;
    for (const int64_t i : open) active.push_back(active_[static_cast<size_t>(i)]);
    active_ = std::move(active);
    ended_.assign(active_.size(), false);
  }

  bool changes_rotation(const std::vector<int64_t>& open) const {
    return std::ranges::any_of(open, [&](int64_t i) {
      return model_.config().changes_behind(cache_.lengths()[static_cast<size_t>(i)]);
    });
  }

  const Transformer& model_;
  const Adapter* adapter_;
  const std::vector<std::vector<int32_t>>& prompts_;
  const std::vector<int32_t>& stop_ids_;
  const SamplingConfig& sampling_;
  const TokenSink& sink_;
  std::vector<Generated> results_;
  KvCache cache_;
  std::vector<size_t> active_;  // the sequence at each place of the cache
  std::vector<bool> ended_;     // by place
};

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

std::vector<Generated> generate(const Transformer& model, const Adapter* adapter,
                                const std::vector<std::vector<int32_t>>& prompts,
                                const std::vector<int32_t>& stop_ids,
                                const SamplingConfig& sampling, const TokenSink& sink) {
  sampling.validate();
  for (const auto& prompt : prompts) check_prompt(prompt, model.config());
  if (prompts.empty()) return {};
  const at::NoGradGuard no_grad;
  return Batch(model, adapter, prompts, stop_ids, sampling, sink).run();
}

}  // namespace braid

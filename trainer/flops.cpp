#include "trainer/flops.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "model/lora.h"

namespace braid {
namespace {

double count_linear_parameters(const ModelConfig& config) {
  double total = 0;
  for (const auto& [path, shape] : adaptable_linears(config)) {
    total += static_cast<double>(shape.in) * static_cast<double>(shape.out);
  }
  return total;
}

double all_visible_pairs(const ModelConfig& config, const SegmentLayout& layout) {
  std::map<int64_t, double> layers;  // by window
  for (const int64_t window : config.windows) ++layers[window];
  double total = 0;
  for (const auto& [window, count] : layers) total += count * visible_pairs(layout, window);
  return total;
}

double head(const ModelConfig& config, int64_t scored_rows) {
  return 2.0 * static_cast<double>(config.hidden_size) * static_cast<double>(config.vocab_size) *
         static_cast<double>(scored_rows);
}

double head_width(const ModelConfig& config) {
  return static_cast<double>(config.head_dim * config.heads);
}

}  // namespace

double visible_pairs(const SegmentLayout& layout, int64_t window) {
  double total = 0;
  for (const Segment& segment : layout.segments) {
    for (int64_t i = 0; i < segment.length; ++i) {
      const int64_t seen = segment.position + i + 1;
      total += static_cast<double>(window > 0 ? std::min(seen, window) : seen);
    }
  }
  return total;
}

Flops& Flops::operator+=(const Flops& other) {
  linears += other.linears;
  adapters += other.adapters;
  attention += other.attention;
  head += other.head;
  return *this;
}

FlopCounter::FlopCounter(const ModelConfig& config)
    : config_(config), linear_parameters_(count_linear_parameters(config)) {}

Flops FlopCounter::forward(const SegmentLayout& layout, int64_t scored_rows,
                           int64_t adapter_parameters) const {
  const auto tokens = static_cast<double>(layout.tokens);
  return {2 * linear_parameters_ * tokens, 2 * static_cast<double>(adapter_parameters) * tokens,
          4 * head_width(config_) * all_visible_pairs(config_, layout), head(config_, scored_rows)};
}

Flops FlopCounter::backward(const SegmentLayout& layout, int64_t scored_rows,
                            int64_t adapter_parameters) const {
  const auto tokens = static_cast<double>(layout.tokens);
  const double first_layer =
      static_cast<double>(config_.hidden_size) *
      static_cast<double>(config_.head_dim * (config_.heads + 2 * config_.kv_heads));
  return {2 * (linear_parameters_ - first_layer) * tokens,
          4 * static_cast<double>(adapter_parameters) * tokens,
          10 * head_width(config_) * all_visible_pairs(config_, layout),
          head(config_, scored_rows)};
}

double measured_peak_flops(c10::ScalarType dtype, c10::Device device) {
  const at::NoGradGuard no_grad;
  const int64_t size = device.is_cpu() ? 1024 : 8192;
  const auto options = at::TensorOptions(dtype).device(device);
  const auto a = at::randn({size, size}, options), b = at::randn({size, size}, options);
  double best = 0;
  constexpr int kRuns = 6;  // the first warms up
  for (int run = 0; run < kRuns; ++run) {
    const auto begin = std::chrono::steady_clock::now();
    at::mm(a, b).select(0, 0).select(0, 0).item();  // waits for the device
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    const auto edge = static_cast<double>(size);
    if (run > 0) best = std::max(best, 2 * edge * edge * edge / seconds.count());
  }
  return best;
}

}  // namespace braid

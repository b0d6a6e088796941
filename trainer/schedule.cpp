// Warm-up, then cosine, linear or constant; and what recurs.
#include "trainer/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace braid {

double learning_rate_factor(const OptimizerConfig& config, int64_t step, int64_t total) {
  const int64_t warmup = config.warmup < 1
                             ? static_cast<int64_t>(config.warmup * static_cast<double>(total))
                             : static_cast<int64_t>(config.warmup);
  if (step < warmup) return static_cast<double>(step + 1) / static_cast<double>(warmup + 1);
  if (config.schedule == "constant") return 1.0;
  const double span = std::max<double>(1.0, static_cast<double>(total - warmup));
  const double progress = std::min(1.0, static_cast<double>(step - warmup) / span);
  const double decay = config.schedule == "linear"
                           ? 1.0 - progress
                           : 0.5 * (1.0 + std::cos(std::numbers::pi * progress));
  return config.min_ratio + (1.0 - config.min_ratio) * decay;
}

bool due(int64_t every, int64_t step, int64_t last) {
  return step == last || (every > 0 && step % every == 0);
}

}  // namespace braid

// Frequency tables; formulas from docs/numerics.md and transformers' rope utilities.
#include "model/rope.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "base/error.h"

namespace braid {
namespace {

constexpr double kPi = std::numbers::pi;

std::vector<double> plain_frequencies(double theta, int64_t width) {
  std::vector<double> result;
  for (int64_t j = 0; j < width / 2; ++j) {
    result.push_back(std::pow(theta, -2.0 * static_cast<double>(j) / static_cast<double>(width)));
  }
  return result;
}

// Long wavelengths are stretched, short ones kept, the band between blended.
void scale_llama3(const RopeConfig& rope, std::vector<double>& frequencies) {
  const auto original = static_cast<double>(rope.original_max_position);
  const double longest = original / rope.low_freq_factor;
  const double shortest = original / rope.high_freq_factor;
  for (double& f : frequencies) {
    const double wavelength = 2 * kPi / f;
    if (wavelength < shortest) continue;
    if (wavelength > longest) {
      f /= rope.factor;
    } else {
      const double t = (original / wavelength - rope.low_freq_factor) /
                       (rope.high_freq_factor - rope.low_freq_factor);
      f = (1 - t) * f / rope.factor + t * f;
    }
  }
}

void scale_yarn(const RopeConfig& rope, int64_t width, std::vector<double>& frequencies) {
  const auto dimension = [&](double rotations) {
    return static_cast<double>(width) *
           std::log(static_cast<double>(rope.original_max_position) / (rotations * 2 * kPi)) /
           (2 * std::log(rope.theta));
  };
  double low = dimension(rope.beta_fast), high = dimension(rope.beta_slow);
  if (rope.truncate) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max(low, 0.0);
  high = std::min(high, static_cast<double>(width - 1));
  if (low == high) high += 0.001;
  for (size_t j = 0; j < frequencies.size(); ++j) {
    const double ramp = std::clamp((static_cast<double>(j) - low) / (high - low), 0.0, 1.0);
    frequencies[j] *= ramp / rope.factor + (1 - ramp);
  }
}

double yarn_attention_factor(const RopeConfig& rope) {
  if (rope.attention_factor > 0) return rope.attention_factor;
  const auto scale = [&](double mscale) {
    return rope.factor <= 1 ? 1.0 : 0.1 * mscale * std::log(rope.factor) + 1.0;
  };
  if (rope.mscale != 0 && rope.mscale_all_dim != 0) {
    return scale(rope.mscale) / scale(rope.mscale_all_dim);
  }
  return scale(1.0);
}

double long_rope_attention_factor(const RopeConfig& rope) {
  if (rope.attention_factor > 0) return rope.attention_factor;
  if (rope.factor <= 1) return 1.0;
  return std::sqrt(1 + std::log(rope.factor) /
                           std::log(static_cast<double>(rope.original_max_position)));
}

double dynamic_theta(const RopeConfig& rope, int64_t width, int64_t max_position, int64_t length) {
  const double stretch = rope.factor * static_cast<double>(std::max(length, max_position)) /
                             static_cast<double>(max_position) -
                         (rope.factor - 1);
  return rope.theta *
         std::pow(stretch, static_cast<double>(width) / static_cast<double>(width - 2));
}

// Angles [T, R/2] of positions that share one table.
at::Tensor angles(const ModelConfig& config, const RopeConfig& rope, const at::Tensor& positions,
                  int64_t length) {
  const auto frequencies = rope_frequencies(rope, config.head_dim, config.max_position, length);
  const auto inverse =
      at::tensor(frequencies.inverse, at::kDouble).to(at::kFloat).to(positions.device());
  return at::outer(positions.to(at::kFloat), inverse);
}

}  // namespace

RopeFrequencies rope_frequencies(const RopeConfig& rope, int64_t head_dim, int64_t max_position,
                                 int64_t sequence_length) {
  const int64_t width = rope.width(head_dim);
  BRAID_ASSERT(width >= 2 && width % 2 == 0);
  RopeFrequencies result;
  // At a width of 2 the exponent of the dynamic type is infinite; the only frequency is 1 anyway.
  const bool dynamic = rope.type == RopeType::kDynamic && width > 2;
  const double theta =
      dynamic ? dynamic_theta(rope, width, max_position, sequence_length) : rope.theta;
  result.inverse = plain_frequencies(theta, width);
  if (rope.type == RopeType::kLinear) {
    for (double& f : result.inverse) f /= rope.factor;
  } else if (rope.type == RopeType::kLlama3) {
    scale_llama3(rope, result.inverse);
  } else if (rope.type == RopeType::kYarn) {
    scale_yarn(rope, width, result.inverse);
    result.attention_factor = yarn_attention_factor(rope);
  } else if (rope.type == RopeType::kLongRope) {
    const bool beyond = sequence_length > rope.original_max_position;
    const auto& factors = beyond ? rope.long_factor : rope.short_factor;
    for (size_t j = 0; j < result.inverse.size(); ++j) result.inverse[j] /= factors.at(j);
    result.attention_factor = long_rope_attention_factor(rope);
  }
  return result;
}

RopeTables rope_tables(const ModelConfig& config, const RopeConfig& rope,
                       const at::Tensor& positions, const at::Tensor& lengths_per_token) {
  const double factor =
      rope_frequencies(rope, config.head_dim, config.max_position, 0).attention_factor;
  // One table per length, but that all up to a limit share one, as do, for longrope, all beyond.
  const auto representative = [&](int64_t length) {
    if (rope.type == RopeType::kDynamic) return std::max(length, config.max_position);
    return rope.original_max_position + (length > rope.original_max_position ? 1 : 0);
  };
  at::Tensor all;
  if (!rope.follows_length()) {
    all = angles(config, rope, positions, 0);
  } else {
    const auto lengths = lengths_per_token.to(at::kCPU, at::kLong).contiguous();
    std::map<int64_t, std::vector<int64_t>> rows_of_length;
    for (int64_t i = 0; i < lengths.numel(); ++i) {
      const int64_t length = lengths.const_data_ptr<int64_t>()[i];
      rows_of_length[representative(length)].push_back(i);
    }
    all = at::empty({positions.numel(), rope.width(config.head_dim) / 2},
                    positions.options().dtype(at::kFloat));
    for (const auto& [length, rows] : rows_of_length) {
      const auto index = at::tensor(rows, at::kLong).to(positions.device());
      all.index_copy_(0, index, angles(config, rope, positions.index_select(0, index), length));
    }
  }
  return {all.cos().mul_(factor), all.sin().mul_(factor)};
}

}  // namespace braid

// Names, properties and closed forms of the preference losses; the losses themselves are in
// preference.cpp.
#include <fmt/ranges.h>

#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/error.h"
#include "losses/preference.h"

namespace braid {
namespace {

struct Traits {
  PreferenceKind kind;
  std::string_view name;
  bool reference, smoothing, gamma, margin;  // which inputs and values the loss uses
};

constexpr std::array kTraits = {
    //                                                       reference smoothing gamma margin
    Traits{PreferenceKind::kDpo, "dpo", true, true, false, false},
    Traits{PreferenceKind::kRobust, "robust", true, true, false, false},
    Traits{PreferenceKind::kHinge, "hinge", true, false, false, false},
    Traits{PreferenceKind::kIpo, "ipo", true, false, false, false},
    Traits{PreferenceKind::kSigmoidNorm, "sigmoid_norm", true, false, false, false},
    Traits{PreferenceKind::kSimpo, "simpo", false, false, true, false},
    Traits{PreferenceKind::kOrpo, "orpo", false, false, false, false},
    Traits{PreferenceKind::kApoZero, "apo_zero", true, false, false, false},
    Traits{PreferenceKind::kApoDown, "apo_down", true, false, false, false},
    Traits{PreferenceKind::kExo, "exo", true, true, false, false},
    Traits{PreferenceKind::kNca, "nca", true, false, false, false},
    Traits{PreferenceKind::kSppo, "sppo", true, false, false, false},
    Traits{PreferenceKind::kDpoMargin, "dpo_margin", true, false, false, true},
    Traits{PreferenceKind::kRpoSq, "rpo_sq", true, false, false, true},
    Traits{PreferenceKind::kRpoFwdKl, "rpo_fwd_kl", true, false, false, true},
    Traits{PreferenceKind::kRpoBwdKl, "rpo_bwd_kl", true, false, false, true},
};

const Traits& traits_of(PreferenceKind kind) {
  for (const Traits& traits : kTraits) {
    if (traits.kind == kind) return traits;
  }
  assertion_failed("kind is listed", __FILE__, __LINE__);
}

std::string users_of(bool Traits::*uses) {
  std::vector<std::string_view> names;
  for (const Traits& traits : kTraits) {
    if (traits.*uses) names.push_back(traits.name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double log_sigmoid(double x) { return std::min(x, 0.0) - std::log1p(std::exp(-std::abs(x))); }

}  // namespace

PreferenceKind parse_preference_kind(std::string_view name) {
  for (const Traits& traits : kTraits) {
    if (traits.name == name) return traits.kind;
  }
  fail("loss.kind: {} is unknown; use one of {}", quote(name), fmt::join(preference_names(), ", "));
}

std::string_view preference_name(PreferenceKind kind) { return traits_of(kind).name; }

std::vector<std::string> preference_names() {
  std::vector<std::string> names;
  for (const Traits& traits : kTraits) names.emplace_back(traits.name);
  return names;
}

bool needs_reference(PreferenceKind kind) { return traits_of(kind).reference; }

void PreferenceConfig::validate() const {
  const Traits& traits = traits_of(kind);
  const PreferenceConfig defaults;
  std::vector<std::string> problems;
  const auto ignored = [&](const char* key, double value, bool Traits::*uses) {
    problems.push_back(
        fmt::format("loss.{}: {} has no effect with loss.kind {}; only {} use it, remove it", key,
                    value, traits.name, users_of(uses)));
  };
  if (!(std::isfinite(beta) && beta > 0))
    problems.push_back(fmt::format("loss.beta: {}; above 0", beta));
  if (!traits.smoothing) {
    if (label_smoothing != defaults.label_smoothing)
      ignored("label_smoothing", label_smoothing, &Traits::smoothing);
  } else if (!(label_smoothing >= 0 && label_smoothing < 0.5)) {
    problems.push_back(fmt::format("loss.label_smoothing: {}; 0 up to below 0.5", label_smoothing));
  } else if (kind == PreferenceKind::kExo && label_smoothing == 0) {
    problems.push_back("loss.label_smoothing: 0; exo needs a value above 0, e.g. 0.001");
  }
  if (!traits.gamma) {
    if (gamma != defaults.gamma) ignored("gamma", gamma, &Traits::gamma);
  } else if (!(std::isfinite(gamma) && gamma >= 0)) {
    problems.push_back(fmt::format("loss.gamma: {}; 0 or more", gamma));
  }
  if (!traits.margin) {
    if (margin_scale != defaults.margin_scale)
      ignored("margin_scale", margin_scale, &Traits::margin);
  } else if (!(std::isfinite(margin_scale) && margin_scale > 0)) {
    problems.push_back(fmt::format("loss.margin_scale: {}; above 0", margin_scale));
  }
  if (!problems.empty()) fail("{}", fmt::join(problems, "; "));
}

double loss_at_reference(const PreferenceConfig& config, double margin) {
  constexpr double ln2 = std::numbers::ln2;
  const double e = config.label_smoothing, gap = config.margin_scale * margin;
  switch (config.kind) {
    case PreferenceKind::kDpo:
    case PreferenceKind::kRobust:
    case PreferenceKind::kSigmoidNorm:
      return ln2;
    case PreferenceKind::kHinge:
    case PreferenceKind::kApoZero:
    case PreferenceKind::kApoDown:
      return 1;
    case PreferenceKind::kIpo:
      return 1 / (4 * config.beta * config.beta);
    case PreferenceKind::kExo:
      return -ln2 - 0.5 * (std::log(e) + std::log1p(-e));
    case PreferenceKind::kNca:
      return 2 * ln2;
    case PreferenceKind::kSppo:
      return 1 / (2 * config.beta * config.beta);
    case PreferenceKind::kDpoMargin:
      return -log_sigmoid(-gap);
    case PreferenceKind::kRpoSq:
      return gap * gap;
    case PreferenceKind::kRpoFwdKl:
      return -ln2 - 0.5 * (log_sigmoid(gap) + log_sigmoid(-gap));
    case PreferenceKind::kRpoBwdKl:
      return ln2 + sigmoid(gap) * log_sigmoid(gap) + sigmoid(-gap) * log_sigmoid(-gap);
    case PreferenceKind::kSimpo:
    case PreferenceKind::kOrpo:
      break;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace braid

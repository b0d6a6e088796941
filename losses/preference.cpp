#include "losses/preference.h"

#include <ATen/ATen.h>

#include <cmath>
#include <numbers>

#include "base/error.h"

namespace braid {
namespace {

// What the formulas of the header are written in.
struct Terms {
  at::Tensor chosen, rejected;            // r+, r-; reference-free kinds: the summed logps
  at::Tensor chosen_mean, rejected_mean;  // per token, where lengths matter
  at::Tensor gap;                         // eta * margin, where it matters
};

bool is_per_token(PreferenceKind kind) {
  return kind == PreferenceKind::kIpo || kind == PreferenceKind::kSigmoidNorm ||
         !needs_reference(kind);
}

bool is_graded(PreferenceKind kind) {
  return kind == PreferenceKind::kDpoMargin || kind == PreferenceKind::kRpoSq ||
         kind == PreferenceKind::kRpoFwdKl || kind == PreferenceKind::kRpoBwdKl;
}

Terms terms_of(const PreferenceConfig& config, const PreferenceInput& input) {
  Terms t;
  t.chosen = input.policy_chosen;
  t.rejected = input.policy_rejected;
  if (needs_reference(config.kind)) {
    BRAID_ASSERT(input.reference_chosen.defined() && input.reference_rejected.defined());
    t.chosen = t.chosen - input.reference_chosen;
    t.rejected = t.rejected - input.reference_rejected;
  }
  if (is_per_token(config.kind)) {
    BRAID_ASSERT(input.chosen_lengths.defined() && input.rejected_lengths.defined());
    t.chosen_mean = t.chosen / input.chosen_lengths;
    t.rejected_mean = t.rejected / input.rejected_lengths;
  }
  if (is_graded(config.kind)) {
    BRAID_ASSERT(input.margins.defined());
    t.gap = config.margin_scale * input.margins;
  }
  return t;
}

at::Tensor nll(const at::Tensor& logits) { return -at::log_sigmoid(logits); }

// log(1 - e^x) for x < 0. Each form is exact where the other cancels.
at::Tensor log1mexp(const at::Tensor& x) {
  return at::where(x > -std::numbers::ln2, at::log(-at::expm1(x)), at::log1p(-at::exp(x)));
}

// Log-odds of a probability e^x. At x = 0 (an answer the model is sure of, to rounding) they and
// their derivative are infinite, and infinity times the vanishing outer derivative is NaN: x stays
// below by ten roundings of float32.
at::Tensor log_odds(const at::Tensor& x) {
  constexpr double kCertain = -1e-6;
  const at::Tensor bounded = at::clamp_max(x, kCertain);
  return bounded - log1mexp(bounded);
}

// KL(Bernoulli(s(p)) || Bernoulli(s(q))) from logits.
at::Tensor bernoulli_kl(const at::Tensor& p, const at::Tensor& q) {
  return at::sigmoid(p) * (at::log_sigmoid(p) - at::log_sigmoid(q)) +
         at::sigmoid(-p) * (at::log_sigmoid(-p) - at::log_sigmoid(-q));
}

at::Tensor losses_of(const PreferenceConfig& config, const Terms& t) {
  const double beta = config.beta, e = config.label_smoothing;
  const auto scaled = [&] { return beta * (t.chosen - t.rejected); };
  const auto scaled_mean = [&] { return beta * (t.chosen_mean - t.rejected_mean); };
  switch (config.kind) {
    case PreferenceKind::kDpo: {
      const at::Tensor h = scaled();
      return e == 0 ? nll(h) : (1 - e) * nll(h) + e * nll(-h);
    }
    case PreferenceKind::kRobust: {
      const at::Tensor h = scaled();
      return ((1 - e) * nll(h) - e * nll(-h)) / (1 - 2 * e);
    }
    case PreferenceKind::kHinge:
      return at::relu(1 - scaled());
    case PreferenceKind::kIpo:
      return (t.chosen_mean - t.rejected_mean - 1 / (2 * beta)).square();
    case PreferenceKind::kSigmoidNorm:
      return nll(scaled_mean());
    case PreferenceKind::kSimpo:
      return nll(scaled_mean() - config.gamma);
    case PreferenceKind::kOrpo:
      return -t.chosen_mean + beta * nll(log_odds(t.chosen_mean) - log_odds(t.rejected_mean));
    case PreferenceKind::kApoZero:
      return at::sigmoid(-beta * t.chosen) + at::sigmoid(beta * t.rejected);
    case PreferenceKind::kApoDown:
      return at::sigmoid(beta * t.chosen) + at::sigmoid(-scaled());
    case PreferenceKind::kExo: {
      const at::Tensor h = scaled();
      return bernoulli_kl(h, at::full_like(h, std::log1p(-e) - std::log(e)));
    }
    case PreferenceKind::kNca:
      return nll(beta * t.chosen) + 0.5 * (nll(-beta * t.chosen) + nll(-beta * t.rejected));
    case PreferenceKind::kSppo:
      return (t.chosen - 1 / (2 * beta)).square() + (t.rejected + 1 / (2 * beta)).square();
    case PreferenceKind::kDpoMargin:
      return nll(scaled() - t.gap);
    case PreferenceKind::kRpoSq:
      return (scaled() - t.gap).square();
    case PreferenceKind::kRpoFwdKl:
      return bernoulli_kl(scaled(), t.gap);
    case PreferenceKind::kRpoBwdKl:
      return bernoulli_kl(t.gap, scaled());
  }
  assertion_failed("kind is listed", __FILE__, __LINE__);
}

}  // namespace

PreferenceOutput preference_loss(const PreferenceConfig& config, const PreferenceInput& input) {
  const Terms terms = terms_of(config, input);
  const bool means = !needs_reference(config.kind);
  return {losses_of(config, terms),
          config.beta * (means ? terms.chosen_mean : terms.chosen).detach(),
          config.beta * (means ? terms.rejected_mean : terms.rejected).detach()};
}

}  // namespace braid

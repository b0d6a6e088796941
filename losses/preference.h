// Preference losses on summed answer log-probabilities. Free functions on tensors; every value is
// per pair, [N] float32 (float64 in float64).
//
// Notation: r+ = policy_chosen - reference_chosen, r- likewise, h = r+ - r-; n+/n- answer lengths;
// s = sigmoid; l+/l- mean token log-probability under the policy; g graded gap; b, e, eta as in
// PreferenceConfig.
//
//   dpo           -(1-e) log s(b h) - e log s(-b h)                 Rafailov 2023; e > 0: cDPO
//   robust        [-(1-e) log s(b h) + e log s(-b h)] / (1 - 2e)    Chowdhury 2024
//   hinge         max(0, 1 - b h)                                   SLiC
//   ipo           (r+/n+ - r-/n- - 1/(2b))^2       Azar 2024, token means as its authors advise
//   sigmoid_norm  -log s(b (r+/n+ - r-/n-))                         length-normalised DPO
//   simpo         -log s(b (l+ - l-) - gamma)                       Meng 2024
//   orpo          -l+ - b log s(logit l+ - logit l-), logit l = l - log(1 - e^l)   Hong 2024
//   apo_zero      1 - s(b r+) + s(b r-)                             D'Oosterlinck 2024
//   apo_down      s(b r+) + 1 - s(b h)                              D'Oosterlinck 2024
//   exo           KL(Bernoulli(s(b h)) || Bernoulli(1 - e))         Ji 2024
//   nca           -log s(b r+) - (log s(-b r+) + log s(-b r-)) / 2  Chen 2024
//   sppo          (r+ - 1/(2b))^2 + (r- + 1/(2b))^2                 Wu 2024, hard labels
//   dpo_margin    -log s(b h - eta g)
//   rpo_sq        (b h - eta g)^2                                   reward-aware, NeMo-Aligner
//   rpo_bwd_kl    KL(Bernoulli(s(eta g)) || Bernoulli(s(b h)))
//   rpo_fwd_kl    the same with the arguments swapped
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>
#include <vector>

namespace braid {

enum class PreferenceKind {
  kDpo,
  kRobust,
  kHinge,
  kIpo,
  kSigmoidNorm,
  kSimpo,
  kOrpo,
  kApoZero,
  kApoDown,
  kExo,
  kNca,
  kSppo,
  kDpoMargin,
  kRpoSq,
  kRpoFwdKl,
  kRpoBwdKl,
};

PreferenceKind parse_preference_kind(std::string_view name);  // Error lists the known names
std::string_view preference_name(PreferenceKind kind);
std::vector<std::string> preference_names();
bool needs_reference(PreferenceKind kind);  // false: simpo, orpo

struct PreferenceConfig {
  PreferenceKind kind = PreferenceKind::kDpo;
  double beta = 0.1;
  double label_smoothing = 0.0;  // epsilon, in [0, 0.5): dpo, robust, exo (exo needs > 0)
  double gamma = 0.5;            // simpo's target margin
  double margin_scale = 1.0;     // eta: scales graded gaps in dpo_margin and rpo_*

  // Error with every problem, each with its key: a value out of range, and a value the kind would
  // ignore. The latter means one that differs from its default: a resolved configuration lists
  // every option, so a default has to pass with every kind.
  void validate() const;
};

struct PreferenceInput {
  at::Tensor policy_chosen, policy_rejected;        // [N] summed logps, differentiable
  at::Tensor reference_chosen, reference_rejected;  // [N]; undefined for reference-free kinds
  at::Tensor chosen_lengths, rejected_lengths;      // [N], scored tokens, 1 or more
  at::Tensor margins;                               // [N], graded gap
};

struct PreferenceOutput {
  at::Tensor losses;  // [N], differentiable
  // [N], detached: beta * r (reference-free kinds: beta * mean logp).
  at::Tensor chosen_rewards, rejected_rewards;
};

PreferenceOutput preference_loss(const PreferenceConfig& config, const PreferenceInput& input);

// Value of the loss of a pair when policy equals reference (what step 0 must show), in closed form;
// NaN for reference-free kinds, whose value depends on the data.
double loss_at_reference(const PreferenceConfig& config, double margin = 1.0);

}  // namespace braid

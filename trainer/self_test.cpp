#include "trainer/self_test.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "base/error.h"
#include "data/batches/packed_batch.h"
#include "model/adapter_io.h"
#include "trainer/scoring.h"

namespace braid {
namespace {

// A short pair that counts, so that the first step is not kept waiting; where there are no pairs, a
// short group. Not too short: with a token or two, linears rightly get no gradient.
std::vector<int64_t> cheapest_member(const StepContext& context) {
  constexpr int64_t kEnoughTokens = 32;
  const auto cost = [&](int64_t i) {
    const EncodedGroup& group = context.groups[static_cast<size_t>(i)];
    const bool pair = group.branches.size() == 2 && group.weight > 0;
    const bool enough = group.tokens() >= kEnoughTokens;
    return std::tuple(!pair, !enough, enough ? group.tokens() : -group.tokens());
  };
  std::vector<int64_t> members(context.groups.size());
  std::iota(members.begin(), members.end(), int64_t{0});
  return {std::ranges::min(members, {}, cost)};
}

// Both policies score the same batch by the same code; an adapter that adds zero changes no bit, a
// copy computes the same sums in the same order. So there is no tolerance.
void check_logps(const StepContext& context, const ReferencePolicy& reference,
                 const std::vector<int64_t>& members) {
  const at::NoGradGuard no_grad;
  std::vector<const EncodedGroup*> groups;
  for (const int64_t i : members) groups.push_back(&context.groups[static_cast<size_t>(i)]);
  const PackedBatch batch = pack(groups);
  const auto policy = score(context.model, batch, &context.adapter).tokens.logps;
  const auto base = score(context.model, batch, reference.adapter.get()).tokens.logps;
  const double gap = (policy - base).abs().max().item<double>();
  if (gap == 0) return;
  fail(
      "self-test: policy and reference differ by {} per token before the first step; the adapter "
      "does not start from the reference \"{}\"",
      gap, reference.name);
}

double expected_loss(const StepContext& context, const std::vector<int64_t>& members) {
  double total = 0, weight = 0;
  for (const int64_t i : members) {
    const EncodedGroup& group = context.groups[static_cast<size_t>(i)];
    if (group.branches.size() != 2) continue;
    total += group.weight * loss_at_reference(context.objective.preference, group.margin);
    weight += group.weight;
  }
  return weight > 0 ? total / weight : std::nan("");
}

double metric(const Metrics& metrics, const std::string& name) {
  for (const auto& [key, value] : metrics) {
    if (key == name) return value;
  }
  return std::nan("");
}

// B starts at zero, so A's gradient may be zero at the start; B's may not.
int64_t check_gradients(const Adapter& adapter) {
  const auto gradient = adapter.flat_grad().cpu();
  if (!at::isfinite(gradient).all().item<bool>()) {
    fail(
        "self-test: the first gradient is not finite; use dtype fp32 or look at the data with "
        "`braid inspect batch`");
  }
  int64_t checked = 0;
  for (const Adapter::Slot& slot : adapter.slots()) {
    if (!slot.is_b) continue;
    ++checked;
    if (gradient.narrow(0, slot.offset, slot.length).count_nonzero().item<int64_t>() > 0) continue;
    fail("self-test: {} gets no gradient; nothing would be learned there", slot.name);
  }
  return checked;
}

}  // namespace

bool policy_equals_reference(const Adapter& adapter, const ReferencePolicy& reference) {
  if (reference.adapter) return adapter_fingerprint(adapter) == reference.fingerprint;
  for (const auto& [module, pair] : adapter.pairs()) {
    if (pair.b.detach().count_nonzero().item<int64_t>() > 0) return false;
  }
  return true;
}

std::string run_self_test(const StepContext& context, const ReferencePolicy& reference) {
  const auto members = cheapest_member(context);
  const bool equal =
      context.objective.needs_reference() && policy_equals_reference(context.adapter, reference);
  if (equal) check_logps(context, reference, members);

  const ReferenceSource source =
      context.objective.needs_reference() ? ReferenceSource(reference) : ReferenceSource();
  const StepSums sums = accumulate_gradients(
      {context.model, context.adapter, context.groups, source, context.objective,
       context.micro_batch_tokens, context.mean_head, context.recompute},
      members, /*dropout_key=*/0);
  const int64_t checked = check_gradients(context.adapter);
  const Metrics metrics = step_metrics(context.objective, sums);
  const double loss = metric(metrics, "loss/preference"),
               expected = expected_loss(context, members);
  context.adapter.flat_grad().zero_();

  std::string line = fmt::format("self-test: {} adapted linears get a gradient", checked);
  if (!equal || std::isnan(expected) || std::isnan(loss)) return line;
  // Log-ratios are exactly zero; what is left is the rounding of the loss formula in float32.
  if (std::abs(loss - expected) > 1e-5 * std::max(1.0, std::abs(expected))) {
    fail("self-test: the preference loss before the first step is {}, but {} must give {} there",
         loss, preference_name(context.objective.preference.kind), expected);
  }
  return line +
         fmt::format("; policy equals reference; preference loss {:.6f}, as it must be", loss);
}

}  // namespace braid

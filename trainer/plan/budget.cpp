// Which micro-batch fits, and what to change when none does.
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "trainer/plan/plan.h"

namespace braid {
namespace {

// Largest n in [1, high] with ok(n), which holds up to some n; 0: nowhere.
template <typename Ok>
int64_t last_ok(int64_t high, const Ok& ok) {
  int64_t low = 1;
  while (low <= high) {
    const int64_t middle = low + (high - low) / 2;
    if (ok(middle)) {
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  return high;
}

// Longest group of the shape of the longest one that fits alone; 0: none.
int64_t longest_group_that_fits(const Plan& plan) {
  const MicroBatchSize whole = size_of({plan.workload.longest()});
  return last_ok(whole.tokens, [&](int64_t tokens) {
    const auto part = [&](int64_t rows) { return rows * tokens / whole.tokens; };
    return plan.allows(plan.memory.peak({tokens, part(whole.scored), part(whole.keys)}));
  });
}

// Tokens of the largest planned step, or of the longest group: larger budgets change nothing.
int64_t largest_step(const Workload& workload) {
  const auto steps = workload.micro_batches(std::numeric_limits<int64_t>::max());
  return std::ranges::max(steps, {}, &MicroBatchSize::tokens).tokens;
}

std::string advice_for_one_group(const Plan& plan) {
  std::vector<std::string> changes;
  const int64_t longest = longest_group_that_fits(plan);
  if (longest > 0) {
    changes.push_back(
        fmt::format("a lower data.max_length with train.micro_batch_tokens {} (the longest group "
                    "has {} tokens, {} fit)",
                    longest, plan.workload.longest().tokens(), longest));
  }
  if (plan.memory.facts().dtype == c10::kFloat) changes.push_back("dtype bf16");
  if (longest == 0) changes.push_back("a lower lora.rank, fewer lora.targets, a smaller model");
  return fmt::format("set {}", fmt::join(changes, ", or "));
}

}  // namespace

std::optional<Budget> largest_budget(const Plan& plan) {
  constexpr int64_t kRound = 64;
  const int64_t whole = largest_step(plan.workload);
  const int64_t best =
      last_ok(whole, [&](int64_t tokens) { return plan.allows(plan.peak_with(tokens).bytes); });
  if (best == 0) return std::nullopt;
  if (best == whole) return Budget{whole, true};
  return Budget{best > kRound ? best / kRound * kRound : best, false};
}

std::string memory_advice(const Plan& plan) {
  // Changes no number, so a run that has checkpoints can go on with it.
  const std::string recompute = plan.recompute() ? "" : "set train.recompute on, or ";
  if (!plan.fits()) {
    const auto budget = largest_budget(plan);
    return recompute + (budget ? fmt::format("set train.micro_batch_tokens {}", budget->tokens)
                               : advice_for_one_group(plan));
  }
  const int64_t half = plan.peak.size.tokens / 2;
  const std::string smaller =
      half >= plan.workload.longest().tokens()
          ? fmt::format("set train.micro_batch_tokens {}", half)
          : fmt::format("lower data.max_length (the longest group has {} tokens)",
                        plan.workload.longest().tokens());
  return "end other programs, or " + recompute + smaller;
}

std::string describe_memory(const Plan& plan) {
  const auto mib = [](int64_t bytes) { return bytes / (int64_t{1} << 20); };
  std::string text = fmt::format("{} MiB predicted at the peak", mib(plan.peak.bytes));
  if (plan.limit.bytes > 0) {
    text += fmt::format(", {} MiB {}", mib(plan.limit.bytes), plan.limit.what);
  }
  if (plan.recompute()) text += ", layers run once more in backward";
  return text;
}

}  // namespace braid

#include "trainer/training.h"

#include <ATen/ATen.h>

#include <chrono>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "trainer/device.h"
#include "trainer/schedule.h"
#include "trainer/scoring.h"

namespace braid {
namespace {

constexpr uint64_t kDropoutStream = 0x64726f706f757400;  // apart from the other users of the seed

SamplerConfig sampler_config(const RunConfiguration& config) {
  return {config.seed, config.train.shuffle, config.train.pairs_per_step};
}

bool due(int64_t every, int64_t step, int64_t last) {
  return step == last || (every > 0 && step % every == 0);
}

double find(const Metrics& metrics, std::string_view name) {
  for (const auto& [key, value] : metrics) {
    if (key == name) return value;
  }
  return std::nan("");
}

}  // namespace

int64_t count_steps(const TrainConfig& config, int64_t groups) {
  if (config.max_steps > 0) return config.max_steps;
  const Sampler sampler(groups, {0, false, config.pairs_per_step});
  return std::max<int64_t>(
      1, std::llround(config.epochs * static_cast<double>(sampler.steps_per_epoch())));
}

Training::Training(const TrainingParts& parts, TrainingState state)
    : parts_(parts),
      state_(std::move(state)),
      sampler_(static_cast<int64_t>(parts.step.groups.size()), sampler_config(parts.config)),
      total_steps_(count_steps(parts.config.train, static_cast<int64_t>(parts.step.groups.size()))),
      output_(parts.config.output),
      metrics_(output_, state_.step > 0 ? state_.step : -1),
      progress_("train", total_steps_, state_.step) {}

void Training::run() {
  const auto& train = parts_.config.train;
  while (state_.step < total_steps_) {
    const Metrics metrics = optimize(state_.step);
    ++state_.step;
    progress_.update(
        state_.step,
        fmt::format("loss {:.4f}  accuracy {:.2f}  {:.0f} tokens/s", find(metrics, "loss"),
                    find(metrics, "rewards/accuracies"), find(metrics, "tokens_per_second")));
    if (due(train.log_every, state_.step, total_steps_)) metrics_.write(state_.step, metrics);
    if (due(train.eval_every, state_.step, total_steps_)) evaluate();
    evaluate_tasks();
    if (due(train.checkpoint_every, state_.step, total_steps_)) checkpoint();
  }
}

Metrics Training::optimize(int64_t step) {
  const auto begin = std::chrono::steady_clock::now();
  const auto& config = parts_.config;
  const uint64_t dropout_key =
      random_bits(config.seed, kDropoutStream, static_cast<uint64_t>(step));
  const StepSums sums = accumulate_gradients(parts_.step, sampler_.step_groups(step), dropout_key);
  const double rate =
      config.optimizer.learning_rate * learning_rate_factor(config.optimizer, step, total_steps_);
  const double norm = parts_.optimizer.clip(config.optimizer.max_grad_norm);
  Metrics metrics = step_metrics(parts_.step.objective, sums);
  if (!std::isfinite(norm) || !std::isfinite(find(metrics, "loss"))) {
    fail(
        "step {}: loss {} and gradient norm {} are not finite; checkpoints before it are kept; "
        "lower optimizer.learning_rate or use dtype fp32",
        step + 1, find(metrics, "loss"), norm);
  }
  parts_.optimizer.step(rate);

  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  state_.tokens += sums.processed_tokens;
  state_.pairs += sums.pairs;
  state_.seconds += seconds.count();
  const auto add = [&](const char* name, double value) { metrics.emplace_back(name, value); };
  add("grad_norm", norm);
  add("learning_rate", rate);
  add("epoch", sampler_.epoch_of(step + 1));
  add("num_tokens", static_cast<double>(state_.tokens));
  add("step_seconds", seconds.count());
  add("tokens_per_second", static_cast<double>(sums.processed_tokens) / seconds.count());
  add("pairs_per_second", static_cast<double>(sums.pairs) / seconds.count());
  add("flop_utilization", sums.flops / seconds.count() / parts_.peak_flops);
  add("peak_memory_mib",
      static_cast<double>(peak_memory_bytes(parts_.step.model.device())) / (1 << 20));
  return metrics;
}

void Training::evaluate() {
  if (parts_.validation.empty()) return;
  const auto policy = score_groups(parts_.step.model, pointers(parts_.validation), &parts_.adapter,
                                   parts_.config.train.micro_batch_tokens);
  const auto result = evaluate_preferences(parts_.config.loss, parts_.validation, policy,
                                           parts_.validation_reference);
  metrics_.write(state_.step, result.metrics());
  say(
      fmt::format("step {}: held-out loss {:.4f}, reward accuracy {:.3f} [{:.3f}, {:.3f}], margin "
                  "{:.3f}",
                  state_.step, result.loss, result.accuracy, result.accuracy_low,
                  result.accuracy_high, result.margin));
}

void Training::evaluate_tasks() {
  if (parts_.tasks == nullptr) return;
  for (const TaskSuite::Entry& entry : parts_.tasks->entries()) {
    const int64_t every = entry.task.every;
    if (every == 0 || !due(every, state_.step, total_steps_)) continue;
    const TaskScores scores =
        parts_.tasks->score(entry, "adapter", parts_.step.model, &parts_.adapter);
    const ScoredItems items = pointers(scores.items);
    Metrics metrics;
    std::string line = fmt::format("step {}: {}", state_.step, entry.task.name);
    for (const MetricSpec& metric : entry.task.metrics) {
      const double value = metric.value(items);
      metrics.emplace_back(fmt::format("eval/{}/{}", entry.task.name, metric.name), value);
      line += fmt::format(", {} {:.4f}", metric.name, value);
    }
    metrics_.write(state_.step, metrics);
    say(line);
  }
}

void Training::checkpoint() {
  metrics_.sync();
  write_checkpoint(output_, parts_.adapter, parts_.optimizer, state_, parts_.config.model);
  prune_checkpoints(output_, parts_.config.train.keep_checkpoints);
}

}  // namespace braid

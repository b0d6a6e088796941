#include "trainer/training.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>

#include "base/error.h"
#include "base/random.h"
#include "trainer/best_directory.h"
#include "trainer/device.h"
#include "trainer/schedule.h"
#include "trainer/scoring.h"

namespace braid {
namespace {

constexpr uint64_t kDropoutStream = 0x64726f706f757400;  // apart from the other users of the seed

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

ObjectiveConfig objective_config(const RunConfiguration& config) {
  return {config.loss, config.train.preference_weight, config.train.sft_weight};
}

SamplerConfig sampler_config(const RunConfiguration& config) {
  return {config.seed, config.train.shuffle, config.train.pairs_per_step};
}

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

bool Training::finished() const {
  const bool given_up = state_.best && state_.best->given_up(parts_.config.train.patience);
  return state_.step >= total_steps_ || given_up;
}

void Training::run() {
  const auto& train = parts_.config.train;
  while (!finished()) {
    const Metrics metrics = optimize(state_.step);
    ++state_.step;
    progress_.update(
        state_.step,
        fmt::format("loss {:.4f}  accuracy {:.2f}  {:.0f} tokens/s", find(metrics, "loss"),
                    find(metrics, "rewards/accuracies"), find(metrics, "tokens_per_second")));
    if (due(train.log_every, state_.step, total_steps_)) metrics_.write(state_.step, metrics);
    measure();
    if (finished() || due(train.checkpoint_every, state_.step, total_steps_)) checkpoint();
  }
  if (state_.best && state_.best->step > 0) {
    say(fmt::format("best: {}: {}", best_directory(output_).string(), state_.best->describe()));
  }
}

void Training::measure() {
  const auto is_due = [&](int64_t every) { return due(every, state_.step, total_steps_); };
  measure_where(is_due);
  if (state_.step == total_steps_ || !finished()) return;
  say(fmt::format("step {}: no improvement in {} measurements ({}); the run ends here", state_.step,
                  state_.best->without_improvement, state_.best->describe()));
  // As after every run, all is measured at the end.
  measure_where(std::not_fn(is_due));
}

void Training::measure_where(const std::function<bool(int64_t)>& applies) {
  if (applies(parts_.config.train.eval_every)) evaluate();
  if (parts_.tasks == nullptr) return;
  for (const TaskSuite::Entry& entry : parts_.tasks->entries()) {
    if (entry.task.every > 0 && applies(entry.task.every)) evaluate_task(entry);
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
  const PreferenceSummary all = evaluate_preferences(parts_.config.loss, parts_.validation, policy,
                                                     parts_.validation_reference)
                                    .all;
  say(fmt::format(
      "step {}: held-out loss {:.4f}, reward accuracy {:.3f} [{:.3f}, {:.3f}], margin "
      "{:.3f}",
      state_.step, all.loss, all.accuracy.value, all.accuracy.low, all.accuracy.high, all.margin));
  record(all.metrics());
}

void Training::evaluate_task(const TaskSuite::Entry& entry) {
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
  say(line);
  record(metrics);
}

void Training::record(const Metrics& metrics) {
  metrics_.write(state_.step, metrics);
  if (!state_.best) return;
  const auto found = std::ranges::find(metrics, state_.best->number, &Metrics::value_type::first);
  if (found == metrics.end() || !state_.best->take(state_.step, found->second)) return;
  save_best(output_, parts_.adapter, parts_.config.model, *state_.best);
}

void Training::checkpoint() {
  metrics_.sync();
  write_checkpoint(output_, parts_.adapter, parts_.optimizer, state_, parts_.config.model);
  prune_checkpoints(output_, parts_.config.train.keep_checkpoints);
}

}  // namespace braid

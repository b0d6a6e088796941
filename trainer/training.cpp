#include "trainer/training.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "base/random.h"
#include "trainer/best_directory.h"
#include "trainer/checkpoint.h"
#include "trainer/device.h"
#include "trainer/schedule.h"
#include "trainer/skipped_step.h"

namespace braid {
namespace {

constexpr uint64_t kDropoutStream = 0x64726f706f757400;  // apart from the other users of the seed

double find(const Metrics& metrics, std::string_view name) {
  for (const auto& [key, value] : metrics) {
    if (key == name) return value;
  }
  return std::nan("");
}

MetricsEnd metrics_end(const TrainingState& state) {
  if (state.step == 0) return {};
  return {state.step, state.open ? std::optional(state.open->records) : std::nullopt};
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
      metrics_(output_, metrics_end(state_)),
      measuring_(parts, total_steps_, metrics_, writing_),
      progress_("train", total_steps_, state_.step) {}

bool Training::finished() const {
  return state_.step >= total_steps_ || measuring_.given_up(state_);
}

void Training::run() {
  try {
    run_steps();
    writing_.wait();
  } catch (const Stopped& stopped) {
    leave(stopped);
    throw;
  }
  if (state_.best && state_.best->step > 0) {
    say(fmt::format("best: {}: {}", best_directory(output_).string(), state_.best->describe()));
  }
}

void Training::run_steps() {
  const auto& train = parts_.config.train;
  if (state_.open) {
    measuring_.run(state_);
    checkpoint();
  }
  while (!finished()) {
    writing_.check();
    const Metrics metrics = optimize(state_.step);
    ++state_.step;
    progress_.update(
        state_.step,
        fmt::format("loss {:.4f}  accuracy {:.2f}  {:.0f} tokens/s", find(metrics, "loss"),
                    find(metrics, "rewards/accuracies"), find(metrics, "tokens_per_second")));
    if (due(train.log_every, state_.step, total_steps_)) metrics_.write(state_.step, metrics);
    for (const std::string& sign : state_.watch.take(state_.step, metrics)) warn(sign);
    measuring_.run(state_);
    if (finished() || due(train.checkpoint_every, state_.step, total_steps_)) checkpoint();
  }
}

// Stopped leaves adapter, optimizer and state as the last completed step left them.
void Training::leave(const Stopped& stopped) {
  if (state_.step == 0) {
    say(fmt::format("{}: before the first step was done; there is no checkpoint", stopped.what()));
    return;
  }
  checkpoint();
  writing_.wait();
  say(fmt::format("{}: checkpoint of step {} of {}", stopped.what(), state_.step, total_steps_));
}

Metrics Training::optimize(int64_t step) {
  const auto begin = std::chrono::steady_clock::now();
  const auto& config = parts_.config;
  const uint64_t dropout_key =
      random_bits(config.seed, kDropoutStream, static_cast<uint64_t>(step));
  const auto members = sampler_.step_groups(step);
  // The one place that decides whether a step is left half-done.
  const StepSums sums =
      accumulate_gradients(parts_.step, members, dropout_key, [] { check_stop(); });
  const double rate =
      config.optimizer.learning_rate * learning_rate_factor(config.optimizer, step, total_steps_);
  const double norm = parts_.optimizer.clip(config.optimizer.max_grad_norm);
  Metrics metrics = step_metrics(parts_.step.objective, sums);
  if (const double loss = find(metrics, "loss"); std::isfinite(norm) && std::isfinite(loss)) {
    parts_.optimizer.step(rate);
    state_.skipped_in_row = 0;
  } else {
    skip(step, members, loss, norm);
  }

  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  state_.tokens += sums.processed_tokens;
  state_.pairs += sums.pairs;
  state_.seconds += seconds.count();
  const auto add = [&](const char* name, double value) { metrics.emplace_back(name, value); };
  add("grad_norm", norm);
  add("learning_rate", rate);
  add("skipped_steps", static_cast<double>(state_.skipped));
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

void Training::skip(int64_t step, const std::vector<int64_t>& members, double loss, double norm) {
  constexpr int64_t kMaxDumps = 100;  // whatever the run, its directory stays small
  // Which sign a NaN has depends on the processor.
  if (std::isnan(loss)) loss = std::nan("");
  if (std::isnan(norm)) norm = std::nan("");
  std::string where;
  if (state_.skipped < kMaxDumps) {
    where = "; its groups: " +
            dump_skipped_step(output_, parts_.step, {step + 1, members, loss, norm}).string();
  }
  // From here on nothing leaves the step: it counts.
  ++state_.skipped;
  ++state_.skipped_in_row;
  const std::string what =
      fmt::format("loss {} and gradient norm {} are not finite, in {} steps in a row", loss, norm,
                  state_.skipped_in_row);
  const int64_t limit = parts_.config.train.max_skipped_steps;
  if (state_.skipped_in_row > limit) {
    fail(
        "step {}: {}, and train.max_skipped_steps is {}{}; earlier checkpoints are kept; look at "
        "these groups, lower optimizer.learning_rate, or use dtype fp32",
        step + 1, what, limit, where);
  }
  say(fmt::format("warning: step {}: {}; skipped{}", step + 1, what, where));
  metrics_.warn(step + 1, what + "; skipped");
}

void Training::warn(const std::string& text) {
  say(fmt::format("warning: step {}: {}", state_.step, text));
  metrics_.warn(state_.step, text);
}

// The tensors are copied here, where the step is whole; the rest needs no step to wait.
void Training::checkpoint() {
  writing_.wait();  // before there is another copy in memory
  const auto& train = parts_.config.train;
  const Retention keep = {train.keep_checkpoints, train.keep_every,
                          state_.best ? state_.best->step : 0};
  writing_.start(
      [this, keep, content = checkpoint_content(parts_.adapter, parts_.optimizer, state_)] {
        metrics_.sync();
        write_checkpoint(output_, content, parts_.config.model);
        prune_checkpoints(output_, keep);
      });
}

}  // namespace braid

#include "trainer/measuring.h"

#include <algorithm>

#include "base/stop.h"
#include "trainer/best_directory.h"
#include "trainer/preference_evaluation.h"
#include "trainer/progress.h"
#include "trainer/schedule.h"
#include "trainer/scoring.h"

namespace braid {

Measuring::Measuring(const TrainingParts& parts, int64_t total_steps, MetricsLog& log,
                     BackgroundTask& writing)
    : parts_(parts), total_steps_(total_steps), log_(log), writing_(writing) {
  if (!parts.validation.empty()) {
    measurements_.push_back(
        {"held-out pairs", parts.config.train.eval_every, [this] { return evaluate_pairs(); }});
  }
  if (parts.tasks == nullptr) return;
  for (const TaskSuite::Entry& entry : parts.tasks->entries()) {
    if (entry.task.every == 0) continue;
    measurements_.push_back(
        {entry.task.name, entry.task.every, [this, &entry] { return evaluate_task(entry); }});
  }
}

bool Measuring::given_up(const TrainingState& state) const {
  return state.best && state.best->given_up(parts_.config.train.patience);
}

void Measuring::run(TrainingState& state) {
  step_ = state.step;
  if (!state.open) state.open.emplace();
  state.open->records = log_.records(step_);
  run_where(state, [&](const Measurement& measurement) {
    return due(measurement.every, step_, total_steps_);
  });
  if (step_ != total_steps_ && given_up(state)) {
    say(fmt::format("step {}: no improvement in {} measurements ({}); the run ends here", step_,
                    state.best->without_improvement, state.best->describe()));
    run_where(state, [](const Measurement&) { return true; });
  }
  state.open.reset();
}

void Measuring::run_where(TrainingState& state,
                          const std::function<bool(const Measurement&)>& applies) {
  OpenMeasurements& open = *state.open;
  for (const Measurement& measurement : measurements_) {
    const bool done = std::ranges::find(open.done, measurement.name) != open.done.end();
    if (done || !applies(measurement)) continue;
    check_stop();
    record(state, measurement.take());
    open.done.push_back(measurement.name);
    open.records = log_.records(step_);
  }
}

Metrics Measuring::evaluate_pairs() const {
  const auto policy = score_groups(parts_.step.model, pointers(parts_.validation), &parts_.adapter,
                                   parts_.config.train.micro_batch_tokens);
  const PreferenceSummary all = evaluate_preferences(parts_.config.loss, parts_.validation, policy,
                                                     parts_.validation_reference)
                                    .all;
  say(fmt::format(
      "step {}: held-out loss {:.4f}, reward accuracy {:.3f} [{:.3f}, {:.3f}], margin "
      "{:.3f}",
      step_, all.loss, all.accuracy.value, all.accuracy.low, all.accuracy.high, all.margin));
  return all.metrics();
}

Metrics Measuring::evaluate_task(const TaskSuite::Entry& entry) const {
  const TaskScores scores =
      parts_.tasks->score(entry, "adapter", parts_.step.model, &parts_.adapter);
  const ScoredItems items = pointers(scores.items);
  Metrics metrics;
  std::string line = fmt::format("step {}: {}", step_, entry.task.name);
  for (const MetricSpec& metric : entry.task.metrics) {
    const double value = metric.value(items);
    metrics.emplace_back(fmt::format("eval/{}/{}", entry.task.name, metric.name), value);
    line += fmt::format(", {} {:.4f}", metric.name, value);
  }
  say(line);
  return metrics;
}

void Measuring::record(TrainingState& state, const Metrics& metrics) {
  log_.write(step_, metrics);
  if (!state.best) return;
  const auto found = std::ranges::find(metrics, state.best->number, &Metrics::value_type::first);
  if (found == metrics.end() || !state.best->take(step_, found->second)) return;
  writing_.wait();
  save_best(parts_.config.output, parts_.adapter, parts_.config.model, *state.best);
}

}  // namespace braid

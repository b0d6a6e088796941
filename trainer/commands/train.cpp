// braid train: from a configuration to a trained adapter; continues the newest valid checkpoint.
#include <ATen/ATen.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "model/adapter_io.h"
#include "model/weights.h"
#include "trainer/best_number.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/session.h"
#include "trainer/device.h"
#include "trainer/environment.h"
#include "trainer/out_of_memory.h"
#include "trainer/plan/plan.h"
#include "trainer/resume.h"
#include "trainer/run_identity.h"
#include "trainer/self_test.h"
#include "trainer/shared_references.h"
#include "trainer/stop_signals.h"
#include "trainer/training.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

Adapter starting_adapter(const RunConfiguration& config, const LoadedModel& model) {
  const auto device = model.transformer.device();
  if (!config.adapter.empty()) return load_adapter(config.adapter, model.config, device);
  return Adapter(model.config, config.lora, config.seed, device);
}

void print_header(const RunConfiguration& config, const Dataset& data, const Adapter& adapter,
                  const ReferencePolicy& reference, const ObjectiveConfig& objective) {
  for (const std::string& line : data.describe()) say("data: " + line);
  say(fmt::format("adapter: {} trainable parameters in {} linears, rank {}, alpha {}{}",
                  adapter.parameter_count(), adapter.pairs().size(), adapter.config().rank,
                  adapter.config().alpha,
                  config.adapter.empty() ? "" : " (continues " + config.adapter + ")"));
  say(objective.needs_reference()
          ? fmt::format("reference: {} ({})", reference.name, reference.fingerprint.substr(0, 12))
          : "reference: none; the loss does not use one");
  const int64_t steps = count_steps(config.train, static_cast<int64_t>(data.train.size()));
  say(fmt::format("training: {} steps of {} groups, {} (beta {}), sft weight {}, learning rate {}",
                  steps, config.train.pairs_per_step, preference_name(config.loss.kind),
                  config.loss.beta, config.train.sft_weight, config.optimizer.learning_rate));
}

// Log-probabilities of the reference policy, from a cache or computed now.
class References {
 public:
  References(const RunConfiguration& config, const LoadedModel& model, const std::string& weights,
             const ReferencePolicy& policy)
      : config_(config), model_(model), weights_(weights), policy_(policy) {}

  ReferenceSource training(const std::vector<EncodedGroup>& groups) const {
    if (!config_.train.cache_reference) return ReferenceSource(policy_);
    return ReferenceSource(cached(groups, "training"), groups);
  }

  // [branches of groups]
  at::Tensor held_out(const std::vector<EncodedGroup>& groups) const {
    return cached(groups, "held out");
  }

 private:
  at::Tensor cached(const std::vector<EncodedGroup>& groups, const std::string& what) const {
    Progress progress("reference " + what, static_cast<int64_t>(groups.size()));
    const auto update = [&](int64_t done) { progress.update(done); };
    const std::string& shared = config_.train.reference_cache;
    if (shared.empty()) {
      return reference_logps(fs::path(config_.output) / "reference", weights_, model_.transformer,
                             policy_, groups, config_.train.micro_batch_tokens, say, update);
    }
    const SharedLogps logps =
        shared_reference_logps(shared, weights_, model_.transformer, policy_, groups, say, update);
    say(fmt::format("reference {}: {} of {} groups reused", what, logps.reused, groups.size()));
    return logps.sums;
  }

  const RunConfiguration& config_;
  const LoadedModel& model_;
  const std::string& weights_;
  const ReferencePolicy& policy_;
};

void export_adapter(const fs::path& output, const Adapter& adapter, const std::string& base) {
  write_directory_atomic(output / "adapter",
                         [&](const fs::path& fresh) { save_adapter(adapter, fresh, base); });
}

Dataset load_data(const RunConfiguration& config, const ModelConfig& shape,
                  const ModelTokenizer& tokenizer) {
  Dataset data = load_dataset(config, shape, tokenizer, /*need_training=*/true,
                              fs::path(config.output) / "tokens");
  const auto is_pair = [](const EncodedGroup& group) { return group.branches.size() == 2; };
  if (std::ranges::none_of(data.validation, is_pair)) data.validation.clear();
  if (data.validation.empty() && is_held_out_number(config.train)) {
    fail(
        "train.best: {}: there are no held-out pairs; set data.validation, or a larger "
        "data.held_out",
        config.train.best);
  }
  return data;
}

// [hidden], in the head's type: a row's product with it is the row's mean logit.
at::Tensor mean_of_head(const Transformer& model) {
  return model.head_weight().mean(0, false, at::kFloat).to(model.dtype());
}

void train(const RunConfiguration& config, const ResumeRequest& request, const Dataset& data,
           const TaskSuite* tasks, bool recompute) {
  const ObjectiveConfig objective = objective_config(config);
  fs::create_directories(config.output);
  const LoadedModel model = open_model(config);
  const std::string weights = weights_fingerprint(config.model);

  Adapter adapter = starting_adapter(config, model);
  const auto reference =
      make_reference(config.train.reference, model.config, adapter, model.transformer.device());
  print_header(config, data, adapter, reference, objective);
  AdamW optimizer(adapter, config.optimizer);
  const TrainingState state =
      begin_run(config, request,
                {.configuration = config.to_json(),
                 .identity = run_identity(config, weights, adapter_fingerprint(adapter),
                                          reference.fingerprint, data.train),
                 .environment = run_environment(model.transformer.device()),
                 .forked_from = nullptr},
                adapter, optimizer);

  ReferenceSource source;
  const StepContext step{model.transformer,
                         adapter,
                         data.train,
                         source,
                         objective,
                         config.train.micro_batch_tokens,
                         mean_of_head(model.transformer),
                         recompute};
  say(run_self_test(step, reference));
  const References references(config, model, weights, reference);
  at::Tensor held_out;
  if (objective.needs_reference()) {
    source = references.training(data.train);
    if (!data.validation.empty()) held_out = references.held_out(data.validation);
  }
  Training training(
      {config, step, data.validation, held_out, adapter, optimizer,
       measured_peak_flops(model.transformer.dtype(), model.transformer.device()), tasks},
      state);
  training.run();
  export_adapter(config.output, adapter, config.model);
  say("adapter: " + (fs::path(config.output) / "adapter").string());
}

}  // namespace

int run_train(const RunConfiguration& config, const ResumeRequest& request) {
  if (config.output.empty()) fail("output: missing; the directory of this run");
  watch_for_stop(config.time_budget);
  // Data first: its mistakes show before gigabytes are read.
  const ModelConfig shape = load_model_config(config.model);
  const ModelTokenizer tokenizer(config.model);
  std::optional<TaskSuite> tasks;
  if (!config.evaluation.empty()) tasks.emplace(config, shape, tokenizer);
  check_best_number(config.train, tasks ? &*tasks : nullptr);
  const Dataset data = load_data(config, shape, tokenizer);
  const c10::Device device = choose_device(config.device);
  const Plan plan = make_plan(config, shape, data.train, device, set_threads(config.threads),
                              memory_limit(device));
  say("memory: " + describe_memory(plan) +
      (plan.fits() ? "" : "; it may not fit: " + memory_advice(plan)));
  with_memory_advice(
      [&] { train(config, request, data, tasks ? &*tasks : nullptr, plan.recompute()); },
      [&] { return describe_memory(plan) + "; " + memory_advice(plan); });
  return kExitOk;
}

}  // namespace braid

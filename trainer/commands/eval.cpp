// braid eval: preference metrics and tasks for the base and an adapter, with one model in memory.
#include <ATen/ATen.h>

#include <chrono>
#include <map>
#include <optional>

#include "base/error.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/session.h"
#include "trainer/dataset.h"
#include "trainer/evaluation/policies.h"
#include "trainer/evaluation/run_comparison.h"
#include "trainer/evaluation_report.h"
#include "trainer/progress.h"
#include "trainer/scoring.h"
#include "trainer/stop_signals.h"

namespace braid {
namespace {

struct Scored {
  at::Tensor logps;
  double seconds = 0;
};

// Scores policies over one set of groups; what computes the same is computed once.
class Scorer {
 public:
  Scorer(const Transformer& model, const std::vector<EncodedGroup>& groups, int64_t token_budget)
      : model_(model), groups_(pointers(groups)), token_budget_(token_budget) {}

  const Scored& score(const Policy& policy) {
    if (const auto known = scored_.find(policy.fingerprint); known != scored_.end()) {
      return known->second;
    }
    const auto start = std::chrono::steady_clock::now();
    Progress progress("eval " + policy.name, static_cast<int64_t>(groups_.size()));
    Scored result;
    result.logps = score_groups(model_, groups_, policy.adapter.get(), token_budget_,
                                [&](int64_t done) { progress.update(done); });
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return scored_[policy.fingerprint] = result;
  }

 private:
  const Transformer& model_;
  std::vector<const EncodedGroup*> groups_;
  int64_t token_budget_;
  std::map<std::string, Scored> scored_;
};

Dataset held_out_pairs(const RunConfiguration& config, const ModelConfig& model,
                       const ModelTokenizer& tokenizer) {
  Dataset data = load_dataset(config, model, tokenizer, /*need_training=*/false);
  std::erase_if(data.validation, [](const EncodedGroup& g) { return g.branches.size() != 2; });
  if (data.validation.empty()) {
    fail("no held-out pairs to evaluate; set data.validation, or a larger data.held_out");
  }
  return data;
}

// Whether a run names pairs to evaluate on.
bool has_pairs(const DataConfig& data) {
  return !data.sources.empty() || !data.train.empty() || !data.validation.empty();
}

std::vector<PolicyEvaluation> evaluate_pairs(const RunConfiguration& config,
                                             const std::vector<EncodedGroup>& groups,
                                             const LoadedModel& model,
                                             const std::vector<Policy>& policies,
                                             const std::filesystem::path& directory) {
  const Policy reference = reference_policy(config, model);
  Scorer scorer(model.transformer, groups, config.train.micro_batch_tokens);
  std::vector<PolicyEvaluation> results;
  for (const Policy& policy : policies) {
    const Scored& scored = scorer.score(policy);
    results.push_back(
        {policy.name, policy.path, policy.fingerprint, scored.seconds,
         evaluate_preferences(config.loss, groups, scored.logps, scorer.score(reference).logps)});
  }
  const Json context = {{"reference", config.train.reference},
                        {"reference_fingerprint", reference.fingerprint},
                        {"configuration", config.to_json()}};
  const auto difference = policy_difference(results, config.seed);
  write_evaluation(directory, context, results, difference);
  print(evaluation_table(results, difference));
  return results;
}

std::vector<TaskOutcome> evaluate_tasks(const RunConfiguration& config, const TaskSuite& suite,
                                        const LoadedModel& model,
                                        const std::vector<Policy>& policies,
                                        const std::filesystem::path& directory) {
  Json context = {{"configuration", config.to_json()}, {"policies", Json::array()}};
  std::vector<std::string> names;
  for (const Policy& policy : policies) {
    names.push_back(policy.name);
    context["policies"].push_back(
        {{"name", policy.name}, {"adapter", policy.path}, {"fingerprint", policy.fingerprint}});
  }
  std::vector<TaskOutcome> outcomes;
  for (const TaskSuite::Entry& entry : suite.entries()) {
    TaskOutcome outcome{&entry, {}};
    for (const Policy& policy : policies) {
      outcome.scores.push_back(
          suite.score(entry, policy.name, model.transformer, policy.adapter.get()));
    }
    outcomes.push_back(std::move(outcome));
  }
  print(report_tasks(directory, context, names, outcomes, config.seed));
  return outcomes;
}

}  // namespace

int run_eval(const RunConfiguration& config, const EvalRequest& request) {
  if (config.output.empty()) {
    fail("output: missing; the directory in which evaluation/ is written");
  }
  const bool pairs = has_pairs(config.data);
  if (!pairs && config.evaluation.empty()) {
    fail("nothing to evaluate on: name tasks in evaluation, or pairs in data.validation");
  }
  watch_for_stop(config.time_budget);
  // Data first: its mistakes show before gigabytes are read.
  const ModelConfig shape = load_model_config(config.model);
  const ModelTokenizer tokenizer(config.model);
  Dataset data;
  if (pairs) data = held_out_pairs(config, shape, tokenizer);
  std::optional<TaskSuite> suite;
  if (!config.evaluation.empty()) suite.emplace(config, shape, tokenizer);
  const auto directory = std::filesystem::path(config.output) / "evaluation";
  std::optional<RunComparison> comparison;
  if (!request.compare.empty()) {
    comparison.emplace(request.compare, directory, data.validation, suite ? &*suite : nullptr);
  }
  const LoadedModel model = open_model(config);
  const auto policies = policies_to_evaluate(config, request.adapter, model);
  std::vector<PolicyEvaluation> results;
  if (pairs) results = evaluate_pairs(config, data.validation, model, policies, directory);
  std::vector<TaskOutcome> outcomes;
  if (suite) outcomes = evaluate_tasks(config, *suite, model, policies, directory);
  if (comparison) {
    print("\n" + comparison->report(policies.back().name,
                                    results.empty() ? nullptr : &results.back().result, outcomes,
                                    config.seed));
  }
  say("written to " + directory.string());
  return kExitOk;
}

}  // namespace braid

// braid eval: held-out preference metrics of the base and an adapter, with one model in memory.
#include <ATen/ATen.h>

#include <chrono>
#include <map>
#include <memory>

#include "base/error.h"
#include "model/adapter_io.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/session.h"
#include "trainer/dataset.h"
#include "trainer/evaluation_report.h"
#include "trainer/progress.h"
#include "trainer/scoring.h"

namespace braid {
namespace {

struct Policy {
  std::string name, path;            // path: of the adapter; empty for the base
  std::string fingerprint = "base";  // what it computes
  std::shared_ptr<const Adapter> adapter;
};

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

Policy adapter_policy(const std::string& name, const std::string& path, const LoadedModel& model) {
  const auto adapter =
      std::make_shared<const Adapter>(load_adapter(path, model.config, model.transformer.device()));
  return {name, path, adapter_fingerprint(*adapter), adapter};
}

// A fresh starting adapter computes what the base computes.
Policy reference_policy(const RunConfiguration& config, const LoadedModel& model) {
  const bool initial = config.train.reference == "initial";
  const std::string path = initial ? config.adapter : config.train.reference;
  if (path == "base" || path.empty()) return {"base", "", "base", nullptr};
  return adapter_policy("reference", path, model);
}

Dataset held_out_pairs(const RunConfiguration& config, const ModelConfig& model) {
  Dataset data = load_dataset(config, model, /*need_training=*/false);
  std::erase_if(data.validation, [](const EncodedGroup& g) { return g.branches.size() != 2; });
  if (data.validation.empty()) {
    fail("no held-out pairs to evaluate; set data.validation, or a larger data.held_out");
  }
  return data;
}

std::vector<Policy> policies_to_evaluate(const RunConfiguration& config, const std::string& flag,
                                         const LoadedModel& model) {
  std::vector<Policy> policies = {{"base", "", "base", nullptr}};
  if (const auto path = choose_adapter(config, flag)) {
    policies.push_back(adapter_policy("adapter", path->string(), model));
    say("adapter: " + path->string());
  } else {
    say("adapter: none; the base alone is evaluated");
  }
  return policies;
}

}  // namespace

int run_eval(const RunConfiguration& config, const std::string& adapter) {
  if (config.output.empty()) {
    fail("output: missing; the directory in which evaluation/ is written");
  }
  // Data first: its mistakes show before gigabytes are read.
  const Dataset data = held_out_pairs(config, load_model_config(config.model));
  const auto& groups = data.validation;
  const LoadedModel model = open_model(config);
  const Policy reference = reference_policy(config, model);
  Scorer scorer(model.transformer, groups, config.train.micro_batch_tokens);
  std::vector<PolicyEvaluation> results;
  for (const Policy& policy : policies_to_evaluate(config, adapter, model)) {
    const Scored& scored = scorer.score(policy);
    results.push_back(
        {policy.name, policy.path, policy.fingerprint, scored.seconds,
         evaluate_preferences(config.loss, groups, scored.logps, scorer.score(reference).logps)});
  }
  const auto directory = std::filesystem::path(config.output) / "evaluation";
  const Json context = {{"reference", config.train.reference},
                        {"reference_fingerprint", reference.fingerprint},
                        {"configuration", config.to_json()}};
  write_evaluation(directory, context, results);
  print(evaluation_table(results));
  say("written to " + directory.string());
  return kExitOk;
}

}  // namespace braid

#include "trainer/evaluation/policies.h"

#include "model/adapter_io.h"
#include "trainer/commands/session.h"
#include "trainer/progress.h"

namespace braid {
namespace {

Policy adapter_policy(const std::string& name, const std::string& path, const LoadedModel& model) {
  const auto adapter =
      std::make_shared<const Adapter>(load_adapter(path, model.config, model.transformer.device()));
  return {name, path, adapter_fingerprint(*adapter), adapter};
}

}  // namespace

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

Policy reference_policy(const RunConfiguration& config, const LoadedModel& model) {
  const bool initial = config.train.reference == "initial";
  const std::string path = initial ? config.adapter : config.train.reference;
  if (path == "base" || path.empty()) return {"base", "", "base", nullptr};
  return adapter_policy("reference", path, model);
}

}  // namespace braid

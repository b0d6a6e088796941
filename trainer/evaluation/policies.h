// The policies that an evaluation compares: the base, and an adapter on it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/lora.h"
#include "model/model.h"
#include "trainer/configuration.h"

namespace braid {

struct Policy {
  std::string name, path;            // path: of the adapter; empty for the base
  std::string fingerprint = "base";  // what it computes
  std::shared_ptr<const Adapter> adapter;
};

// The base, and the adapter of `flag` or of the run (choose_adapter in commands/session.h) when
// there is one; says which.
std::vector<Policy> policies_to_evaluate(const RunConfiguration& config, const std::string& flag,
                                         const LoadedModel& model);

// What preferences are measured against. A fresh starting adapter computes what the base computes.
Policy reference_policy(const RunConfiguration& config, const LoadedModel& model);

}  // namespace braid

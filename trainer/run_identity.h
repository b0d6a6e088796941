// What makes two starts of `braid train` the same run: only then may one continue the other's
// checkpoints.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "data/batches/groups.h"
#include "trainer/configuration.h"

namespace braid {

// Everything that decides the numbers of a run: options, and hashes of weights, starting adapter,
// reference and training tokens. Options that only decide what is logged, kept or where it runs
// stay out.
Json run_identity(const RunConfiguration& config, const std::string& weights,
                  const std::string& adapter, const std::string& reference,
                  const std::vector<EncodedGroup>& groups);

std::string run_key(const Json& identity);

// The members of all objects in `object` under dotted keys.
Json flattened(const Json& object);

// "optimizer.learning_rate: 0.0001, was 0.0002", for every member of two flat objects that differs.
std::vector<std::string> differences(const Json& now, const Json& before);

}  // namespace braid

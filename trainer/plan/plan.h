// What a run will need, before it starts: memory, operations, and the largest micro-batch.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "trainer/configuration.h"
#include "trainer/dataset.h"
#include "trainer/plan/device_memory.h"
#include "trainer/plan/memory.h"
#include "trainer/plan/workload.h"

namespace braid {

// How a run gets the reference's log-probabilities.
enum class ReferenceUse { kNone, kInline, kCached };

struct Peak {
  int64_t bytes = 0;
  MicroBatchSize size;  // the micro-batch that needs them
};

// The prediction is within 10 % of what was measured (docs/plan.md); so much has to stay free.
constexpr double kMemoryMargin = 1.1;

struct Plan {
  MemoryModel memory;
  Workload workload;
  StepWork work;  // of the planned steps
  ReferenceUse reference;
  Peak peak;
  MemoryLimit limit;
  std::string recompute_setting;  // train.recompute

  // Operations of the planned steps: forward, backward, the layers once more when they are
  // recomputed, and an inline reference.
  Flops planned() const;
  Flops recomputed() const;
  double reference_pass() const;  // FLOPs of a cached reference over all training groups

  Peak peak_with(int64_t token_budget) const;
  // Whether a prediction, with its error, is within the limit; always when that is unknown.
  bool allows(int64_t bytes) const;
  bool fits() const { return allows(peak.bytes); }
  // Whether layers run once more in backward: as train.recompute says, or when it only fits so.
  bool recompute() const { return memory.facts().recompute; }
};

// `model` is that of the run, `groups` are its groups (empty: lengths are assumed from
// data.max_length). Of files, only the configuration of adapters is read.
Plan make_plan(const RunConfiguration& config, const ModelConfig& model,
               const std::vector<EncodedGroup>& groups, c10::Device device, int64_t threads,
               const MemoryLimit& limit);

// The largest train.micro_batch_tokens whose prediction fits into the limit, and whether a larger
// one would change nothing because a whole step fits in it; nullopt: not even the longest group
// alone fits.
struct Budget {
  int64_t tokens = 0;
  bool whole_step = false;
};
std::optional<Budget> largest_budget(const Plan& plan);

// Which keys to set so that the run fits. When it does by the prediction: which to set if memory
// runs out nevertheless.
std::string memory_advice(const Plan& plan);

// "1540 MiB predicted at the peak, 23254 MiB available".
std::string describe_memory(const Plan& plan);

}  // namespace braid

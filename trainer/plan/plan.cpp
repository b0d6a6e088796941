#include "trainer/plan/plan.h"

#include <algorithm>

#include "model/peft_config.h"
#include "trainer/device.h"
#include "trainer/training.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kGroupRecord = 160;  // bytes of a group's record and views

AdapterShape adapter_shape(const std::string& directory, const LoraConfig& lora,
                           const ModelConfig& model) {
  if (directory.empty()) return {match_targets(model, lora.targets), lora.rank};
  const auto warn = [](const std::string&) {};  // loading the adapter says it
  return adapter_shape("", read_peft_config(fs::path(directory) / "adapter_config.json", warn),
                       model);
}

ReferenceUse reference_use(const RunConfiguration& config) {
  if (!objective_config(config).needs_reference()) return ReferenceUse::kNone;
  return config.train.cache_reference ? ReferenceUse::kCached : ReferenceUse::kInline;
}

int64_t reference_parameters(const RunConfiguration& config, const AdapterShape& adapter,
                             const ModelConfig& model) {
  const std::string& name = config.train.reference;
  if (reference_use(config) == ReferenceUse::kNone || name == "base") return 0;
  return (name == "initial" ? adapter : adapter_shape(name, config.lora, model)).parameters(model);
}

// The longest pair that data.max_length lets through, half of it prompt: as many as one step.
std::vector<GroupLengths> assumed_groups(const RunConfiguration& config) {
  const int64_t length = config.data.limits.max_length;
  const int64_t prompt = std::max<int64_t>(1, length / 2);
  const int64_t answer = std::max<int64_t>(1, length - prompt);
  return std::vector<GroupLengths>(static_cast<size_t>(config.train.pairs_per_step),
                                   {prompt, {answer, answer}});
}

int64_t data_bytes(const std::vector<GroupLengths>& groups) {
  int64_t total = 0;
  for (const GroupLengths& group : groups) total += 4 * group.tokens() + kGroupRecord;
  return total;
}

}  // namespace

Flops Plan::planned() const {
  Flops sum = work.forward;
  sum += work.backward;
  sum += recomputed();
  if (reference == ReferenceUse::kInline) sum += work.reference;
  return sum;
}

Flops Plan::recomputed() const {
  if (!recompute()) return {};
  Flops layers = work.forward;
  layers.head = 0;
  return layers;
}

double Plan::reference_pass() const {
  return work.reference.total() / static_cast<double>(work.groups) *
         static_cast<double>(workload.group_count());
}

bool Plan::allows(int64_t bytes) const {
  return limit.bytes == 0 ||
         static_cast<double>(bytes) * kMemoryMargin <= static_cast<double>(limit.bytes);
}

Peak Plan::peak_with(int64_t token_budget) const {
  Peak peak;
  for (const MicroBatchSize& size : workload.micro_batches(token_budget)) {
    const int64_t bytes = memory.peak(size);
    if (bytes > peak.bytes) peak = {bytes, size};
  }
  return peak;
}

Plan make_plan(const RunConfiguration& config, const ModelConfig& model,
               const std::vector<EncodedGroup>& groups, c10::Device device, int64_t threads,
               const MemoryLimit& limit) {
  const AdapterShape adapter = adapter_shape(config.adapter, config.lora, model);
  const auto lengths = groups.empty() ? assumed_groups(config) : lengths_of(groups);
  const int64_t budget = config.train.micro_batch_tokens;
  MemoryFacts facts{.model = model,
                    .adapter = adapter,
                    .dtype = parse_dtype(config.dtype),
                    .device = device.type(),
                    .threads = threads,
                    .data = data_bytes(lengths),
                    .reference_parameters = reference_parameters(config, adapter, model),
                    .recompute = config.train.recompute == "on"};
  Plan plan{.memory = MemoryModel(facts),
            .workload = Workload(lengths, sampler_config(config),
                                 count_steps(config.train, static_cast<int64_t>(lengths.size()))),
            .work = {},
            .reference = reference_use(config),
            .peak = {},
            .limit = limit,
            .recompute_setting = config.train.recompute};
  plan.work = plan.workload.work(FlopCounter(model), adapter.parameters(model), budget);
  plan.peak = plan.peak_with(budget);
  if (config.train.recompute == "auto" && !plan.fits()) {
    facts.recompute = true;
    plan.memory = MemoryModel(facts);
    plan.peak = plan.peak_with(budget);
  }
  return plan;
}

}  // namespace braid

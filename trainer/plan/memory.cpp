#include "trainer/plan/memory.h"

#include <algorithm>

#include "losses/token_logps.h"
#include "model/weights.h"

namespace braid {
namespace {

constexpr int64_t kMiB = int64_t{1} << 20;

// Measured with `scripts/bench memory` on SmolLM2-135M; docs/plan.md has the table. The process
// with its libraries, tokenizer and vocabulary:
constexpr int64_t kHostBase = 155 * kMiB;
// What the bf16 products keep for themselves: kernels compiled for every shape.
constexpr int64_t kHostKernels = 380 * kMiB;
// What fp32 runs hold beyond the tensors, as a share of what is kept: holes between tensors of many
// sizes, buffers of the products. Of bf16 runs the kernels above are all.
constexpr double kFloat32Holes = 0.5;
// Assumed, not measured: the context of a CUDA process and workspaces of its libraries, and holes.
constexpr int64_t kCudaBase = 1024 * kMiB;
constexpr double kCudaHoles = 0.1;

int64_t weight_bytes(const ModelConfig& config, int64_t element) {
  int64_t total = 0;
  for (const auto& [name, shape] : expected_tensors(config)) {
    int64_t elements = 1;
    for (const int64_t size : shape) elements *= size;
    total += elements * element;
  }
  return total;
}

int64_t element_of(const MemoryFacts& facts) {
  return static_cast<int64_t>(c10::elementSize(facts.dtype));
}

int64_t base_of(const MemoryFacts& facts) {
  if (facts.device != c10::kCPU) return kCudaBase;
  return kHostBase + (facts.dtype == c10::kBFloat16 ? kHostKernels : 0);
}

double holes_of(const MemoryFacts& facts) {
  if (facts.device != c10::kCPU) return kCudaHoles;
  return facts.dtype == c10::kBFloat16 ? 0 : kFloat32Holes;
}

// Values, gradient and two moments, float32; a reference has values only.
int64_t adapter_bytes(const MemoryFacts& facts) {
  return 16 * facts.adapter.parameters(facts.model) + 4 * facts.reference_parameters;
}

}  // namespace

MemoryModel::MemoryModel(MemoryFacts facts)
    : facts_(std::move(facts)),
      saved_(saved_activations(facts_.model, facts_.adapter, facts_.dtype, facts_.device,
                               facts_.recompute)),
      weights_(weight_bytes(facts_.model, element_of(facts_))) {}

MemoryItem MemoryModel::transient(const MicroBatchSize& size) const {
  const int64_t element = element_of(facts_);
  const int64_t vocab = facts_.model.vocab_size, hidden = facts_.model.hidden_size;
  // Every thread has a row in float32 beside the chunk of logits; the hidden states wait.
  const int64_t chunks = std::max<int64_t>(1, (size.scored + kHeadChunkRows - 1) / kHeadChunkRows);
  const int64_t rows = (size.scored + chunks - 1) / chunks;  // as token_logps cuts them
  const int64_t head =
      rows * vocab * element + facts_.threads * vocab * 4 + size.tokens * hidden * element;
  // The chunk is gone before backward begins.
  const int64_t backward = size.tokens * backward_transient(facts_.model, facts_.dtype);
  if (head > backward) return {"logits of one chunk", head};
  return {"gradients in flight", backward};
}

std::vector<MemoryItem> MemoryModel::items(const MicroBatchSize& size) const {
  const bool host = facts_.device == c10::kCPU;
  const int64_t rows = size.scored * facts_.model.hidden_size * element_of(facts_);
  // Ids, positions, rows, targets and branches; numbers of every scored row.
  const int64_t indices = 16 * size.tokens + (24 + 13) * size.scored;
  std::vector<MemoryItem> items = {
      {host ? "process, libraries, kernels" : "context, workspaces", base_of(facts_)},
      {"weights", weights_},
      {"adapter, gradient, moments", adapter_bytes(facts_)},
      {"encoded data", host ? facts_.data : 0},
  };
  for (const SavedTensor& tensor : saved_) {
    items.push_back({"kept: " + tensor.name, saved_bytes({tensor}, size.tokens, size.keys)});
  }
  items.push_back({"kept: head directions", rows});
  items.push_back({"scored rows and indices", rows + indices});
  items.push_back(transient(size));
  const auto kept = static_cast<double>(saved_bytes(saved_, size.tokens, size.keys));
  items.push_back({kHoles, static_cast<int64_t>(holes_of(facts_) * kept)});
  return items;
}

int64_t MemoryModel::peak(const MicroBatchSize& size) const {
  int64_t total = 0;
  for (const MemoryItem& item : items(size)) total += item.bytes;
  return total;
}

}  // namespace braid

// What training keeps in memory while a micro-batch is at its peak, item by item.
#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <string>
#include <vector>

#include "model/saved_activations.h"
#include "trainer/plan/workload.h"

namespace braid {

// What the prediction is made from.
struct MemoryFacts {
  ModelConfig model;
  AdapterShape adapter;
  c10::ScalarType dtype;
  c10::DeviceType device;
  int64_t threads = 1;
  int64_t data = 0;                  // bytes of the encoded groups
  int64_t reference_parameters = 0;  // of a reference with an adapter of its own
  bool recompute = false;            // layers in backward
};

struct MemoryItem {
  std::string name;
  int64_t bytes = 0;
};

// The item of what no tensor has: holes between them.
constexpr const char* kHoles = "holes of the allocator";

class MemoryModel {
 public:
  explicit MemoryModel(MemoryFacts facts);

  // Of a micro-batch of this size, forward and backward; they add up to `peak`. Passes without
  // gradients (reference, evaluation) need less than training on as many tokens. Pages of the
  // model's files are not counted: the system takes them back.
  std::vector<MemoryItem> items(const MicroBatchSize& size) const;
  int64_t peak(const MicroBatchSize& size) const;

  const MemoryFacts& facts() const { return facts_; }

 private:
  // What comes and goes beside it: the logits of a chunk, or the gradients in flight.
  MemoryItem transient(const MicroBatchSize& size) const;

  MemoryFacts facts_;
  std::vector<SavedTensor> saved_;
  int64_t weights_;
};

}  // namespace braid

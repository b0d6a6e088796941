// LoRA adapters: which linears carry one, their tensors, and the adapted linear.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/config.h"

namespace braid {

struct LoraConfig {
  std::vector<std::string> targets = {
      "all-linear"};  // "all-linear", module names (suffix match), or one "regex:<pattern>"
  int64_t rank = 16;
  double alpha = 32.0;
  double dropout = 0.0;
  bool rslora = false;

  double scale() const;  // alpha / rank, or alpha / sqrt(rank)
  void validate() const;
};

// Paths of linears inside the model, e.g. "model.layers.3.self_attn.q_proj", with [in, out]; never
// the head. Fused linears (phi3) are one each, as for PEFT.
struct LinearShape {
  int64_t in = 0, out = 0;
};
std::map<std::string, LinearShape> adaptable_linears(const ModelConfig& config);

// The adapted ones, by PEFT's matching rules; Error when a target matches nothing.
std::vector<std::string> match_targets(const ModelConfig& config,
                                       const std::vector<std::string>& targets);

struct LoraPair {
  at::Tensor a;  // [rank, in] float32
  at::Tensor b;  // [out, rank] float32
};

// One adapter for one model. All A and B are views into one flat float32 buffer, in name order, so
// that the optimizer and gradient reduction see a single tensor.
class Adapter {
 public:
  // A ~ U(-1/sqrt(in), 1/sqrt(in)) from counter-based draws keyed by (seed, name), B = 0.
  Adapter(const ModelConfig& config, const LoraConfig& lora, uint64_t seed, at::Device device);

  const LoraConfig& config() const { return config_; }
  const std::map<std::string, LoraPair>& pairs() const { return pairs_; }  // by module path
  const LoraPair* find(const std::string& module) const;
  at::Tensor& flat() { return flat_; }  // [N] float32, the storage of every pair
  const at::Tensor& flat() const { return flat_; }
  // [N] float32, storage of every pair's .grad; zero it per step.
  const at::Tensor& flat_grad() const { return flat_grad_; }
  int64_t parameter_count() const;
  // (offset, length, is_b) of each tensor in `flat`, in order; names as in a PEFT file.
  struct Slot {
    std::string name;
    int64_t offset;
    int64_t length;
    bool is_b;
  };
  const std::vector<Slot>& slots() const { return slots_; }

 private:
  LoraConfig config_;
  at::Tensor flat_, flat_grad_;
  std::map<std::string, LoraPair> pairs_;
  std::vector<Slot> slots_;
};

// An adapter's values in the dtype of the model's products, cast all at once.
class AdapterValues {
 public:
  AdapterValues(const Adapter& adapter, at::ScalarType dtype);

  const Adapter& adapter() const { return adapter_; }
  // Of a pair's a or b.
  at::Tensor of(const at::Tensor& factor) const;

 private:
  const Adapter& adapter_;
  at::Tensor flat_;
};

}  // namespace braid

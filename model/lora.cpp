// Adapter tensors in one flat buffer.
#include "model/lora.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "base/error.h"
#include "base/hash.h"
#include "base/random.h"

namespace braid {
namespace {

constexpr int64_t kLargestRank = int64_t{1} << 16;

// U(-1/sqrt(in), 1/sqrt(in)): Kaiming uniform with a = sqrt(5), PEFT's default.
void fill_a(at::Tensor values, int64_t in, uint64_t seed, uint64_t stream) {
  const double bound = 1.0 / std::sqrt(static_cast<double>(in));
  float* data = values.mutable_data_ptr<float>();
  for (int64_t i = 0; i < values.numel(); ++i) {
    const double unit = random_unit(seed, stream, static_cast<uint64_t>(i));
    data[i] = static_cast<float>((2 * unit - 1) * bound);
  }
}

}  // namespace

double LoraConfig::scale() const {
  const auto width = static_cast<double>(rank);
  return alpha / (rslora ? std::sqrt(width) : width);
}

void LoraConfig::validate() const {
  if (rank < 1 || rank > kLargestRank) {
    fail("lora.rank is {}; expected 1 to {}", rank, kLargestRank);
  }
  if (!(alpha > 0) || !std::isfinite(alpha)) fail("lora.alpha is {}; expected above 0", alpha);
  if (!(dropout >= 0 && dropout < 1)) {
    fail("lora.dropout is {}; expected 0 up to below 1", dropout);
  }
  if (targets.empty()) {
    fail("lora.targets is empty; give \"all-linear\", module names or one \"regex:<pattern>\"");
  }
}

Adapter::Adapter(const ModelConfig& config, const LoraConfig& lora, uint64_t seed,
                 at::Device device)
    : config_(lora) {
  lora.validate();
  const at::NoGradGuard no_grad;
  const auto linears = adaptable_linears(config);
  const auto modules = match_targets(config, lora.targets);
  int64_t total = 0;
  for (const auto& module : modules) {
    const auto& shape = linears.at(module);
    const std::string prefix = "base_model.model." + module;
    slots_.push_back({prefix + ".lora_A.weight", total, lora.rank * shape.in, false});
    slots_.push_back(
        {prefix + ".lora_B.weight", total + slots_.back().length, shape.out * lora.rank, true});
    total += lora.rank * (shape.in + shape.out);
  }
  auto values = at::zeros({total}, at::TensorOptions(at::kFloat));
  for (size_t i = 0; i < modules.size(); ++i) {
    const Slot& slot = slots_[2 * i];
    fill_a(values.narrow(0, slot.offset, slot.length), linears.at(modules[i]).in, seed,
           hash64(slot.name));
  }
  flat_ = values.to(device);
  flat_grad_ = at::zeros_like(flat_);
  const auto leaf = [&](const Slot& slot, int64_t rows) {
    auto view = flat_.narrow(0, slot.offset, slot.length).view({rows, -1}).detach();
    view.set_requires_grad(true);
    view.mutable_grad() = flat_grad_.narrow(0, slot.offset, slot.length).view({rows, -1});
    return view;
  };
  for (size_t i = 0; i < modules.size(); ++i) {
    pairs_[modules[i]] = {leaf(slots_[2 * i], lora.rank),
                          leaf(slots_[2 * i + 1], linears.at(modules[i]).out)};
  }
}

const LoraPair* Adapter::find(const std::string& module) const {
  const auto found = pairs_.find(module);
  return found == pairs_.end() ? nullptr : &found->second;
}

int64_t Adapter::parameter_count() const { return flat_.numel(); }

AdapterValues::AdapterValues(const Adapter& adapter, at::ScalarType dtype)
    : adapter_(adapter), flat_(adapter.flat().detach().to(dtype)) {}

at::Tensor AdapterValues::of(const at::Tensor& factor) const {
  return flat_.as_strided(factor.sizes(), factor.strides(), factor.storage_offset());
}

}  // namespace braid

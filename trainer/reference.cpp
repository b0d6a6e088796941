// Reference policies and the cache of their log-probabilities.
#include "trainer/reference.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/safetensors.h"
#include "model/adapter_io.h"

namespace braid {
namespace {

constexpr size_t kSpotChecks = 3;

std::string cache_key(const std::string& weights, const Transformer& model,
                      const ReferencePolicy& reference, const std::vector<EncodedGroup>& groups) {
  Hasher hasher;
  hasher.update(fmt::format("reference-1 {} {} {} ", weights, reference.fingerprint,
                            c10::toString(model.dtype())));
  // Lengths first: no two lists of groups are the same bytes.
  const auto add_count = [&](size_t size) {
    const uint64_t count = size;
    hasher.update(std::as_bytes(std::span(&count, 1)));
  };
  const auto add = [&](TokenIds ids) {
    add_count(ids.size());
    hasher.update(std::as_bytes(ids));
  };
  for (const EncodedGroup& group : groups) {
    add(group.prompt);
    add_count(group.branches.size());
    for (const TokenIds branch : group.branches) add(branch);
  }
  return hasher.hex();
}

// Largest difference per token between stored and fresh values on groups spread over the set.
double spot_check(const Transformer& model, const ReferencePolicy& reference,
                  const std::vector<EncodedGroup>& groups, const at::Tensor& stored) {
  const auto all = pointers(groups);
  const auto offsets = branch_offsets(all);
  const float* const values = stored.const_data_ptr<float>();
  double worst = 0;
  for (size_t i = 0; i < groups.size(); i += std::max<size_t>(1, groups.size() / kSpotChecks)) {
    const at::Tensor fresh = score_groups(model, {all[i]}, reference.adapter.get(), 1);
    const float* const now = fresh.const_data_ptr<float>();
    for (size_t b = 0; b < groups[i].branches.size(); ++b) {
      const double gap = std::abs(double{now[b]} - values[offsets[i] + static_cast<int64_t>(b)]);
      // A stored NaN compares with nothing, and must not pass.
      if (!std::isfinite(gap)) return gap;
      worst = std::max(worst, gap / static_cast<double>(groups[i].branches[b].size()));
    }
  }
  return worst;
}

// The stored values, or undefined with a word on why they are not used.
at::Tensor read_cache(const std::filesystem::path& path, const std::string& key,
                      const Transformer& model, const ReferencePolicy& reference,
                      const std::vector<EncodedGroup>& groups, int64_t branches,
                      const std::function<void(std::string)>& say) {
  if (!std::filesystem::exists(path)) return {};
  try {
    const SafetensorsFile file(path);
    const SafetensorsEntry* entry = file.find("logps");
    const auto stored_key = file.metadata().find("key");
    if (entry == nullptr || entry->dtype != "F32" ||
        entry->shape != std::vector<int64_t>{branches} || stored_key == file.metadata().end() ||
        stored_key->second != key) {
      say(fmt::format("{}: not the reference of this run; computed again", path.string()));
      return {};
    }
    const at::Tensor stored =
        at::from_blob(const_cast<std::byte*>(entry->bytes.data()), {branches}, at::kFloat).clone();
    const double gap = spot_check(model, reference, groups, stored);
    if (gap <= (model.dtype() == at::kFloat ? 1e-3 : 5e-2)) return stored;
    say(fmt::format("{}: differs from a fresh computation by {:.2g} per token; computed again",
                    path.string(), gap));
  } catch (const Error& e) {
    say(fmt::format("{}; computed again", e.what()));
  }
  return {};
}

}  // namespace

ReferencePolicy make_reference(const std::string& name, const ModelConfig& config,
                               const Adapter& initial, c10::Device device) {
  if (name == "base") return {name, "base", nullptr};
  std::shared_ptr<Adapter> adapter;
  if (name == "initial") {
    adapter = std::make_shared<Adapter>(config, initial.config(), /*seed=*/0, device);
    const c10::NoGradGuard no_grad;
    adapter->flat().copy_(initial.flat());
  } else {
    adapter = std::make_shared<Adapter>(load_adapter(name, config, device));
  }
  return {name, adapter_fingerprint(*adapter), adapter};
}

at::Tensor reference_logps(const std::filesystem::path& directory,
                           const std::string& weights_fingerprint, const Transformer& model,
                           const ReferencePolicy& reference,
                           const std::vector<EncodedGroup>& groups, int64_t token_budget,
                           const std::function<void(std::string)>& say,
                           const std::function<void(int64_t)>& progress) {
  const auto all = pointers(groups);
  const int64_t branches = branch_offsets(all).back();
  const std::string key = cache_key(weights_fingerprint, model, reference, groups);
  const auto path = directory / ("reference-" + key.substr(0, 16) + ".safetensors");
  if (auto stored = read_cache(path, key, model, reference, groups, branches, say);
      stored.defined()) {
    return stored;
  }
  const at::Tensor sums = score_groups(model, all, reference.adapter.get(), token_budget, progress);
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) fail("{}: cannot create: {}", directory.string(), error.message());
  const auto values = std::span(sums.const_data_ptr<float>(), static_cast<size_t>(branches));
  write_file_atomic(path, safetensors_bytes({{"logps", "F32", {branches}, std::as_bytes(values)}},
                                            {{"key", key}, {"reference", reference.name}}));
  return sums;
}

}  // namespace braid

// Reference policies and the cache of their log-probabilities.
#include "trainer/reference.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "base/error.h"
#include "base/file.h"
#include "base/safetensors.h"
#include "base/stop.h"
#include "data/batches/sampler.h"
#include "model/adapter_io.h"
#include "trainer/reference_files.h"
#include "trainer/reference_values.h"

namespace braid {
namespace {

std::string cache_key(const std::string& weights, const Transformer& model,
                      const ReferencePolicy& reference, const std::vector<EncodedGroup>& groups) {
  Hasher hasher;
  hasher.update(fmt::format("reference-1 {} {} {} ", weights, reference.fingerprint,
                            c10::toString(model.dtype())));
  for (const EncodedGroup& group : groups) hash_tokens(group, hasher);
  return hasher.hex();
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
    const auto values = std::span(stored.const_data_ptr<float>(), static_cast<size_t>(branches));
    const double gap = spot_check(model, reference, pointers(groups), values);
    if (is_rounding(gap, model)) return stored;
    say(fmt::format("{}: differs from a fresh computation by {:.2g} per token; computed again",
                    path.string(), gap));
  } catch (const Error& e) {
    say(fmt::format("{}; computed again", e.what()));
  }
  return {};
}

// What micro-batches of another device or size give may differ in the last bits.
std::string unfinished_key(const std::string& key, const Transformer& model, int64_t token_budget) {
  return hash_hex(fmt::format("unfinished reference 1 {} {} {}", key, token_budget,
                              c10::DeviceTypeName(model.device().type(), /*lower_case=*/true)));
}

// score_groups, which goes on with what a process that ended early left in `unfinished`: the same
// micro-batches, so the same bits.
at::Tensor score_in_parts(const Transformer& model, const std::vector<const EncodedGroup*>& groups,
                          const Adapter* adapter, int64_t token_budget, ReferenceFiles& unfinished,
                          const std::function<void(int64_t)>& progress) {
  const auto offsets = branch_offsets(groups);
  at::Tensor sums = at::empty({offsets.back()}, at::kFloat);
  float* const out = sums.data_ptr<float>();
  const auto name = [](int64_t group) { return hash_hex(std::to_string(group)); };
  const auto compute = [&](const std::vector<int64_t>& part) {
    std::vector<const EncodedGroup*> members;
    for (const int64_t group : part) members.push_back(groups[static_cast<size_t>(group)]);
    const at::Tensor scores = score_groups(model, members, adapter, token_budget);
    const float* next = scores.const_data_ptr<float>();
    for (size_t i = 0; i < part.size(); ++i) {
      unfinished.add(name(part[i]), {next, members[i]->branches.size()});
      next += members[i]->branches.size();
    }
  };
  int64_t done = 0, next_flush = kGroupsPerFile;
  for (const auto& part : plan_micro_batches(token_lengths(groups), token_budget)) {
    if (unfinished.find(name(part.front())) == nullptr) compute(part);
    for (const int64_t group : part) {
      std::ranges::copy(*unfinished.find(name(group)), out + offsets[static_cast<size_t>(group)]);
    }
    done += static_cast<int64_t>(part.size());
    if (progress) progress(done);
    if (done >= next_flush) {
      unfinished.flush();
      next_flush = done + kGroupsPerFile;
    }
  }
  return sums;
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
  ReferenceFiles unfinished(directory, unfinished_key(key, model, token_budget), say);
  at::Tensor sums;
  try {
    sums = score_in_parts(model, all, reference.adapter.get(), token_budget, unfinished, progress);
  } catch (const Stopped&) {
    unfinished.flush();
    throw;
  }
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) fail("{}: cannot create: {}", directory.string(), error.message());
  const auto values = std::span(sums.const_data_ptr<float>(), static_cast<size_t>(branches));
  write_file_atomic(path, safetensors_bytes({{"logps", "F32", {branches}, std::as_bytes(values)}},
                                            {{"key", key}, {"reference", reference.name}}));
  unfinished.discard();
  return sums;
}

}  // namespace braid

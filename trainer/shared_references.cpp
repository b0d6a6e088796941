#include "trainer/shared_references.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "base/error.h"
#include "base/stop.h"
#include "trainer/reference_files.h"
#include "trainer/reference_values.h"

namespace braid {
namespace {

// The device counts: its kernels decide the last bits.
std::string policy_key(const std::string& weights, const Transformer& model,
                       const ReferencePolicy& reference) {
  return hash_hex(fmt::format("shared reference 1 {} {} {} {}", weights, reference.fingerprint,
                              c10::toString(model.dtype()),
                              c10::DeviceTypeName(model.device().type(), /*lower_case=*/true)));
}

std::vector<std::string> keys_of(const std::vector<EncodedGroup>& groups) {
  std::vector<std::string> keys;
  for (const EncodedGroup& group : groups) {
    Hasher hasher;
    hash_tokens(group, hasher);
    keys.push_back(hasher.hex());
  }
  return keys;
}

// How many of the groups are in the files; none when these hold something else than the model
// computes, and then they are removed.
int64_t check_known(const Transformer& model, const ReferencePolicy& reference,
                    const std::vector<EncodedGroup>& groups, const std::vector<std::string>& keys,
                    ReferenceFiles& files, const std::function<void(std::string)>& say) {
  std::vector<const EncodedGroup*> known;
  std::vector<float> stored;
  for (size_t i = 0; i < groups.size(); ++i) {
    const auto* values = files.find(keys[i]);
    if (values == nullptr) continue;
    known.push_back(&groups[i]);
    stored.insert(stored.end(), values->begin(), values->end());
  }
  const double gap = spot_check(model, reference, known, stored);
  if (is_rounding(gap, model)) return static_cast<int64_t>(known.size());
  say(fmt::format(
      "shared reference: differs from a fresh computation by {:.2g} per token; computed again",
      gap));
  files.discard();
  return 0;
}

}  // namespace

SharedLogps shared_reference_logps(const std::filesystem::path& directory,
                                   const std::string& weights_fingerprint, const Transformer& model,
                                   const ReferencePolicy& reference,
                                   const std::vector<EncodedGroup>& groups,
                                   const std::function<void(std::string)>& say,
                                   const std::function<void(int64_t)>& progress) {
  const auto keys = keys_of(groups);
  const auto offsets = branch_offsets(pointers(groups));
  ReferenceFiles files(directory, policy_key(weights_fingerprint, model, reference), say);
  SharedLogps result;
  result.reused = check_known(model, reference, groups, keys, files, say);
  result.sums = at::empty({offsets.back()}, at::kFloat);
  float* const sums = result.sums.data_ptr<float>();
  int64_t computed = 0;
  const auto compute = [&](size_t i) {
    const at::Tensor fresh = score_groups(model, {&groups[i]}, reference.adapter.get(), 1);
    files.add(keys[i], {fresh.const_data_ptr<float>(), groups[i].branches.size()});
    if (++computed % kGroupsPerFile == 0) files.flush();
    if (progress) progress(static_cast<int64_t>(i) + 1);
  };
  try {
    for (size_t i = 0; i < groups.size(); ++i) {
      if (files.find(keys[i]) == nullptr) compute(i);
      std::ranges::copy(*files.find(keys[i]), sums + offsets[i]);
    }
  } catch (const Stopped&) {
    files.flush();
    throw;
  }
  files.flush();
  return result;
}

}  // namespace braid

// The reference policy: the frozen base, a frozen copy of the starting adapter, or a named adapter;
// and its answers' log-probabilities, kept on disk under a key of weights, adapter, precision and
// tokens.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/transformer.h"
#include "trainer/configuration.h"
#include "trainer/scoring.h"

namespace braid {

struct ReferencePolicy {
  std::string name;                  // "base", "initial" or the path
  std::string fingerprint;           // of its adapter; "base" without one
  std::shared_ptr<Adapter> adapter;  // null: the base
};

// `initial` is the adapter training starts from; it is copied when the reference is "initial".
ReferencePolicy make_reference(const std::string& name, const ModelConfig& config,
                               const Adapter& initial, c10::Device device);

// Log-probabilities of every branch of `groups`, from the cache file in `directory` when its key
// matches, else computed and stored there. Reused values are spot-checked: a few groups are scored
// again, and a difference beyond what another packing can cause (1e-3 per token in fp32, 5e-2 in
// bf16) discards the file with a word to `say`. What a process that ended early had computed is
// used by the next one, with the same result.
at::Tensor reference_logps(const std::filesystem::path& directory,
                           const std::string& weights_fingerprint, const Transformer& model,
                           const ReferencePolicy& reference,
                           const std::vector<EncodedGroup>& groups, int64_t token_budget,
                           const std::function<void(std::string)>& say,
                           const std::function<void(int64_t)>& progress = {});

}  // namespace braid

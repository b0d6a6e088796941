// Log-probabilities of a reference that several runs share, one by one.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "trainer/reference.h"

namespace braid {

struct SharedLogps {
  at::Tensor sums;     // [branches of the groups] float32, on the CPU
  int64_t reused = 0;  // groups that were there already
};

// Log-probabilities of every branch of `groups`. What `directory` does not hold yet is computed and
// added to it; processes may do so at the same time. Unlike in reference_logps (reference.h) every
// group is scored in a micro-batch of its own: in floating point its value depends on what it is
// packed with, and must not depend on which run came first. Reused values are spot-checked as
// there; a process that ends early leaves what it computed. `progress` is called with the number of
// groups done when one has been computed.
SharedLogps shared_reference_logps(const std::filesystem::path& directory,
                                   const std::string& weights_fingerprint, const Transformer& model,
                                   const ReferencePolicy& reference,
                                   const std::vector<EncodedGroup>& groups,
                                   const std::function<void(std::string)>& say,
                                   const std::function<void(int64_t)>& progress = {});

}  // namespace braid

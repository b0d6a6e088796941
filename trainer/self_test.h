// Checks at the start of training, on the first groups of the run: a wrong reference, a frozen
// adapter or a broken head shows here and not after hours.
#pragma once

#include <string>

#include "trainer/reference.h"
#include "trainer/step.h"

namespace braid {

// True when the adapter computes what the reference does: a fresh adapter on the base, or a
// reference that is a copy of the starting adapter.
bool policy_equals_reference(const Adapter& adapter, const ReferencePolicy& reference);

// - With a policy that equals its reference, the log-probabilities of both agree and the preference
//   loss has its closed-form value.
// - Every adapted linear gets a gradient, and all gradients are finite.
// Returns one line for the user; Error that says what failed and what it means. Leaves the
// gradient zeroed.
std::string run_self_test(const StepContext& context, const ReferencePolicy& reference);

}  // namespace braid

// Where a run computes: it may change between two starts, and moves the last bits.
#pragma once

#include <c10/core/Device.h>

#include "base/json.h"

namespace braid {

// {"device": with the number of threads in use, "instructions": of the processor}.
Json run_environment(c10::Device device);

}  // namespace braid

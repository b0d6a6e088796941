// Pairs to look at: some that train, and some of every reason to be dropped.
#pragma once

#include <string>

#include "data/preparation/preparation.h"

namespace braid {

// HTML. Which ones are shown is decided by a hash of their content.
std::string example_cards(const Preparation& preparation);

}  // namespace braid

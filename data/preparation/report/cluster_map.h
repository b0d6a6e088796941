// The clusters of prompts on a plane, and what stands in them.
#pragma once

#include <string>

#include "data/preparation/preparation.h"

namespace braid {

// HTML: a map of the cluster centres (first two principal components; area: pairs; shade: share
// that trains) and a table with the prompts nearest to each centre. At most the 200 largest
// clusters. Empty when nothing was clustered.
std::string cluster_map(const Preparation& preparation);

}  // namespace braid

// report.html of prepared data.
#pragma once

#include <string>

#include "base/json.h"
#include "data/preparation/preparation.h"

namespace braid {

// A page that stands alone. `summary` is that of `summarize`, with "outputs" beside.
std::string preparation_report(const Preparation& preparation, const Json& summary);

}  // namespace braid

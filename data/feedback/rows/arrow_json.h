// Values of Arrow arrays as JSON.
#pragma once

#include "base/json.h"

namespace arrow {
class Array;
}

namespace braid {

// The value at `index`. Lists become lists, structs and maps with text keys objects, dates, times
// and decimals text. NaN is null: tables write absent numbers so. Text that is not UTF-8 and types
// without a meaning here are Errors.
Json arrow_to_json(const arrow::Array& array, int64_t index);

}  // namespace braid

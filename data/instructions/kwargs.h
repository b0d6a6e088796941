// Members that several types of instructions have. All are required: where the official checker
// would draw a random value, there is an Error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace braid {

// "at least" or "less than" a count.
class Threshold {
 public:
  Threshold(bool at_least, size_t count) : at_least_(at_least), count_(count) {}
  bool holds(size_t count) const { return (count >= count_) == at_least_; }

 private:
  bool at_least_;
  size_t count_;
};

size_t read_count(ObjectReader& kwargs, const std::string& key, int64_t smallest = 0);
Threshold read_threshold(ObjectReader& kwargs, const std::string& count_key,
                         const std::string& relation_key);

// Without whitespace at the ends; not blank and at most 256 bytes, which bounds the search for it.
std::string read_phrase(ObjectReader& kwargs, const std::string& key);
std::vector<std::string> read_phrases(ObjectReader& kwargs, const std::string& key);  // 1 to 64

}  // namespace braid

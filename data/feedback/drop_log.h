// What was left out while a source was read: one entry per row and reason.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "data/feedback/comparison.h"

namespace braid {

enum class DropStage : uint8_t {
  kRow,       // the whole row, malformed ones included
  kSet,       // a comparison
  kResponse,  // an answer of a comparison
};
std::string_view name_of(DropStage stage);  // "row", "comparison", "answer"

class DropLog {
 public:
  struct Entry {
    RowRef where;
    uint32_t reason;  // see `reason`
    uint32_t count;   // how many of this row
    DropStage stage;
  };

  void add(DropStage stage, RowRef where, std::string_view reason, int64_t count = 1);

  const std::vector<Entry>& entries() const { return entries_; }
  const std::string& reason(const Entry& entry) const { return *reasons_[entry.reason]; }

 private:
  std::vector<Entry> entries_;
  std::map<std::string, uint32_t, std::less<>> numbers_;
  std::vector<const std::string*> reasons_;  // keys of numbers_
};

}  // namespace braid

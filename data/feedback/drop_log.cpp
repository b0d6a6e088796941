#include "data/feedback/drop_log.h"

#include <array>

namespace braid {

std::string_view name_of(DropStage stage) {
  static constexpr std::array<std::string_view, 3> kNames = {"row", "comparison", "answer"};
  return kNames.at(static_cast<size_t>(stage));
}

void DropLog::add(DropStage stage, RowRef where, std::string_view reason, int64_t count) {
  auto found = numbers_.find(reason);
  if (found == numbers_.end()) {
    found = numbers_.emplace(reason, static_cast<uint32_t>(reasons_.size())).first;
    reasons_.push_back(&found->first);
  }
  entries_.push_back({where, found->second, static_cast<uint32_t>(count), stage});
}

}  // namespace braid

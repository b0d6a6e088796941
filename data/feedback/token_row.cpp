// Rows of token ids, taken as they are.
#include <limits>

#include "base/error.h"
#include "data/feedback/row_forms.h"

namespace braid {
namespace {

std::vector<int32_t> read_ids(Row& row, const std::string& key) {
  const Json* list = row.fields.find(key);
  if (list == nullptr) row.fields.error(key, "is missing");
  if (!list->is_array()) {
    row.fields.error(key,
                     fmt::format("expected a list of token ids, got type {}", list->type_name()));
  }
  std::vector<int32_t> ids;
  ids.reserve(list->size());
  for (const Json& value : *list) {
    if (!value.is_number_unsigned() ||
        value.get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int32_t>::max())) {
      row.fields.error(fmt::format("{}[{}]", key, ids.size()),
                       fmt::format("expected a token id, got {}",
                                   value.is_number() ? value.dump() : value.type_name()));
    }
    ids.push_back(value.get<int32_t>());
  }
  return ids;
}

}  // namespace

std::string_view read_token_row(Row& row, FeedbackRecord& record) {
  for (const char* text : {"chosen", "rejected", "completion", "messages"}) {
    if (row.fields.has(text)) {
      row.fields.error(text, "text and token ids in one row; keep one of them");
    }
  }
  record.pretokenised = true;
  record.prompt_ids = read_ids(row, "prompt_ids");
  record.chosen_ids = read_ids(row, "chosen_ids");
  const bool pair = row.fields.has("rejected_ids");
  if (pair) record.rejected_ids = read_ids(row, "rejected_ids");
  if (record.prompt_ids.empty()) return "empty prompt";
  if (record.chosen_ids.empty() || (pair && record.rejected_ids.empty())) return "empty answer";
  return record.chosen_ids == record.rejected_ids ? "chosen equals rejected" : "";
}

}  // namespace braid

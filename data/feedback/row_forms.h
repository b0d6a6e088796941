// One reader per family of row forms. Each fills prompt and answers of `record` and returns the
// reason why the row is dropped, or an empty view when it is kept; malformed members throw.
#pragma once

#include <string_view>

#include "data/feedback/conversation.h"
#include "data/feedback/records.h"

namespace braid {

std::string_view read_pair_row(Row& row, FeedbackRecord& record);
std::string_view read_demonstration_row(Row& row, FeedbackRecord& record);
std::string_view read_token_row(Row& row, FeedbackRecord& record);

}  // namespace braid

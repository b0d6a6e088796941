// From records to encoded groups, and the split into training and held-out groups.
#include "data/batches/groups.h"

#include <algorithm>

#include "base/error.h"
#include "base/hash.h"

namespace braid {
namespace {

using Ids = std::vector<int32_t>;

std::string where_of(const FeedbackRecord& record) {
  return fmt::format("{}:{}", record.where.file, record.where.line);
}

void check_ids(const Ids& ids, const char* field, const FeedbackRecord& record, int32_t vocab) {
  const auto bad =
      std::find_if(ids.begin(), ids.end(), [&](int32_t id) { return id < 0 || id >= vocab; });
  if (bad == ids.end()) return;
  fail("{}: {}[{}]: token id {} is outside the model's vocabulary of {}; encode with its tokenizer",
       where_of(record), field, bad - ids.begin(), *bad, vocab);
}

EncodedGroup take_ids(const FeedbackRecord& record, int32_t vocab) {
  check_ids(record.prompt_ids, "prompt_ids", record, vocab);
  check_ids(record.chosen_ids, "chosen_ids", record, vocab);
  check_ids(record.rejected_ids, "rejected_ids", record, vocab);
  EncodedGroup group;
  group.prompt = record.prompt_ids;
  group.branches.push_back(record.chosen_ids);
  if (record.is_pair()) group.branches.push_back(record.rejected_ids);
  return group;
}

EncodedGroup encode_text(const FeedbackRecord& record, const ChatTemplate& chat) {
  try {
    EncodedGroup group;
    group.prompt = chat.render(record.prompt, true);
    group.branches.push_back(chat.render_answer(record.chosen));
    if (record.is_pair()) group.branches.push_back(chat.render_answer(*record.rejected));
    return group;
  } catch (const Error& error) {  // the tokenizer does not know which row it works on
    fail("{}: {}", where_of(record), error.what());
  }
}

bool has_equal_answers(const EncodedGroup& group) {
  return group.branches.size() == 2 && group.branches[0] == group.branches[1];
}

// Cuts the answers to the limits and returns why the group is dropped, or an empty view.
std::string_view apply_limits(EncodedGroup& group, const EncodeLimits& limits,
                              int64_t& truncated_answers) {
  const auto prompt_length = static_cast<int64_t>(group.prompt.size());
  if (prompt_length == 0) return "empty prompt";
  if (limits.max_prompt_length > 0 && prompt_length > limits.max_prompt_length) {
    return "prompt too long";
  }
  if (prompt_length >= limits.max_length) return "prompt too long";  // no token left for an answer
  if (has_equal_answers(group)) return "equal after encoding";
  const auto room = static_cast<size_t>(limits.max_length - prompt_length);
  int64_t cut = 0;
  for (Ids& branch : group.branches) {
    if (branch.empty()) return "empty answer";
    if (branch.size() <= room) continue;
    branch.resize(room);
    branch.shrink_to_fit();
    ++cut;
  }
  if (has_equal_answers(group)) return "equal after truncation";
  truncated_answers += cut;
  return {};
}

std::string prompt_key(const Ids& prompt) {
  return hash_hex({reinterpret_cast<const char*>(prompt.data()), prompt.size() * sizeof(int32_t)});
}

}  // namespace

int64_t EncodedGroup::tokens() const {
  return static_cast<int64_t>(prompt.size()) + scored_tokens();
}

int64_t EncodedGroup::scored_tokens() const {
  int64_t total = 0;
  for (const auto& branch : branches) total += static_cast<int64_t>(branch.size());
  return total;
}

std::vector<EncodedGroup> encode_records(const std::vector<FeedbackRecord>& records,
                                         const Tokenizer& tokenizer, const ChatTemplate& chat,
                                         const EncodeLimits& limits, EncodeReport& report) {
  BRAID_ASSERT(limits.max_length > 0 && limits.max_prompt_length >= 0);
  std::vector<EncodedGroup> groups;
  groups.reserve(records.size());
  for (const FeedbackRecord& record : records) {
    EncodedGroup group =
        record.pretokenised ? take_ids(record, tokenizer.vocab_size()) : encode_text(record, chat);
    const std::string_view dropped = apply_limits(group, limits, report.truncated_answers);
    if (!dropped.empty()) {
      ++report.dropped[std::string(dropped)];
      continue;
    }
    group.margin = record.margin;
    group.weight = record.weight;
    group.source = record.source;
    group.where = record.where;
    group.key = prompt_key(group.prompt);
    groups.push_back(std::move(group));
  }
  report.groups += static_cast<int64_t>(groups.size());
  return groups;
}

bool is_held_out(const EncodedGroup& group, double fraction, uint64_t seed) {
  BRAID_ASSERT(fraction >= 0 && fraction < 1);
  return static_cast<double>(hash64(group.key, seed) >> 11) * 0x1p-53 < fraction;
}

}  // namespace braid

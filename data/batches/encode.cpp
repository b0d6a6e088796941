// Encoding on all cores, in the order of the records.
#include "data/batches/encode.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/parallel.h"
#include "data/text/comparison.h"

namespace braid {
namespace {

using Ids = std::vector<int32_t>;

// Small enough to keep all threads busy to the end, large enough to make handing out cheap.
constexpr size_t kRecordsAtOnce = 64;

std::string where_of(const FeedbackRecord& record) {
  return fmt::format("{}:{}", record.where.file, record.where.line);
}

void check_ids(const Ids& ids, const char* field, const FeedbackRecord& record, int64_t vocab) {
  const auto bad = std::ranges::find_if(ids, [&](int32_t id) { return id < 0 || id >= vocab; });
  if (bad == ids.end()) return;
  fail("{}: {}[{}]: token id {} is outside the model's vocabulary of {}; encode with its tokenizer",
       where_of(record), field, bad - ids.begin(), *bad, vocab);
}

void check_text_ids(const GroupTokens& group, const FeedbackRecord& record, int64_t vocab) {
  const auto check = [&](const Ids& ids) {
    for (const int32_t id : ids) {
      if (id >= 0 && id < vocab) continue;
      fail(
          "{}: token id {} is not below {}, the model's vocabulary; does the tokenizer belong to "
          "this model?",
          where_of(record), id, vocab);
    }
  };
  check(group.prompt);
  std::ranges::for_each(group.branches, check);
}

bool has_equal_answers(const GroupTokens& group) {
  return group.branches.size() == 2 && group.branches[0] == group.branches[1];
}

// What one thread does with its records.
class Encoder {
 public:
  Encoder(const ChatTemplate* chat, int64_t vocab_size, const EncodeLimits& limits)
      : chat_(chat), vocab_size_(vocab_size), limits_(limits) {}

  void encode(const FeedbackRecord& record) {
    GroupTokens group;
    moved_ = differs_ = false;
    std::string_view drop =
        record.pretokenised ? take_ids(record, group) : encode_text(record, group);
    if (drop.empty()) drop = apply_limits(group);
    if (!drop.empty()) {
      ++report.dropped[std::string(drop)];
      return;
    }
    group.margin = record.margin;
    group.weight = record.weight;
    group.source = record.source;
    group.where = record.where;
    ++report.groups;
    groups.push_back(std::move(group));
  }

  std::vector<GroupTokens> groups;
  EncodeReport report;

 private:
  std::string_view take_ids(const FeedbackRecord& record, GroupTokens& group) const {
    check_ids(record.prompt_ids, "prompt_ids", record, vocab_size_);
    check_ids(record.chosen_ids, "chosen_ids", record, vocab_size_);
    check_ids(record.rejected_ids, "rejected_ids", record, vocab_size_);
    group.prompt = record.prompt_ids;
    group.branches.push_back(record.chosen_ids);
    if (record.is_pair()) group.branches.push_back(record.rejected_ids);
    group.key = prompt_key(group.prompt);
    return {};
  }

  std::string_view encode_text(const FeedbackRecord& record, GroupTokens& group) {
    BRAID_ASSERT(chat_ != nullptr);
    std::vector<std::string> answers = {record.chosen};
    if (record.is_pair()) answers.push_back(*record.rejected);
    try {
      EncodedComparison encoded = encode_comparison(*chat_, record.prompt, record.tools, answers);
      if (!encoded.flaw.empty()) return encoded.flaw;
      moved_ = encoded.boundary_moved;
      differs_ = encoded.generation_prompt_differs;
      group.key = prompt_key(encoded.full_prompt);
      group.prompt = std::move(encoded.prompt);
      group.branches = std::move(encoded.answers);
    } catch (const TemplateRefusal&) {
      return "template refuses the conversation";
    } catch (const Error& error) {  // neither tokenizer nor template knows which row it works on
      fail("{}: {}", where_of(record), error.what());
    }
    check_text_ids(group, record, vocab_size_);
    return {};
  }

  // Cuts the answers to the limits and returns why the group is dropped, or an empty view.
  std::string_view apply_limits(GroupTokens& group) {
    const auto prompt_length = static_cast<int64_t>(group.prompt.size());
    if (prompt_length == 0) return "empty prompt";
    if (limits_.max_prompt_length > 0 && prompt_length > limits_.max_prompt_length) {
      return "prompt too long";
    }
    if (prompt_length >= limits_.max_length) return "prompt too long";  // no room for an answer
    if (has_equal_answers(group)) return "equal after encoding";
    const auto room = static_cast<size_t>(limits_.max_length - prompt_length);
    int64_t cut = 0;
    for (Ids& branch : group.branches) {
      if (branch.empty()) return "empty answer";
      if (branch.size() <= room) continue;
      branch.resize(room);
      ++cut;
    }
    if (has_equal_answers(group)) return "equal after truncation";
    report.truncated_answers += cut;
    report.moved_boundaries += moved_;
    report.generation_prompt_differs += differs_;
    return {};
  }

  const ChatTemplate* chat_;
  int64_t vocab_size_;
  const EncodeLimits& limits_;
  bool moved_ = false, differs_ = false;  // of the record at hand
};

}  // namespace

void EncodeReport::add(const EncodeReport& other) {
  groups += other.groups;
  truncated_answers += other.truncated_answers;
  moved_boundaries += other.moved_boundaries;
  generation_prompt_differs += other.generation_prompt_differs;
  for (const auto& [reason, count] : other.dropped) dropped[reason] += count;
}

Json EncodeReport::to_json() const {
  return {{"groups", groups},
          {"truncated_answers", truncated_answers},
          {"moved_boundaries", moved_boundaries},
          {"generation_prompt_differs", generation_prompt_differs},
          {"dropped", dropped}};
}

EncodeReport EncodeReport::from_json(const Json& json, const std::string& where) {
  ObjectReader reader(json, where);
  EncodeReport report;
  report.groups = reader.require_integer("groups");
  report.truncated_answers = reader.require_integer("truncated_answers");
  report.moved_boundaries = reader.require_integer("moved_boundaries");
  report.generation_prompt_differs = reader.require_integer("generation_prompt_differs");
  report.dropped = reader.counts("dropped");
  return report;
}

std::vector<GroupTokens> encode_records(std::span<const FeedbackRecord> records,
                                        const ChatTemplate* chat, int64_t vocab_size,
                                        const EncodeLimits& limits, size_t threads,
                                        EncodeReport& report) {
  BRAID_ASSERT(limits.max_length > 0 && limits.max_prompt_length >= 0);
  const size_t parts = (records.size() + kRecordsAtOnce - 1) / kRecordsAtOnce;
  std::vector<std::optional<Encoder>> encoders(parts);
  parallel_for(parts, threads, [&](size_t part) {
    Encoder& encoder = encoders[part].emplace(chat, vocab_size, limits);
    const size_t begin = part * kRecordsAtOnce;
    const size_t count = std::min(kRecordsAtOnce, records.size() - begin);
    for (const FeedbackRecord& record : records.subspan(begin, count)) encoder.encode(record);
  });
  std::vector<GroupTokens> groups;
  groups.reserve(records.size());
  for (auto& encoder : encoders) {
    report.add(encoder->report);
    std::ranges::move(encoder->groups, std::back_inserter(groups));
    encoder.reset();
  }
  return groups;
}

}  // namespace braid

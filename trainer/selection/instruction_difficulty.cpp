#include "trainer/selection/instruction_difficulty.h"

#include <ATen/ATen.h>

#include "base/error.h"
#include "data/batches/group_store.h"
#include "trainer/progress.h"
#include "trainer/scoring.h"

namespace braid {
namespace {

constexpr double kNotEncoded = -1e9;

std::vector<FeedbackRecord> to_records(std::span<const Candidate> candidates) {
  std::vector<FeedbackRecord> records(candidates.size());
  for (size_t i = 0; i < candidates.size(); ++i) {
    records[i].prompt = {{"user", std::string(candidates[i].prompt)}};
    records[i].chosen = candidates[i].chosen;
    records[i].source = candidates[i].source;
    records[i].where = {"candidate", static_cast<int64_t>(i)};
  }
  return records;
}

// The same answers without their prompts.
std::vector<GroupTokens> answers_alone(const std::vector<GroupTokens>& groups, int32_t start) {
  std::vector<GroupTokens> alone = groups;
  for (GroupTokens& group : alone) {
    group.prompt = {start};
    group.key.clear();
  }
  return alone;
}

// Per group: the mean log-probability per token of its only branch.
std::vector<double> mean_logps(const Transformer& model, std::vector<GroupTokens> tokens,
                               int64_t token_budget, const char* what) {
  const GroupStore store = make_store(std::move(tokens));
  const auto& groups = store.groups();
  Progress progress(what, static_cast<int64_t>(groups.size()));
  const at::Tensor sums = score_groups(model, pointers(groups), nullptr, token_budget,
                                       [&](int64_t done) { progress.update(done); });
  std::vector<double> means;
  for (size_t i = 0; i < groups.size(); ++i) {
    means.push_back(static_cast<double>(sums.const_data_ptr<float>()[i]) /
                    static_cast<double>(groups[i].branches[0].size()));
  }
  return means;
}

}  // namespace

InstructionDifficulty::InstructionDifficulty(const Transformer& model, const ChatTemplate& chat,
                                             const EncodeLimits& limits, int64_t token_budget)
    : model_(model), chat_(chat), limits_(limits), token_budget_(token_budget) {}

std::vector<double> InstructionDifficulty::score(std::span<const Candidate> candidates) const {
  EncodeReport report;
  const auto records = to_records(candidates);
  const auto groups =
      encode_records(records, &chat_, model_.config().vocab_size, limits_, /*threads=*/0, report);
  const auto start = chat_.tokenizer().special().bos.value_or(chat_.stop_token());
  const auto alone =
      mean_logps(model_, answers_alone(groups, start), token_budget_, "answers alone");
  const auto given = mean_logps(model_, groups, token_budget_, "answers to their prompts");
  std::vector<double> scores(candidates.size(), kNotEncoded);
  for (size_t i = 0; i < groups.size(); ++i) {
    const double ratio = given[i] / std::min(alone[i], -1e-6);
    scores[static_cast<size_t>(groups[i].where.line)] = ratio <= 1 ? ratio : 1 - ratio;
  }
  return scores;
}

}  // namespace braid

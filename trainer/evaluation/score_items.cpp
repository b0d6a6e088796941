#include "trainer/evaluation/score_items.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "trainer/scoring.h"

namespace braid {
namespace {

// The branches of a micro-batch, in order.
std::vector<OptionScore> option_scores(const Scores& scores, const PackedBatch& batch) {
  const at::Tensor sums = scores.sums.cpu();
  const at::Tensor correct = scores.tokens.correct.to(at::kLong).cpu();
  const at::Tensor hits =
      at::zeros({batch.branches()}, at::kLong).index_add_(0, batch.branch_of, correct);
  std::vector<OptionScore> options;
  for (int64_t i = 0; i < batch.branches(); ++i) {
    const int64_t length = batch.branch_lengths[static_cast<size_t>(i)];
    options.push_back({static_cast<double>(sums.const_data_ptr<float>()[i]), length, 0,
                       hits.const_data_ptr<int64_t>()[i] == length});
  }
  return options;
}

// What the head sees behind the prompts of items that compare them, by group.
class PromptRows {
 public:
  explicit PromptRows(const EncodedItems& items) {
    for (const TaskItem& item : items.items) {
      for (size_t i = 0; i < item.prompts.size(); ++i)
        wanted_.push_back(item.compare_next && i < 2);
    }
    rows_.resize(wanted_.size());
  }

  // A prompt's last row is the first scored one of its first branch.
  void take(const std::vector<int64_t>& part, const Scores& scores, const PackedBatch& batch) {
    int64_t row = 0;
    size_t branch = 0;
    for (size_t g = 0; g < part.size(); ++g) {
      const auto group = static_cast<size_t>(part[g]);
      if (wanted_[group]) rows_[group] = scores.rows[row].clone();
      for (; branch < static_cast<size_t>(batch.group_begin[g + 1]); ++branch) {
        row += batch.branch_lengths[branch];
      }
    }
  }

  // KL(second || first), nats.
  double divergence(const Transformer& model, size_t first, size_t second) const {
    const auto logps = [&](size_t group) {
      return model.logits(rows_[group]).to(at::kDouble).log_softmax(0);
    };
    const at::Tensor p1 = logps(first), p2 = logps(second);
    return at::sum(p2.exp() * (p2 - p1)).item<double>();
  }

 private:
  std::vector<bool> wanted_;
  std::vector<at::Tensor> rows_;
};

}  // namespace

std::vector<ScoredItem> score_items(const Transformer& model, const EncodedItems& items,
                                    const Adapter* adapter, int64_t token_budget,
                                    const std::function<void(int64_t)>& progress) {
  const auto groups = pointers(items.store.groups());
  std::vector<std::vector<OptionScore>> by_group(groups.size());
  PromptRows prompt_rows(items);
  const auto take = [&](const std::vector<int64_t>& part, const Scores& scores,
                        const PackedBatch& batch) {
    prompt_rows.take(part, scores, batch);
    const auto options = option_scores(scores, batch);
    auto next = options.begin();
    for (const int64_t index : part) {
      const auto i = static_cast<size_t>(index);
      const auto end = next + static_cast<std::ptrdiff_t>(groups[i]->branches.size());
      by_group[i].assign(next, end);
      next = end;
    }
  };
  visit_scores(model, groups, adapter, token_budget, take, progress);

  std::vector<ScoredItem> scored;
  size_t group = 0;
  for (const TaskItem& item : items.items) {
    ScoredItem result;
    result.item = &item;
    if (item.compare_next) {
      const c10::NoGradGuard no_grad;
      result.divergence = prompt_rows.divergence(model, group, group + 1);
    }
    for (const PromptOptions& prompt : item.prompts) {
      auto& options = by_group[group++];
      for (size_t i = 0; i < options.size(); ++i) {
        options[i].bytes = static_cast<int64_t>(prompt.continuations[i].size());
        result.options.push_back(options[i]);
      }
    }
    scored.push_back(std::move(result));
  }
  return scored;
}

}  // namespace braid

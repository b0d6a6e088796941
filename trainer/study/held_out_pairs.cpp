#include "trainer/study/held_out_pairs.h"

#include <fmt/format.h>

#include <limits>

#include "base/error.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

fs::path file_in(const fs::path& directory) { return directory / "held_out_pairs.jsonl"; }

TaskItem item_of(const EncodedGroup& pair) {
  TaskItem item;
  item.id = fmt::format("{}:{}", pair.where.file, pair.where.line);
  item.cluster = pair.key;
  item.gold = {1, 0};
  const size_t chosen = pair.branches[0].size(), rejected = pair.branches[1].size();
  if (chosen != rejected) item.tags["longer"] = chosen > rejected ? "chosen" : "rejected";
  return item;
}

}  // namespace

void write_held_out_pairs(const fs::path& directory, const std::vector<EncodedGroup>& pairs,
                          const at::Tensor& policy, const at::Tensor& base) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) fail("{}: cannot create: {}", directory.string(), error.message());
  const float* const tuned = policy.const_data_ptr<float>();
  const float* const before = base.const_data_ptr<float>();
  StoredItems stored;
  for (size_t i = 0; i < pairs.size(); ++i) {
    ScoredItem scored;
    scored.item = &stored.items.emplace_back(item_of(pairs[i]));
    for (size_t b = 0; b < 2; ++b) {
      const double log_ratio = double{tuned[2 * i + b]} - before[2 * i + b];
      scored.options.push_back({log_ratio, static_cast<int64_t>(pairs[i].branches[b].size()), 0});
    }
    stored.scored.push_back(std::move(scored));
  }
  write_items(file_in(directory), stored.scored);
}

StoredItems read_held_out_pairs(const fs::path& directory) {
  return read_stored_items(file_in(directory));
}

Estimate length_gap(const ScoredItems& pairs) {
  const MetricSpec accuracy{
      "length_gap", make_metric("accuracy", ScoreBy::kSum), {}, {{"longer", "chosen", "rejected"}}};
  return bootstrap(accuracy, pairs, {});
}

double chosen_log_ratio(const ScoredItems& pairs) {
  if (pairs.empty()) return std::numeric_limits<double>::quiet_NaN();
  double sum = 0;
  for (const ScoredItem* pair : pairs) sum += pair->options[0].logp;
  return sum / static_cast<double>(pairs.size());
}

}  // namespace braid

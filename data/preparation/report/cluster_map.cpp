#include "data/preparation/report/cluster_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/html.h"
#include "data/preparation/report/principal_axes.h"
#include "data/preparation/summary.h"

namespace braid {
namespace {

constexpr size_t kOnMap = 200, kInTable = 30, kExamples = 3, kExampleCharacters = 110;
constexpr double kWidth = 1000, kHeight = 420, kMargin = 46, kLargestRadius = 34;

class Clusters {
 public:
  explicit Clusters(const Preparation& preparation)
      : pairs_(preparation.pairs), counts_(count_clusters(preparation.pairs)) {
    order_.resize(counts_.size());
    std::iota(order_.begin(), order_.end(), size_t{0});
    std::ranges::stable_sort(
        order_, [&](size_t a, size_t b) { return counts_[a].pairs > counts_[b].pairs; });
    find_examples();
  }

  std::string map() const;
  std::string list() const;

 private:
  void find_examples();
  std::string prompts(size_t cluster, const char* separator) const;

  const Prepared<PreparedPair>& pairs_;
  std::vector<ClusterCounts> counts_;
  std::vector<size_t> order_;                  // largest first
  std::vector<std::vector<size_t>> examples_;  // per cluster: pairs nearest to the centre
};

// Distinct prompts, nearest first.
void Clusters::find_examples() {
  examples_.resize(counts_.size());
  const auto& decisions = pairs_.selection.decisions;
  const auto nearer = [&](size_t a, size_t b) {
    if (decisions[a].distance != decisions[b].distance) {
      return decisions[a].distance < decisions[b].distance;
    }
    return pairs_.candidates[a].prompt < pairs_.candidates[b].prompt;
  };
  for (size_t i = 0; i < pairs_.size(); ++i) {
    if (decisions[i].cluster < 0) continue;
    auto& examples = examples_[static_cast<size_t>(decisions[i].cluster)];
    const auto same = [&](size_t other) {
      return pairs_.candidates[other].prompt == pairs_.candidates[i].prompt;
    };
    if (std::ranges::any_of(examples, same)) continue;
    examples.insert(std::upper_bound(examples.begin(), examples.end(), i, nearer), i);
    if (examples.size() > kExamples) examples.pop_back();
  }
}

std::string Clusters::prompts(size_t cluster, const char* separator) const {
  std::string text;
  for (const size_t i : examples_[cluster]) {
    if (!text.empty()) text += separator;
    text += html::excerpt(pairs_.candidates[i].prompt, kExampleCharacters);
  }
  return text;
}

std::string Clusters::map() const {
  const auto plane = principal_plane(pairs_.selection.centres);
  std::array<double, 2> low = plane[0], high = plane[0];
  for (const auto& point : plane) {
    for (size_t d = 0; d < 2; ++d) {
      low[d] = std::min(low[d], point[d]);
      high[d] = std::max(high[d], point[d]);
    }
  }
  const auto place = [&](size_t cluster, size_t d, double size) {
    const double width = high[d] - low[d];
    const double share = width > 0 ? (plane[cluster][d] - low[d]) / width : 0.5;
    return kMargin + share * (size - 2 * kMargin);
  };
  const auto largest = static_cast<double>(std::max<int64_t>(1, counts_[order_[0]].pairs));
  std::string text = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\">\n", kWidth, kHeight);
  for (size_t rank = 0; rank < std::min(kOnMap, order_.size()); ++rank) {
    const size_t cluster = order_[rank];
    const auto count = static_cast<double>(counts_[cluster].pairs);
    if (count == 0) continue;
    const double share = static_cast<double>(counts_[cluster].train) / count;
    text += fmt::format(
        "<g><title>cluster {}: {} pairs, {} train\n{}</title>"
        "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" fill=\"var(--after)\" "
        "fill-opacity=\"{:.2f}\" stroke=\"var(--after)\"/>"
        "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text></g>\n",
        cluster, counts_[cluster].pairs, counts_[cluster].train, prompts(cluster, "\n"),
        place(cluster, 0, kWidth), kHeight - place(cluster, 1, kHeight),
        4 + (kLargestRadius - 4) * std::sqrt(count / largest), 0.08 + 0.6 * share,
        place(cluster, 0, kWidth), kHeight - place(cluster, 1, kHeight) + 4, cluster);
  }
  return text + "</svg>\n";
}

std::string Clusters::list() const {
  std::vector<std::vector<std::string>> rows;
  for (size_t rank = 0; rank < std::min(kInTable, order_.size()); ++rank) {
    const size_t cluster = order_[rank];
    if (counts_[cluster].pairs == 0) continue;
    rows.push_back({std::to_string(cluster), prompts(cluster, "<br>"),
                    html::number(counts_[cluster].pairs), html::number(counts_[cluster].train)});
  }
  return html::table({"cluster", "prompts nearest to its centre", "pairs", "train"}, rows, 2);
}

}  // namespace

std::string cluster_map(const Preparation& preparation) {
  if (preparation.pairs.selection.centres.rows == 0) return "";
  const Clusters clusters(preparation);
  return clusters.map() + clusters.list();
}

}  // namespace braid

// From candidates to distinct prompts to clusters, and back.
#include "data/selection/prompt_clusters.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <tuple>

#include "base/error.h"
#include "base/hash.h"

namespace braid {
namespace {

constexpr double kMostClusters = 100;

struct PromptOf {
  uint64_t high;  // two hashes of the prompt: equal pairs are equal prompts
  uint64_t low;
  int64_t candidate;
};

std::vector<PromptOf> sorted_by_prompt(std::span<const Candidate> candidates,
                                       std::span<const int64_t> members) {
  std::vector<PromptOf> prompts;
  prompts.reserve(members.size());
  for (const int64_t i : members) {
    const std::string_view prompt = candidates[static_cast<size_t>(i)].prompt;
    prompts.push_back({hash64(prompt, 1), hash64(prompt, 2), i});
  }
  std::sort(prompts.begin(), prompts.end(), [](const PromptOf& a, const PromptOf& b) {
    return std::tie(a.high, a.low, a.candidate) < std::tie(b.high, b.low, b.candidate);
  });
  return prompts;
}

}  // namespace

Clustering cluster_prompts(std::span<const Candidate> candidates, std::span<const int64_t> members,
                           const PromptEmbedder& embedder, KMeansOptions options,
                           std::vector<Decision>& decisions) {
  const auto prompts = sorted_by_prompt(candidates, members);
  std::vector<std::string_view> texts;
  std::vector<size_t> text_of(prompts.size());
  for (size_t i = 0; i < prompts.size(); ++i) {
    const bool repeated =
        i > 0 && prompts[i].high == prompts[i - 1].high && prompts[i].low == prompts[i - 1].low;
    if (!repeated) texts.push_back(candidates[static_cast<size_t>(prompts[i].candidate)].prompt);
    text_of[i] = texts.size() - 1;
  }
  if (options.clusters == 0) {
    const double k = std::round(std::sqrt(static_cast<double>(texts.size()) / 2));
    options.clusters = static_cast<int64_t>(std::clamp(k, 1.0, kMostClusters));
  }
  const Matrix embeddings = embedder.embed(texts);
  BRAID_ASSERT(embeddings.rows == static_cast<int64_t>(texts.size()));
  Clustering clustering = cluster(embeddings, options);
  for (size_t i = 0; i < prompts.size(); ++i) {
    Decision& decision = decisions[static_cast<size_t>(prompts[i].candidate)];
    decision.cluster = clustering.labels[text_of[i]];
    decision.distance = clustering.distances[text_of[i]];
  }
  return clustering;
}

}  // namespace braid

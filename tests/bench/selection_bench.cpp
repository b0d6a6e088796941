// usage: bench_selection [PROMPTS] [THREADS] [CLUSTERS...]
//
// Times the parts of selection on generated pairs (250000 prompts, 2 threads, 50 and 200 clusters
// by default): prompts of 10 to 90 words about 300 topics, two answers each, 2 % repeated with a
// changed word. Prints seconds per part and the peak memory of the process, which includes the
// texts.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "base/random.h"
#include "data/selection/select.h"

namespace braid {
namespace {

constexpr uint64_t kSeed = 5;
constexpr uint64_t kTopics = 300;
constexpr uint64_t kTopicWords = 80;
constexpr uint64_t kCommonWords = 400;

struct Pair {
  std::string prompt, chosen, rejected;
  double margin = 0;
};

std::string word(uint64_t number) {
  std::string result;
  for (uint64_t rest = number + 20; rest > 0; rest /= 20) {
    result += "bcdfghklmnprstvwzxqj"[rest % 20];
    result += "aeiou"[(rest + number) % 5];
  }
  return result;
}

std::string text(uint64_t topic, uint64_t stream, uint64_t words) {
  std::string result;
  for (uint64_t i = 0; i < words; ++i) {
    // The square of a uniform number prefers the front of the list, as language does.
    const double u = random_unit(kSeed, stream, 2 * i);
    const bool common = random_unit(kSeed, stream, 2 * i + 1) < 0.6;
    const auto place = static_cast<uint64_t>(u * u * (common ? kCommonWords : kTopicWords));
    if (i > 0) result += ' ';
    result += word(common ? place : kCommonWords + topic * kTopicWords + place);
  }
  return result;
}

std::vector<Pair> generate(uint64_t count) {
  std::vector<Pair> pairs;
  pairs.reserve(count);
  for (uint64_t i = 0; i < count; ++i) {
    if (i % 50 == 49) {
      pairs.push_back(pairs[i / 2]);
      pairs.back().prompt += " again";
      continue;
    }
    const uint64_t topic = random_below(kSeed, i, 1 << 20, kTopics);
    const uint64_t words = 10 + random_below(kSeed, i, (1 << 20) + 1, 80);
    pairs.push_back({text(topic, 3 * i, words), text(topic, 3 * i + 1, 60),
                     text(topic, 3 * i + 2, 60), random_unit(kSeed, i, (1 << 20) + 2)});
  }
  return pairs;
}

double peak_mib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return std::strtod(line.c_str() + 6, nullptr) / 1024;
  }
  return 0;
}

double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

template <typename Work>
void report(const std::string& name, Work work) {
  const auto start = std::chrono::steady_clock::now();
  const double processor_start = processor_seconds();
  const std::string note = work();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::printf("%-24s %7.2f s  %7.2f s of processors  peak %5.0f MiB  %s\n", name.c_str(),
              seconds.count(), processor_seconds() - processor_start, peak_mib(), note.c_str());
  std::fflush(stdout);
}

std::string note_of(const Clustering& result) {
  return fmt::format("inertia {:.1f}, {} iterations over all", result.inertia, result.iterations);
}

void run(uint64_t count, int threads, const std::vector<int64_t>& clusters) {
  const auto pairs = generate(count);
  std::vector<Candidate> candidates;
  for (const Pair& pair : pairs) {
    candidates.push_back({pair.prompt, pair.chosen, pair.rejected, pair.margin, true, "made", {}});
  }
  report("texts", [] { return std::string(); });
  report("hygiene", [&] {
    std::vector<Decision> decisions(candidates.size());
    apply_hygiene(candidates, {}, {}, 0, threads, decisions);
    return fmt::format("{} kept", count_reasons(decisions)[0]);
  });
  {
    std::vector<std::string_view> prompts;
    for (const Candidate& candidate : candidates) prompts.push_back(candidate.prompt);
    HashedEmbedderOptions options;
    options.threads = threads;
    Matrix embeddings;
    report("embeddings", [&] {
      embeddings = HashedEmbedder(options).embed(prompts);
      return std::string();
    });
    for (const int64_t k : clusters) {
      KMeansOptions kmeans;
      kmeans.clusters = k;
      kmeans.threads = threads;
      report(fmt::format("k-means, {} clusters", k),
             [&] { return note_of(cluster(embeddings, kmeans)); });
      kmeans.sample = 0;
      kmeans.restarts = 1;
      report("  one start, all points", [&] { return note_of(cluster(embeddings, kmeans)); });
    }
  }
  for (const int64_t k : clusters) {
    SelectionConfig config;
    config.fraction = 0.4;
    config.clusters = k;
    config.threads = threads;
    report(fmt::format("selection, {} clusters", k), [&] {
      const auto counts = count_reasons(select_pairs(candidates, config).decisions);
      return fmt::format("{} kept", counts[0]);
    });
  }
}

}  // namespace
}  // namespace braid

int main(int argc, char** argv) {
  const auto number = [&](int i, int64_t fallback) {
    return argc > i ? std::max<int64_t>(1, std::atoll(argv[i])) : fallback;
  };
  std::vector<int64_t> clusters;
  for (int i = 3; i < argc; ++i) clusters.push_back(number(i, 1));
  if (clusters.empty()) clusters = {50, 200};
  braid::run(static_cast<uint64_t>(number(1, 250000)), static_cast<int>(number(2, 2)), clusters);
}

// The bytes are cut at 0x1e into texts: the first byte picks options, further ones make prompts,
// answers and an evaluation text in turn. Whatever they are, the decisions must keep their
// promises.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "data/selection/select.h"

namespace braid {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

std::vector<std::string_view> split(std::string_view bytes) {
  std::vector<std::string_view> texts;
  while (texts.size() < 256) {
    const size_t end = bytes.find('\x1e');
    texts.push_back(bytes.substr(0, end));
    if (end == std::string_view::npos) break;
    bytes.remove_prefix(end + 1);
  }
  return texts;
}

void check(uint8_t options, std::string_view bytes) {
  const auto texts = split(bytes);
  std::vector<Candidate> candidates;
  for (size_t i = 0; i + 3 <= texts.size(); i += 3) {
    const double margin = static_cast<double>(texts[i].size() % 5);
    const std::string_view source = texts[i].size() % 2 != 0 ? "odd" : "even";
    candidates.push_back({texts[i], texts[i + 1], texts[i + 2], margin, i % 4 != 0, source, {}});
  }
  SelectionConfig config;
  config.threads = 1;
  config.strategy = static_cast<Strategy>(options % 5);
  config.fraction = (options & 8) != 0 ? 0.5 : 1.0;
  config.ungraded = (options & 16) != 0 ? Ungraded::kKeep : Ungraded::kDiversity;
  config.clusters = (options & 32) != 0 ? 3 : 0;
  config.kmeans.restarts = 1;
  config.embedder.dimensions = 16;
  config.hygiene.max_seen_bytes = 256;
  config.hygiene.limits.max_controls = (options & 64) != 0 ? 1000 : 0;
  config.hygiene.near_duplicates.scope =
      (options & 128) != 0 ? DuplicateScope::kPrompt : DuplicateScope::kPair;
  const auto decisions = select_pairs(candidates, config, {&texts.back(), 1}).decisions;
  require(decisions.size() == candidates.size());
  for (const Decision& decision : decisions) {
    require(decision.rank >= 0 && decision.rank < 1);
    if (decision.reason != DropReason::kExactDuplicate &&
        decision.reason != DropReason::kNearDuplicate) {
      continue;
    }
    const DropReason other = decisions.at(static_cast<size_t>(decision.match)).reason;
    require(other == DropReason::kKept || other >= DropReason::kNearDuplicate);
  }
}

}  // namespace
}  // namespace braid

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  braid::check(data[0], {reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}

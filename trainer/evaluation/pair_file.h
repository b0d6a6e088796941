// pairs-<policy>.jsonl: every held-out pair with its scores under a policy.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "trainer/evaluation/pair_difference.h"
#include "trainer/preference_evaluation.h"

namespace braid {

// Where the file of a policy lies.
std::filesystem::path pair_file(const std::filesystem::path& directory, const std::string& policy);

// What a pair is, whatever file and line it was read from: hashes of the prompt and of the token
// ids of both answers. Another tokenizer or chat template makes other pairs of the same texts.
struct PairIdentity {
  std::string prompt, chosen, rejected;  // 32 hexadecimal digits each

  std::string name() const { return prompt + chosen + rejected; }
};

PairIdentity identity_of(const EncodedGroup& pair);
PairVerdict verdict_of(const PairResult& pair);

// One JSON line per pair: its identity, where it came from, lengths, log-probabilities, rewards,
// loss, whether it was judged right.
void write_pair_results(const std::filesystem::path& path, const PreferenceEvaluation& evaluation);

struct StoredPairs {
  std::vector<std::string> names;  // of identities
  std::vector<PairVerdict> verdicts;
};

// Error "file:line: member: what" for what is no such file, and for pairs without identities, which
// older versions wrote.
StoredPairs read_stored_pairs(const std::filesystem::path& path);

}  // namespace braid

// From feedback sources to the pairs and demonstrations that train, with everything that was
// decided on the way.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "data/feedback/convert.h"
#include "data/selection/select.h"

namespace braid {

struct PreparationConfig {
  Json sources = Json::array();  // docs/feedback.md describes their members
  // Evaluation sets, in the same form: prompts that contain one of their prompts do not train.
  Json protect = Json::array();
  double held_out = 0.1;      // fraction of prompt groups, in [0, 1)
  SelectionConfig selection;  // the shares of sources come from `sources`; its seed also splits

  // The sources, read. Errors: a source that cannot be read, two of one name.
  std::vector<Source> read_sources() const;
  std::vector<Source> read_protected() const;
};

struct PreparedPair {
  uint32_t source;  // index
  PreferencePair pair;
};

struct PreparedDemonstration {
  uint32_t source;
  size_t index;  // in the demonstrations of the source
};

// Records of one form beside what selection saw and decided; all three have the same order.
template <typename Record>
struct Prepared {
  std::vector<Record> records;
  std::vector<Candidate> candidates;
  Selection selection;

  size_t size() const { return records.size(); }
  bool trains(size_t i) const { return selection.decisions[i].kept() && !candidates[i].held_out; }
  bool validates(size_t i) const { return selection.decisions[i].kept() && candidates[i].held_out; }
};

// Movable, not copyable: candidates are views into feedback and prompts.
struct Preparation {
  Preparation() = default;
  Preparation(Preparation&&) = default;
  Preparation& operator=(Preparation&&) = default;

  std::vector<Source> sources;
  std::vector<SourceFeedback> feedback;  // per source
  std::vector<PairingReport> pairing;    // per source
  std::deque<std::string> prompts;       // of several turns, as selection sees them
  Prepared<PreparedPair> pairs;
  Prepared<PreparedDemonstration> demonstrations;
  std::deque<std::string> protected_texts;

  const ComparisonSet& set_of(const PreparedPair& pair) const {
    return feedback[pair.source].sets[pair.pair.set];
  }
  const Demonstration& example_of(const PreparedDemonstration& record) const {
    return feedback[record.source].demonstrations[record.index];
  }
};

// Converts, pairs, splits and selects. What goes on is told to `note`, one line per call. Pairs and
// demonstrations are selected apart; mixing concerns the pairs. Errors: those of convert_source and
// select_pairs, and sources that give nothing at all.
// Memory: the feedback, and about 300 bytes per pair.
Preparation prepare_feedback(const PreparationConfig& config, const SelectionParts& parts,
                             const std::function<void(const std::string&)>& note);

// A conversation as selection sees it: the text of a single user turn as it is; otherwise the turns
// with their roles.
std::string prompt_text(const Conversation& prompt);

// The name of a prompt group: 16 hexadecimal digits. It decides the split.
std::string group_name(uint64_t group);

}  // namespace braid

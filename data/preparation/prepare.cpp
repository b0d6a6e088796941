// Convert, pair, split, select.
#include "data/preparation/preparation.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/split.h"

namespace braid {
namespace {

std::vector<Source> read_list(const Json& list, const std::string& key) {
  if (!list.is_array()) fail("{}: expected a list of sources", key);
  std::vector<Source> sources;
  std::set<std::string> names;
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string where = fmt::format("{}[{}]", key, i);
    if (!list[i].is_object()) fail("{}: expected an object (docs/feedback.md)", where);
    sources.push_back(read_source(list[i], where));
    if (!names.insert(sources.back().name).second) {
      fail("{}: a second source {}; give each its own \"name\"", where, quote(sources.back().name));
    }
  }
  return sources;
}

std::string_view bytes_of(const uint64_t& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

class Pipeline {
 public:
  Pipeline(const PreparationConfig& config, const std::function<void(const std::string&)>& note)
      : config_(config), note_(note) {
    result_.sources = config.read_sources();
  }

  void convert();
  void protect();
  void select(const SelectionParts& parts);
  Preparation take() { return std::move(result_); }

 private:
  void add_pairs(uint32_t source);
  void add_demonstrations(uint32_t source);
  std::string_view prompt_view(const Conversation& prompt);
  bool held_out(uint64_t group) const {
    return is_held_out(group_name(group), config_.held_out, config_.selection.seed);
  }

  const PreparationConfig& config_;
  const std::function<void(const std::string&)>& note_;
  Preparation result_;
};

void Pipeline::convert() {
  for (const Source& source : result_.sources) {
    result_.feedback.push_back(convert_source(source, ""));
    const SourceFeedback& feedback = result_.feedback.back();
    note_(fmt::format("{}: {} rows, {} comparisons, {} demonstrations", source.name,
                      feedback.report.rows, feedback.sets.size(), feedback.demonstrations.size()));
  }
  result_.pairing.resize(result_.sources.size());
  for (uint32_t i = 0; i < result_.sources.size(); ++i) {
    add_pairs(i);
    add_demonstrations(i);
  }
  if (result_.pairs.size() + result_.demonstrations.size() == 0) {
    fail("data.sources: no source gives a pair or a demonstration; check their mapping");
  }
}

// A single user turn is looked at where it lies.
std::string_view Pipeline::prompt_view(const Conversation& prompt) {
  if (prompt.size() == 1) return prompt[0].content;
  return result_.prompts.emplace_back(prompt_text(prompt));
}

void Pipeline::add_pairs(uint32_t source) {
  const SourceFeedback& feedback = result_.feedback[source];
  const auto pairs = make_pairs(feedback.sets, feedback.axes, result_.sources[source].pairing,
                                result_.pairing[source]);
  size_t last_set = 0;
  std::string_view prompt;  // all pairs of a set share it
  for (const PreferencePair& pair : pairs) {
    const ComparisonSet& set = feedback.sets[pair.set];
    if (prompt.data() == nullptr || pair.set != last_set) prompt = prompt_view(set.prompt);
    last_set = pair.set;
    Candidate candidate;
    candidate.prompt = prompt;
    candidate.chosen = set.responses[pair.chosen].text;
    candidate.rejected = set.responses[pair.rejected].text;
    candidate.margin = pair.margin;
    candidate.graded = set.graded;
    candidate.source = feedback.name;
    candidate.key = bytes_of(set.group);
    candidate.held_out = held_out(set.group);
    result_.pairs.records.push_back({source, pair});
    result_.pairs.candidates.push_back(candidate);
  }
}

void Pipeline::add_demonstrations(uint32_t source) {
  const SourceFeedback& feedback = result_.feedback[source];
  for (size_t i = 0; i < feedback.demonstrations.size(); ++i) {
    const Demonstration& example = feedback.demonstrations[i];
    Candidate candidate;
    candidate.prompt = prompt_view(example.prompt);
    candidate.chosen = example.answer;
    candidate.graded = false;
    candidate.source = feedback.name;
    candidate.key = bytes_of(example.group);
    candidate.demonstration = true;
    candidate.held_out = held_out(example.group);
    result_.demonstrations.records.push_back({source, i});
    result_.demonstrations.candidates.push_back(candidate);
  }
}

void Pipeline::protect() {
  for (const Source& source : config_.read_protected()) {
    const SourceFeedback feedback = convert_source(source, "");
    const size_t before = result_.protected_texts.size();
    for (const ComparisonSet& set : feedback.sets) {
      result_.protected_texts.push_back(prompt_text(set.prompt));
    }
    for (const Demonstration& example : feedback.demonstrations) {
      result_.protected_texts.push_back(prompt_text(example.prompt));
    }
    for (const UnpairedLabel& label : feedback.unpaired) {
      result_.protected_texts.push_back(prompt_text(label.example.prompt));
    }
    note_(fmt::format("{}: {} evaluation prompts are kept out of training", source.name,
                      result_.protected_texts.size() - before));
  }
}

void Pipeline::select(const SelectionParts& parts) {
  const std::vector<std::string_view> texts(result_.protected_texts.begin(),
                                            result_.protected_texts.end());
  SelectionConfig selection = config_.selection;
  for (const Source& source : result_.sources) {
    if (source.share) selection.mixing.shares[source.name] = *source.share;
  }
  result_.pairs.selection = select_pairs(result_.pairs.candidates, selection, texts, parts);
  selection.mixing = {};
  result_.demonstrations.selection =
      select_pairs(result_.demonstrations.candidates, selection, texts, parts);
}

}  // namespace

std::vector<Source> PreparationConfig::read_sources() const {
  return read_list(sources, "data.sources");
}

std::vector<Source> PreparationConfig::read_protected() const {
  return read_list(protect, "data.protect");
}

Preparation prepare_feedback(const PreparationConfig& config, const SelectionParts& parts,
                             const std::function<void(const std::string&)>& note) {
  Pipeline pipeline(config, note);
  pipeline.convert();
  pipeline.protect();
  pipeline.select(parts);
  return pipeline.take();
}

std::string prompt_text(const Conversation& prompt) {
  if (prompt.size() == 1) return prompt[0].content;
  std::string text;
  for (const Message& turn : prompt) {
    if (!text.empty()) text += "\n\n";
    text += turn.role + ": " + turn.content;
  }
  return text;
}

std::string group_name(uint64_t group) { return fmt::format("{:016x}", group); }

}  // namespace braid

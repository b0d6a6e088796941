// Presets of sets in which answers were ranked.
#include "data/feedback/sources/presets.h"

namespace braid {

const char* const kRankingPresets = R"json({
  "oasst": {
    "kind": "ranking", "rank": "rank", "group": "message_tree_id",
    "tree": {"root": "prompt", "skip": {"deleted": true}}
  },
  "nectar": {
    "kind": "ranking", "prompt": "prompt", "rank": "rank",
    "responses": [{"each": "answers[]", "text": "answer", "author": "model"}]
  },
  "qa_feedback": {
    "kind": "ranking",
    "prompt": {"template": "{question}[[\n\nUse these passages.\n\n{passages[][]}]]"},
    "responses": [
      {"text": "prediction 1"}, {"text": "prediction 2"},
      {"text": "prediction 3"}, {"text": "prediction 4"}
    ],
    "comparisons": {"path": "preference", "map": {"0": "tie", "1": "first", "2": "second"}}
  },
  "ukp_ranking": {
    "kind": "ranking", "group": "topic",
    "prompt": {"template": "{title}\n\nGive one convincing argument for this side: {stance}"},
    "responses": [{"each": "items[]", "text": "text"}],
    "rank": "score"
  },
  "stereoset_ranking": {
    "kind": "ranking", "group": "target",
    "prompt": {"template": "Give a sentence that belongs with this: {context}"},
    "responses": [{"text": "anti-stereotype"}, {"text": "stereotype"}, {"text": "unrelated"}],
    "pairing": {"strategy": "adjacent"}
  }
})json";

}  // namespace braid

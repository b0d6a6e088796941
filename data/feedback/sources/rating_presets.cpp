// Presets of sets in which answers were rated.
#include "data/feedback/sources/presets.h"

namespace braid {

const char* const kRatingPresets = R"json({
  "ultrafeedback": {
    "kind": "rating", "prompt": "instruction", "missing": "ignore",
    "responses": [{"each": "completions[]", "text": "response", "author": "model"}],
    "axes": [
      {"name": "instruction_following", "path": "annotations.instruction_following.Rating",
       "map": {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "*": null}, "range": [1, 5]},
      {"name": "honesty", "path": "annotations.honesty.Rating",
       "map": {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "*": null}, "range": [1, 5]},
      {"name": "truthfulness", "path": "annotations.truthfulness.Rating",
       "map": {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "*": null}, "range": [1, 5]},
      {"name": "helpfulness", "path": "annotations.helpfulness.Rating",
       "map": {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "*": null}, "range": [1, 5]}
    ]
  },
  "ultrafeedback_binarized": {
    "kind": "rating", "prompt": ["prompt", "chosen[0]"],
    "responses": [
      {"text": "chosen", "ratings": {"score": "score_chosen"}},
      {"text": "rejected", "ratings": {"score": "score_rejected"}}
    ],
    "axes": [{"name": "score", "range": [0, 10]}]
  },
  "helpsteer": {
    "kind": "rating", "prompt": "prompt", "response": "response",
    "axes": [
      {"name": "helpfulness", "range": [0, 4], "weight": 0.65},
      {"name": "correctness", "range": [0, 4], "weight": 0.8},
      {"name": "coherence", "range": [0, 4], "weight": 0.45},
      {"name": "complexity", "range": [0, 4], "weight": 0.55},
      {"name": "verbosity", "range": [0, 4], "weight": 0.4, "higher_is_better": false}
    ]
  },
  "helpsteer2": {
    "kind": "rating", "prompt": "prompt", "response": "response",
    "markers": {"user": "<extra_id_1>User\n", "assistant": "<extra_id_1>Assistant\n"},
    "axes": [
      {"name": "helpfulness", "range": [0, 4], "weight": 0.65},
      {"name": "correctness", "range": [0, 4], "weight": 0.8},
      {"name": "coherence", "range": [0, 4], "weight": 0.45},
      {"name": "complexity", "range": [0, 4], "weight": 0.55},
      {"name": "verbosity", "range": [0, 4], "weight": 0.4, "higher_is_better": false}
    ]
  },
  "stack_exchange_preferences": {
    "kind": "rating", "prompt": "question", "group": "qid",
    "responses": [{"each": "answers[]", "text": "text", "author": "author"}],
    "axes": [{"name": "score", "path": "pm_score", "range": "rank"}]
  },
  "alpaca_eval": {
    "kind": "rating", "prompt": "instruction",
    "responses": [
      {"each": "candidates[]", "text": "output", "author": "generator"},
      {"text": "baseline_output", "author": "baseline", "ratings": {"preference": 1.5}}
    ],
    "axes": [{"name": "preference", "range": [1, 2]}]
  },
  "summeval": {
    "kind": "rating", "response": ["summary", "decoded"], "author": "model_id", "group": "id",
    "prompt": {"template": "Summarize this article.\n\n{text}"},
    "axes": [
      {"name": "coherence", "path": "expert_annotations[].coherence", "range": [1, 5]},
      {"name": "consistency", "path": "expert_annotations[].consistency", "range": [1, 5]},
      {"name": "fluency", "path": "expert_annotations[].fluency", "range": [1, 5]},
      {"name": "relevance", "path": "expert_annotations[].relevance", "range": [1, 5]}
    ]
  },
  "unieval_topical_chat": {
    "kind": "rating", "prompt": "source", "response": "system_output", "author": "system_id",
    "system": {"template": "Talk about this fact: {context}"},
    "axes": [
      {"name": "understandability", "path": "scores.understandability", "range": [0, 1]},
      {"name": "naturalness", "path": "scores.naturalness", "range": [1, 3]},
      {"name": "coherence", "path": "scores.coherence", "range": [1, 3]},
      {"name": "engagingness", "path": "scores.engagingness", "range": [1, 3]},
      {"name": "groundedness", "path": "scores.groundedness", "range": [0, 1]},
      {"name": "overall", "path": "scores.overall", "range": [1, 5]}
    ],
    "pairing": {"strategy": "largest_gap", "axis": "overall"}
  },
  "unieval_data_to_text": {
    "kind": "rating", "response": "system_output",
    "prompt": {"template": "Say this in one sentence: {source}"},
    "axes": [
      {"name": "informativeness", "path": "scores.informativeness", "range": [1, 6]},
      {"name": "naturalness", "path": "scores.naturalness", "range": [1, 6]},
      {"name": "overall", "path": "scores.overall", "range": [1, 6]}
    ],
    "pairing": {"strategy": "largest_gap", "axis": "overall"}
  },
  "unieval_consistency": {
    "kind": "rating", "response": "system_output",
    "prompt": {"template": "Summarize this article.\n\n{source}"},
    "axes": [{"name": "consistency", "path": "scores.consistency", "range": [0, 1]}]
  },
  "oasst_toxicity": {
    "kind": "rating", "group": "message_tree_id",
    "tree": {"root": "prompt", "skip": {"deleted": true}},
    "axes": [{"name": "toxicity", "path": "labels.toxicity.value", "range": [0, 1],
              "higher_is_better": false}]
  }
})json";

}  // namespace braid

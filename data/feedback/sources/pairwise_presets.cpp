// Presets of sets in which one of two answers was preferred.
#include "data/feedback/sources/presets.h"

namespace braid {

const char* const kPairwisePresets = R"json({
  "trl": {"kind": "pairwise", "prompt": "prompt", "chosen": "chosen", "rejected": "rejected"},
  "hh_rlhf": {"kind": "pairwise", "chosen": "chosen", "rejected": "rejected"},
  "sharegpt_pairs": {
    "kind": "pairwise", "prompt": "conversations", "system": "system",
    "chosen": "chosen", "rejected": "rejected"
  },
  "stack_exchange_paired": {
    "kind": "pairwise", "prompt": "question", "chosen": "response_j", "rejected": "response_k"
  },
  "shp": {
    "kind": "pairwise", "prompt": "history", "first": "human_ref_A", "second": "human_ref_B",
    "preferred": {"path": "labels", "map": {"1": "first", "0": "second"}},
    "strength": {"path": "score_ratio", "range": [1, 11], "clamp": true},
    "group": "post_id", "pairing": {"min_margin": 0.0999}
  },
  "helpsteer3": {
    "kind": "pairwise", "prompt": "context", "first": "response1", "second": "response2",
    "score": {"path": "overall_preference", "range": [-3, 3], "high": "second"}
  },
  "webgpt": {
    "kind": "pairwise", "prompt": "question.full_text", "first": "answer_0", "second": "answer_1",
    "score": {"path": "score_0", "range": [-1, 1], "high": "first"}
  },
  "pku_saferlhf": {
    "kind": "pairwise", "prompt": "prompt", "first": "response_0", "second": "response_1",
    "preferred": {"path": "better_response_id", "map": {"0": "first", "1": "second"}}
  },
  "pku_saferlhf_safer": {
    "kind": "pairwise", "prompt": "prompt", "first": "response_0", "second": "response_1",
    "preferred": {"path": "safer_response_id", "map": {"0": "first", "1": "second"}}
  },
  "llmbar": {
    "kind": "pairwise", "prompt": "input", "first": "output_1", "second": "output_2",
    "preferred": {"path": "label", "map": {"1": "first", "2": "second"}}
  },
  "pandalm": {
    "kind": "pairwise", "prompt": {"template": "{instruction}[[\n\n{input}]]"},
    "first": "response1", "second": "response2",
    "preferred": {
      "all": ["annotator1", "annotator2", "annotator3"],
      "map": {"0": "tie", "1": "first", "2": "second"}
    }
  },
  "tulu_human_eval": {
    "kind": "pairwise", "prompt": "prompt", "first": "completion_a", "second": "completion_b",
    "first_author": "model_a", "second_author": "model_b", "merge_votes": true,
    "score": {
      "path": "preference", "range": [-2, 2], "high": "second",
      "map": {"a-is-better": -2, "a-is-slightly-better": -1, "tie": 0,
              "b-is-slightly-better": 1, "b-is-better": 2}
    }
  },
  "ukp_convarg": {
    "kind": "pairwise", "first": "a1", "second": "a2", "group": "topic",
    "prompt": {"template":
      "{title}\n\n{description}\n\nGive one convincing argument for this side: {stance}"},
    "preferred": {
      "path": "votes[].vote", "map": {"a1": "first", "a2": "second", "equal": "tie"}
    }
  },
  "truthfulqa_pairs": {
    "kind": "pairwise", "prompt": "Question", "chosen": "Best Answer",
    "rejected": "Best Incorrect Answer"
  }
})json";

}  // namespace braid

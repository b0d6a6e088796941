// Presets of labels, cloze and choice tests, edits and demonstrations.
#include "data/feedback/sources/presets.h"

namespace braid {

const char* const kOtherPresets = R"json({
  "kto": {"kind": "label", "prompt": "prompt", "response": "completion", "label": "label"},
  "kto_messages": {"kind": "label", "conversation": "messages", "label": "label"},
  "gsm8k_solutions": {
    "kind": "label", "prompt": "question", "label": "is_correct",
    "responses": [{
      "each": ["6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification"],
      "text": "solution"
    }]
  },
  "truthfulqa_labels": {
    "kind": "label", "prompt": "question", "response": "answer", "label": "label"
  },
  "truthfulqa_mc": {
    "kind": "label", "prompt": "question", "label": ".",
    "responses": [{"each": "mc2_targets{}", "text": "@key"}]
  },

  "winogrande": {
    "kind": "cloze", "sentence": "sentence", "options": ["option1", "option2"],
    "answer": "answer", "first_index": 1
  },
  "hellaswag": {
    "kind": "choice", "prompt": {"template": "Continue this text.\n\n{ctx}"},
    "options": "endings", "answer": "label"
  },
  "arc": {
    "kind": "choice", "prompt": "question", "options": "choices.text", "labels": "choices.label",
    "answer": "answerKey", "answer_is": "label"
  },
  "piqa": {
    "kind": "choice", "prompt": "goal", "options": ["sol1", "sol2"], "answer": "label"
  },
  "multiple_choice": {
    "kind": "choice", "prompt": "query", "options": "choices", "answer": "gold"
  },
  "stereoset_intersentence": {
    "kind": "choice", "group": "target", "keep": {"type": "intersentence"},
    "prompt": {"template": "{context}\n\nWhat comes next?"},
    "options": ["anti-stereotype", "stereotype"], "answer": 0
  },
  "stereoset_intrasentence": {
    "kind": "choice", "group": "target", "keep": {"type": "intrasentence"},
    "prompt": {"template": "Fill in the blank and give the whole sentence.\n\n{context}"},
    "options": ["anti-stereotype", "stereotype"], "answer": 0
  },

  "mlqe_pe": {
    "kind": "edit", "before": "mt", "after": "pe",
    "prompt": {"template": "Translate ({lp}): {src}"},
    "strength": {"path": "hter", "range": [0, 1], "clamp": true}
  },
  "qa_feedback_edits": {
    "kind": "edit", "before": "prediction 1", "after": "feedback.corrected-prediction",
    "prompt": {"template": "{question}[[\n\nUse these passages.\n\n{passages[][]}]]"}
  },

  "alpaca": {
    "kind": "demonstration", "prompt": {"template": "{instruction}[[\n\n{input}]]"},
    "system": "system", "response": "output"
  },
  "sharegpt": {"kind": "demonstration", "conversation": "conversations", "system": "system"},
  "messages": {"kind": "demonstration", "conversation": "messages"},
  "prompt_completion": {"kind": "demonstration", "prompt": "prompt", "response": "completion"},
  "dolly_hhrlhf": {"kind": "demonstration", "prompt": "prompt", "response": "response"},
  "self_instruct": {
    "kind": "demonstration", "each": "instances[]",
    "prompt": {"template": "{^.instruction}[[\n\n{input}]]"}, "response": "output"
  },
  "gsm8k": {"kind": "demonstration", "prompt": "question", "response": "answer"},
  "lambada": {
    "kind": "demonstration",
    "prompt": {"template": "Continue this text with one word.\n\n{context}"},
    "response": "continuation"
  }
})json";

}  // namespace braid

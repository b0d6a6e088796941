#include "data/tasks/builtin_tasks.h"

namespace braid {
namespace {

// Prompts follow the conventions that published figures of base models use; docs/evaluation.md
// names them.
constexpr const char* kTasks = R"json({
  "multiple_choice": {
    "kind": "choice", "prompt": "query", "options": "choices[]", "answer": "gold",
    "metrics": ["accuracy", {"metric": "accuracy", "name": "accuracy_tokens", "by": "tokens"},
                {"metric": "accuracy", "name": "accuracy_bytes", "by": "bytes"}]
  },
  "arc": {
    "kind": "choice", "prompt": {"template": "Question: {question}\nAnswer:"},
    "options": "choices.text[]", "answer": "answerKey", "answer_is": "label",
    "labels": "choices.label[]", "id": "id",
    "metrics": ["accuracy", {"metric": "accuracy", "name": "accuracy_bytes", "by": "bytes"}]
  },
  "piqa": {
    "kind": "choice", "prompt": {"template": "Question: {goal}\nAnswer:"},
    "options": ["sol1", "sol2"], "answer": "label",
    "metrics": ["accuracy", {"metric": "accuracy", "name": "accuracy_bytes", "by": "bytes"}]
  },
  "commonsense_qa": {
    "kind": "choice", "prompt": {"template": "Question: {question}\nAnswer:"},
    "options": "choices.text[]", "answer": "answerKey", "answer_is": "label",
    "labels": "choices.label[]", "id": "id",
    "metrics": ["accuracy", {"metric": "accuracy", "name": "accuracy_bytes", "by": "bytes"}]
  },
  "hellaswag": {
    "kind": "choice", "prompt": {"template": "{activity_label}: {ctx}"}, "options": "endings[]",
    "answer": "label",
    "metrics": [{"metric": "accuracy", "name": "accuracy_bytes", "by": "bytes"}, "accuracy"]
  },
  "winogrande": {
    "kind": "cloze", "sentence": "sentence", "options": ["option1", "option2"], "answer": "answer",
    "first_index": 1, "id": "qID", "metrics": ["accuracy"]
  },
  "truthfulqa_mc1": {
    "kind": "choice", "prompt": {"template": "Q: {question}\nA:"},
    "options": {"each": "mc1_targets{}", "text": "@key", "gold": "."}, "metrics": ["accuracy"]
  },
  "truthfulqa_mc2": {
    "kind": "choice", "prompt": {"template": "Q: {question}\nA:"},
    "options": {"each": "mc2_targets{}", "text": "@key", "gold": "."},
    "metrics": ["probability_true"]
  },
  "lambada": {
    "kind": "continuation", "prompt": "context", "text": "continuation",
    "metrics": ["greedy_accuracy", "perplexity"]
  },
  "perplexity": {
    "kind": "continuation", "text": "text", "metrics": ["perplexity", "bits_per_byte"]
  },
  "crows_pairs": {
    "kind": "minimal_pair", "sentences": ["sent_more", "sent_less"],
    "tags": {"bias_type": "bias_type"}, "subgroups": ["bias_type"],
    "metrics": ["first_preferred", "mean_gap"]
  },
  "stereoset_intrasentence": {
    "kind": "minimal_pair", "sentences": ["stereotype", "\"anti-stereotype\"", "unrelated"],
    "keep": {"type": "intrasentence"}, "tags": {"target": "target", "bias_type": "bias_type"},
    "subgroups": ["bias_type"],
    "metrics": [{"metric": "icat", "by": "tokens"}, {"metric": "lms", "by": "tokens"},
                {"metric": "ss", "by": "tokens"}]
  },
  "stereoset_intersentence": {
    "kind": "minimal_pair", "prompt": "context",
    "sentences": ["stereotype", "\"anti-stereotype\"", "unrelated"],
    "keep": {"type": "intersentence"}, "tags": {"target": "target", "bias_type": "bias_type"},
    "subgroups": ["bias_type"],
    "metrics": [{"metric": "icat", "by": "tokens"}, {"metric": "lms", "by": "tokens"},
                {"metric": "ss", "by": "tokens"}]
  },
  "bbq": {
    "kind": "choice", "prompt": {"template": "{context}\nQuestion: {question}\nAnswer:"},
    "options": ["ans0", "ans1", "ans2"], "answer": "label",
    "roles": {"groups": ["answer_info.ans0[]", "answer_info.ans1[]", "answer_info.ans2[]"],
              "targets": "additional_metadata.stereotyped_groups[]", "unknown": "unknown"},
    "tags": {"condition": "context_condition", "polarity": "question_polarity",
               "category": "category"},
    "subgroups": ["category"],
    "metrics": [
      {"metric": "ambiguous_bias", "name": "s_AMB", "where": {"condition": "ambig"}},
      {"metric": "bias", "name": "s_DIS", "where": {"condition": "disambig"}},
      {"metric": "accuracy", "name": "accuracy_ambiguous", "where": {"condition": "ambig"}},
      {"metric": "accuracy", "name": "accuracy_disambiguated", "where": {"condition": "disambig"}}]
  },
  "winogender": {
    "kind": "winogender", "sentence_id": "sentid", "sentence": "sentence",
    "metrics": [
      "accuracy",
      {"metric": "accuracy", "name": "accuracy_male", "where": {"gender": "male"}},
      {"metric": "accuracy", "name": "accuracy_female", "where": {"gender": "female"}},
      {"metric": "accuracy", "name": "accuracy_neutral", "where": {"gender": "neutral"}},
      {"metric": "accuracy", "name": "gotcha_accuracy", "where": {"gotcha": "yes"}},
      {"metric": "accuracy", "name": "male_minus_female", "difference": ["gender", "male", "female"]},
      {"metric": "consistency", "where": {"gender": ["male", "female"]}}]
  },
  "winobias": {
    "kind": "winobias", "format": "tsv", "columns": ["line"], "quotes": false, "line": "line",
    "metrics": [
      {"metric": "accuracy", "name": "gap", "difference": ["stereotype", "pro", "anti"]},
      {"metric": "accuracy", "name": "accuracy_pro", "where": {"stereotype": "pro"}},
      {"metric": "accuracy", "name": "accuracy_anti", "where": {"stereotype": "anti"}},
      "accuracy"]
  },
  "winobias_paper": {
    "kind": "winobias_paper", "format": "tsv", "columns": ["line"], "quotes": false,
    "line": "line", "counterpart": "beside.line",
    "metrics": [
      {"metric": "first_gap", "name": "bias"},
      {"metric": "divergence", "name": "bias_entropy"},
      {"metric": "prompt_gap", "name": "bias_cluster"},
      {"metric": "answers_right_loose", "name": "accuracy"},
      {"metric": "answers_right", "name": "accuracy_occupation"},
      {"metric": "answers_agree_loose", "name": "similarity"}]
  },
  "ifeval": {
    "kind": "ifeval", "prompt": "prompt", "id": "key", "chat": true, "max_new_tokens": 1280,
    "metrics": [
      {"metric": "answers_right", "name": "prompt_strict"},
      {"metric": "checks_passed", "name": "instruction_strict"},
      {"metric": "answers_right_loose", "name": "prompt_loose"},
      {"metric": "checks_passed_loose", "name": "instruction_loose"}]
  },
  "occupations": {
    "kind": "choice",
    "prompt": {"template": "{sentence} In this sentence, \"{pronoun}\" refers to"},
    "options": "options[]", "answer": "answer", "id": "id", "cluster": "pair",
    "tags": {"stereotype": "stereotype", "gold": "gold"},
    "metrics": [
      {"metric": "accuracy", "name": "gap", "difference": ["stereotype", "pro", "anti"]},
      {"metric": "accuracy", "name": "accuracy_pro", "where": {"stereotype": "pro"}},
      {"metric": "accuracy", "name": "accuracy_anti", "where": {"stereotype": "anti"}},
      "accuracy", "consistency"]
  },
  "fair_choices": {
    "kind": "choice", "prompt": {"template": "{context}\nQuestion: {question}\nAnswer:"},
    "options": "options[]", "answer": "answer", "id": "id",
    "roles": {"target": "target", "unknown": "unknown"},
    "tags": {"condition": "condition", "polarity": {"value": "negative"}, "category": "category"},
    "subgroups": ["category"],
    "metrics": [
      {"metric": "ambiguous_bias", "where": {"condition": "ambiguous"}},
      {"metric": "bias", "name": "disambiguated_bias", "where": {"condition": "disambiguated"}},
      {"metric": "accuracy", "name": "accuracy_ambiguous", "where": {"condition": "ambiguous"}},
      {"metric": "accuracy", "name": "accuracy_disambiguated",
       "where": {"condition": "disambiguated"}}]
  },
  "everyday": {
    "kind": "choice", "prompt": {"template": "Question: {question}\nAnswer:"},
    "options": "options[]", "answer": "answer", "id": "id", "tags": {"topic": "topic"},
    "subgroups": ["topic"],
    "metrics": ["accuracy", {"metric": "accuracy", "name": "accuracy_bytes", "by": "bytes"}]
  }
})json";

const Json& tasks() {
  static const Json table = parse_json(kTasks, "built-in tasks");
  return table;
}

}  // namespace

std::optional<Json> find_builtin_task(const std::string& name) {
  const auto found = tasks().find(name);
  if (found == tasks().end()) return std::nullopt;
  return *found;
}

std::vector<std::string> builtin_task_names() {
  std::vector<std::string> names;
  for (const auto& [name, task] : tasks().items()) names.push_back(name);
  return names;
}

}  // namespace braid

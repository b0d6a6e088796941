// The single declaration of every option.
#include <algorithm>
#include <array>

#include "trainer/options.h"

namespace braid {
namespace {

using Table = std::vector<Option>;

// An enumeration whose values are numbered as their names are.
template <typename Value, size_t N>
Option choice(std::string key, Value* value, const std::array<std::string_view, N>& names,
              std::string help) {
  const Choice member{[value, &names] { return std::string(names[static_cast<size_t>(*value)]); },
                      [value, &names](const std::string& name) {
                        *value = static_cast<Value>(std::ranges::find(names, name) - names.begin());
                      }};
  return Option(std::move(key), member, std::move(help))
      .one_of(std::vector<std::string>(names.begin(), names.end()));
}

void add_run(Table& t, RunConfiguration& c) {
  t.push_back(
      Option("model", &c.model, "Base model: a Hugging Face directory or a GGUF file").path());
  t.push_back(
      Option("adapter", &c.adapter, "PEFT adapter to start from; empty: a fresh one").path());
  t.push_back(
      Option("output", &c.output, "Run directory: configuration, metrics, checkpoints, adapter")
          .path());
  t.push_back(
      Option("dtype", &c.dtype, "Frozen base weights and activations").one_of({"bf16", "fp32"}));
  t.push_back(Option("device", &c.device, "Where to compute; auto: a GPU when one is usable")
                  .one_of({"auto", "cpu", "cuda"}));
  t.push_back(Option("threads", &c.threads, "CPU threads; 0: all cores").at_least(0).at_most(4096));
  t.push_back(
      Option("seed", &c.seed, "Seed of a fresh adapter, data order, split, dropout and sampling"));
  t.push_back(Option("time_budget", &c.time_budget,
                     "Time from the start of the process after which it ends like on SIGTERM, with "
                     "a checkpoint: 3h30m, 90s, or as for Slurm 3:30:00 and 1-12:00:00; empty: "
                     "none"));
}

void add_data(Table& t, DataConfig& d) {
  t.push_back(Option("data.sources", &d.sources,
                     "Feedback of any kind, from which pairs and demonstrations are prepared; "
                     "docs/feedback.md describes a source")
                  .path());
  t.push_back(Option("data.protect", &d.protect,
                     "Evaluation sets, in the form of sources: prompts that contain one of theirs "
                     "do not train")
                  .path());
  t.push_back(Option("data.prepared", &d.prepared,
                     "Directory of the prepared data; empty: `prepared` in the run directory")
                  .path());
  t.push_back(Option("data.train", &d.train,
                     "Files of ready pairs and demonstrations (.jsonl, .jsonl.gz, .jsonl.zst), in "
                     "place of data.sources")
                  .path());
  t.push_back(Option("data.validation", &d.validation,
                     "Held-out files; empty: a part of the training files, see data.held_out")
                  .path());
  t.push_back(Option("data.held_out", &d.held_out,
                     "Fraction of prompts held out, chosen by hash of the prompt; not used when "
                     "data.validation is given")
                  .at_least(0)
                  .below(1));
  t.push_back(Option("data.seed", &d.seed,
                     "Seed of the held-out split and of selection, where it is not to be `seed`"));
  t.push_back(Option("data.template", &d.chat_template.name,
                     "How conversations become text; auto: the model's own template, or raw text "
                     "when it has none; none: raw text; chatml, llama3, zephyr, question_answer; a "
                     "named template of the model; a path ending in .jinja")
                  .path_with_extension(".jinja"));
  t.push_back(Option("data.template_arguments", &d.chat_template.arguments,
                     "Further variables of the template, such as enable_thinking=false"));
  t.push_back(Option("data.date", &d.chat_template.date,
                     "What a template takes for today; fixed, so that a run can be repeated"));
  t.push_back(Option("data.max_length", &d.limits.max_length,
                     "Prompt plus answer, tokens; longer answers are cut on the right")
                  .at_least(2));
  t.push_back(Option("data.max_prompt_length", &d.limits.max_prompt_length,
                     "Longer prompts are dropped; 0: no separate limit")
                  .at_least(0));
}

void add_selection(Table& t, SelectionConfig& s) {
  t.push_back(choice("selection.strategy", &s.strategy, kStrategyNames,
                     "Which pairs of data.sources train: the best fraction of every cluster of "
                     "prompts (quality_diversity), a control, or all (none)"));
  t.push_back(Option("selection.fraction", &s.fraction, "Kept of every cluster or source")
                  .above(0)
                  .at_most(1));
  t.push_back(choice("selection.ungraded", &s.ungraded, kUngradedNames,
                     "Pairs and demonstrations without a graded quality: all, or the same fraction "
                     "of every cluster by chance"));
  t.push_back(choice("selection.quality", &s.quality, kQualityScaleNames,
                     "What ranks graded pairs: margin, its rank within the source, or how much the "
                     "prompt helps the model to predict the chosen answer (ifd)"));
  t.push_back(Option("selection.match_size", &s.match_size,
                     "random, quality_only: keep exactly as many of every source as "
                     "quality_diversity would"));
  t.push_back(choice("selection.embedder", &s.embedding, kEmbeddingNames,
                     "What prompts are clustered by: hashed n-grams, or mean hidden states of the "
                     "base model"));
  t.push_back(Option("selection.clusters", &s.clusters, "0: sqrt(prompts / 2), at most 100")
                  .at_least(0)
                  .at_most(65536));
  t.push_back(choice("selection.mixing", &s.mixing.mode, kMixingModeNames,
                     "What the member `share` of the sources does: nothing, drop pairs, or weigh "
                     "them"));
  HygieneOptions& h = s.hygiene;
  t.push_back(Option("selection.min_prompt", &h.limits.min_prompt, "Characters").at_least(0));
  t.push_back(
      Option("selection.max_prompt", &h.limits.max_prompt, "Characters; 0: no limit").at_least(0));
  t.push_back(Option("selection.max_answer", &h.limits.max_answer,
                     "Characters of either answer; 0: no limit")
                  .at_least(0));
  t.push_back(Option("selection.max_controls", &h.limits.max_controls,
                     "Control characters in a pair (tab and line ends are none)")
                  .at_least(0));
  t.push_back(Option("selection.exact_duplicates", &h.exact_duplicates, "Drop repeated pairs"));
  t.push_back(Option("selection.near_duplicates", &h.near_duplicates.enabled,
                     "Drop pairs that nearly repeat another"));
  t.push_back(choice("selection.near_duplicate_scope", &h.near_duplicates.scope,
                     kDuplicateScopeNames,
                     "What must be alike: prompt and both answers, or the prompts alone"));
  t.push_back(Option("selection.near_duplicate_threshold", &h.near_duplicates.threshold,
                     "Jaccard similarity of word 5-grams")
                  .above(0)
                  .at_most(1));
  t.push_back(Option("selection.leakage_threshold", &h.leakage.threshold,
                     "Share of the word 8-grams of a protected prompt that another prompt may not "
                     "have")
                  .above(0)
                  .at_most(1));
}

void add_lora(Table& t, LoraConfig& l) {
  t.push_back(Option("lora.targets", &l.targets,
                     "Fresh adapter: all-linear, module names, or one regex:<pattern>"));
  t.push_back(Option("lora.rank", &l.rank, "Fresh adapter: rank").at_least(1));
  t.push_back(
      Option("lora.alpha", &l.alpha, "Fresh adapter: numerator of the scale alpha/rank").above(0));
  t.push_back(Option("lora.dropout", &l.dropout, "Dropout on the adapters' input while training")
                  .at_least(0)
                  .below(1));
  t.push_back(Option("lora.rslora", &l.rslora, "Fresh adapter: scale alpha/sqrt(rank)"));
}

void add_loss(Table& t, PreferenceConfig& l) {
  const Choice kind{[&l] { return std::string(preference_name(l.kind)); },
                    [&l](const std::string& name) { l.kind = parse_preference_kind(name); }};
  t.push_back(Option("loss.kind", kind, "Preference loss").one_of(preference_names()));
  t.push_back(Option("loss.beta", &l.beta, "Strength of the preference loss").above(0));
  t.push_back(Option("loss.label_smoothing", &l.label_smoothing,
                     "Probability that a label is wrong: dpo, robust, exo")
                  .at_least(0)
                  .below(0.5));
  t.push_back(Option("loss.gamma", &l.gamma, "Target margin: simpo").at_least(0));
  t.push_back(Option("loss.margin_scale", &l.margin_scale,
                     "Scale of graded gaps between answers: dpo_margin, rpo_*")
                  .above(0));
}

void add_train(Table& t, TrainConfig& r) {
  t.push_back(Option("train.reference", &r.reference,
                     "Reference policy; initial: a frozen copy of the starting adapter")
                  .path({"base", "initial"}));
  t.push_back(Option("train.cache_reference", &r.cache_reference,
                     "Keep reference log-probabilities on disk; off: computed beside every step"));
  t.push_back(Option("train.reference_cache", &r.reference_cache,
                     "Directory of reference log-probabilities that several runs share, every "
                     "group computed alone; empty: `reference` in the run directory")
                  .path());
  t.push_back(
      Option("train.preference_weight", &r.preference_weight, "Weight of the preference loss")
          .at_least(0));
  t.push_back(Option("train.sft_weight", &r.sft_weight,
                     "Weight of the SFT loss on chosen answers and demonstrations, mean per token")
                  .at_least(0));
  t.push_back(Option("train.epochs", &r.epochs, "Passes over the training groups").above(0));
  t.push_back(
      Option("train.max_steps", &r.max_steps, "Optimizer steps; 0: from train.epochs").at_least(0));
  t.push_back(Option("train.pairs_per_step", &r.pairs_per_step,
                     "Groups (pairs, demonstrations) per optimizer step")
                  .at_least(1));
  t.push_back(Option("train.micro_batch_tokens", &r.micro_batch_tokens,
                     "Token budget of one forward and backward; bounds memory, not the result")
                  .at_least(1));
  t.push_back(Option("train.recompute", &r.recompute,
                     "Run every layer once more in backward instead of keeping what is inside: "
                     "less memory, a third more time, the same bits; auto: when memory is short")
                  .one_of({"auto", "on", "off"}));
  t.push_back(Option("train.shuffle", &r.shuffle, "Another order in every epoch; off: file order"));
  t.push_back(Option("train.log_every", &r.log_every, "Steps between metrics lines").at_least(1));
  t.push_back(Option("train.eval_every", &r.eval_every,
                     "Steps between evaluations on held-out pairs; 0: only at the end")
                  .at_least(0));
  t.push_back(Option("train.checkpoint_every", &r.checkpoint_every,
                     "Steps between checkpoints; 0: only at the end")
                  .at_least(0));
  t.push_back(Option("train.keep_checkpoints", &r.keep_checkpoints,
                     "Newest checkpoints to keep; that of the best step stays too (train.best)")
                  .at_least(1));
  t.push_back(Option("train.keep_every", &r.keep_every,
                     "Checkpoints of steps that this divides are kept for good; 0: none")
                  .at_least(0));
  t.push_back(Option("train.max_skipped_steps", &r.max_skipped_steps,
                     "Steps in a row that are skipped when their loss or gradient is not finite; "
                     "one more ends the run with an error")
                  .at_least(0));
  t.push_back(Option("train.best", &r.best,
                     "Number whose best adapter is kept in `best`, named as in metrics.jsonl: "
                     "eval/TASK/NUMBER of a task with \"every\", or eval_loss and the like with "
                     "train.eval_every; empty: none"));
  t.push_back(Option("train.best_goal", &r.best_goal,
                     "Which value is the best; auto: the lowest of numbers that end in loss, "
                     "perplexity or bits_per_byte, else the highest")
                  .one_of({"auto", "max", "min"}));
  t.push_back(Option("train.patience", &r.patience,
                     "Measurements of train.best in a row without improvement after which the run "
                     "ends; 0: it goes on to the last step")
                  .at_least(0));
}

void add_optimizer(Table& t, OptimizerConfig& o) {
  t.push_back(Option("optimizer.learning_rate", &o.learning_rate, "Peak learning rate").above(0));
  t.push_back(Option("optimizer.lora_plus_ratio", &o.lora_plus_ratio,
                     "LoRA+: learning rate of B over that of A")
                  .above(0));
  t.push_back(
      Option("optimizer.beta1", &o.beta1, "AdamW: decay of the first moment").at_least(0).below(1));
  t.push_back(Option("optimizer.beta2", &o.beta2, "AdamW: decay of the second moment")
                  .at_least(0)
                  .below(1));
  t.push_back(Option("optimizer.eps", &o.eps, "AdamW: epsilon").above(0));
  t.push_back(Option("optimizer.weight_decay", &o.weight_decay, "AdamW: decoupled weight decay")
                  .at_least(0));
  t.push_back(
      Option("optimizer.max_grad_norm", &o.max_grad_norm, "Clip the gradient to this norm; 0: off")
          .at_least(0));
  t.push_back(
      Option("optimizer.schedule", &o.schedule, "Course of the learning rate after the warm-up")
          .one_of({"cosine", "linear", "constant"}));
  t.push_back(Option("optimizer.warmup", &o.warmup,
                     "Warm-up: a fraction of all steps below 1, otherwise steps")
                  .at_least(0));
  t.push_back(Option("optimizer.min_ratio", &o.min_ratio,
                     "Where the decay ends, over the peak: cosine, linear")
                  .at_least(0)
                  .at_most(1));
}

void add_evaluation(Table& t, RunConfiguration& c) {
  t.push_back(
      Option("evaluation", &c.evaluation,
             "Tasks that measure accuracy and bias: {\"task\": name or file, \"files\": ...}; "
             "docs/evaluation.md")
          .path());
}

}  // namespace

std::vector<Option> option_table(RunConfiguration& config) {
  Table table;
  add_run(table, config);
  add_data(table, config.data);
  add_selection(table, config.selection);
  add_lora(table, config.lora);
  add_loss(table, config.loss);
  add_train(table, config.train);
  add_optimizer(table, config.optimizer);
  add_evaluation(table, config);
  return table;
}

}  // namespace braid

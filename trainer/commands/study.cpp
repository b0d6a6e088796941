// braid study: trains and evaluates every cell of a grid, then puts the results together. A second
// call goes on where the first one stopped.
#include <optional>

#include "base/error.h"
#include "model/adapter_io.h"
#include "model/weights.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/session.h"
#include "trainer/dataset.h"
#include "trainer/evaluation/task_report.h"
#include "trainer/progress.h"
#include "trainer/scoring.h"
#include "trainer/shared_references.h"
#include "trainer/stop_signals.h"
#include "trainer/study/held_out_pairs.h"
#include "trainer/study/study_report.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

// One model and one suite for the evaluations of all cells.
class Evaluator {
 public:
  explicit Evaluator(const Study& study)
      : study_(study),
        shape_(load_model_config(study.run.model)),
        tokenizer_(study.run.model),
        suite_(study.run, shape_, tokenizer_),
        model_(open_model(study.run)),
        weights_(weights_fingerprint(study.run.model)) {}

  // Null: the base.
  void evaluate(const std::string& policy, const Adapter* adapter, const Json& context,
                const fs::path& directory) const {
    std::vector<TaskOutcome> outcomes;
    for (const TaskSuite::Entry& entry : suite_.entries()) {
      TaskOutcome outcome{&entry, {}};
      outcome.scores.push_back(suite_.score(entry, policy, model_.transformer, adapter));
      outcomes.push_back(std::move(outcome));
    }
    report_tasks(directory, context, {policy}, outcomes, study_.run.seed);
  }

  // Held-out pairs of a cell under its adapter and under the base; the latter are shared.
  void evaluate_pairs(const Cell& cell, const RunConfiguration& config,
                      const Adapter& adapter) const {
    Dataset data = load_dataset(config, shape_, tokenizer_, /*need_training=*/false,
                                fs::path(config.output) / "tokens");
    auto& pairs = data.validation;
    std::erase_if(pairs, [](const EncodedGroup& group) { return group.branches.size() != 2; });
    const Transformer& model = model_.transformer;
    const auto base = shared_reference_logps(config.train.reference_cache, weights_, model,
                                             {"base", "base", nullptr}, pairs, say);
    const auto policy =
        score_groups(model, pointers(pairs), &adapter, config.train.micro_batch_tokens);
    write_held_out_pairs(evaluation_directory(cell), pairs, policy, base.sums);
  }

  Adapter load(const fs::path& path) const {
    return load_adapter(path, shape_, model_.transformer.device());
  }

 private:
  const Study& study_;
  ModelConfig shape_;
  ModelTokenizer tokenizer_;
  TaskSuite suite_;
  LoadedModel model_;
  std::string weights_;
};

// Whether the evaluation there was made with this context.
bool is_done(const fs::path& directory, const Json& context) {
  const fs::path path = directory / "tasks.json";
  if (!fs::exists(path)) return false;
  const Json document = read_json_file(path);
  return document.value("made_from", Json()) == context.at("made_from");
}

Json context_of(const RunConfiguration& config) {
  Json made_from = config.to_json();
  made_from.erase("time_budget");  // another one makes nothing invalid
  return {{"made_from", made_from}};
}

// Trains and evaluates what is not there yet.
void run_cells(const Study& study, int64_t job, int64_t jobs) {
  std::optional<Evaluator> evaluator;
  const auto evaluate = [&]() -> const Evaluator& {
    if (!evaluator) evaluator.emplace(study);
    return *evaluator;
  };
  const Json base = context_of(study.run);
  if (job == 0 && !is_done(base_directory(study), base)) {
    evaluate().evaluate("base", nullptr, base, base_directory(study));
  }
  for (size_t i = 0; i < study.cells.size(); ++i) {
    if (static_cast<int64_t>(i) % jobs != job) continue;
    const Cell& cell = study.cells[i];
    const RunConfiguration config = study.configuration(cell);
    const Json context = context_of(config);
    if (is_done(evaluation_directory(cell), context)) continue;
    say(fmt::format("study: cell {} of {}: {} seed {}", i + 1, study.cells.size(), cell.label(),
                    cell.seed));
    run_train(config, {});
    const Adapter adapter = evaluate().load(cell.directory / "adapter");
    evaluate().evaluate_pairs(cell, config, adapter);
    evaluate().evaluate("adapter", &adapter, context, evaluation_directory(cell));
  }
}

int64_t count_open(const Study& study) {
  int64_t open = is_done(base_directory(study), context_of(study.run)) ? 0 : 1;
  for (const Cell& cell : study.cells) {
    open += !is_done(evaluation_directory(cell), context_of(study.configuration(cell)));
  }
  return open;
}

}  // namespace

int run_study(const StudyRequest& request) {
  if (request.jobs < 1 || request.job < 0 || request.job >= request.jobs) {
    fail("--job {} --jobs {}: expected a job from 0 to below the number of jobs", request.job,
         request.jobs);
  }
  const Study study = read_study(request.file);
  watch_for_stop(study.run.time_budget);
  run_cells(study, request.job, request.jobs);
  if (const int64_t open = count_open(study); open > 0) {
    say(fmt::format("study: {} of {} cells are open; the last job puts the results together", open,
                    study.cells.size() + 1));
    return kExitOk;
  }
  print(report_study(study, collect_results(study)));
  say("report: " + (study.output / "report.html").string());
  return kExitOk;
}

}  // namespace braid

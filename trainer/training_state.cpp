#include "trainer/training_state.h"

namespace braid {

Json TrainingState::to_json() const {
  Json json = {{"step", step},
               {"tokens", tokens},
               {"pairs", pairs},
               {"seconds", seconds},
               {"run_key", run_key},
               {"skipped", skipped},
               {"skipped_in_row", skipped_in_row},
               {"watch", watch.to_json()}};
  if (best) json["best"] = best->to_json();
  if (open) json["open_measurements"] = {{"done", open->done}, {"records", open->records}};
  return json;
}

TrainingState TrainingState::from_json(const Json& json, const std::string& where) {
  ObjectReader reader(json, where);
  TrainingState state;
  state.step = reader.require_integer("step");
  state.tokens = reader.require_integer("tokens");
  state.pairs = reader.require_integer("pairs");
  state.seconds = reader.number("seconds", 0);
  state.run_key = reader.require_string("run_key");
  state.skipped = reader.require_integer("skipped");
  state.skipped_in_row = reader.require_integer("skipped_in_row");
  if (auto found = reader.object("watch")) state.watch = StepWatch(*found);
  if (auto found = reader.object("best")) state.best.emplace(*found);
  if (auto found = reader.object("open_measurements")) {
    state.open = {found->strings("done"), found->require_integer("records")};
  }
  return state;
}

}  // namespace braid

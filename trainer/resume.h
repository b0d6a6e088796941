// Where a run begins: at its first step, at a checkpoint of its own, or as a branch of another run.
#pragma once

#include <string>

#include "trainer/configuration.h"
#include "trainer/optimizer.h"
#include "trainer/run_file.h"
#include "trainer/training_state.h"

namespace braid {

struct ResumeRequest {
  // auto: the newest whole checkpoint in output. never: an Error when output holds one. Otherwise
  // the path of a checkpoint, or of a run whose newest one is meant: it must be of this very run.
  std::string from = "auto";
  // Path as above, of another run; empty: none. Weights, optimizer and step are taken over, every
  // setting may differ. Once the branch has a checkpoint of its own, it goes on from there.
  std::string fork;
};

// Puts adapter, optimizer and the best adapter of the output directory into the state to begin
// with, says where that is from and what has changed since, and writes run.json. `run` holds what
// is to be; its forked_from is found here. Errors, before anything has changed: the checkpoint is
// damaged, or of a run with other numbers, and they are named.
TrainingState begin_run(const RunConfiguration& config, const ResumeRequest& request, RunFile run,
                        Adapter& adapter, AdamW& optimizer);

}  // namespace braid

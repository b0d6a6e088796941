// Which numbers a run can choose its best adapter by.
#pragma once

#include "trainer/configuration.h"
#include "trainer/evaluation/task_suite.h"

namespace braid {

// Whether train.best is a number of held-out pairs rather than of a task.
bool is_held_out_number(const TrainConfig& config);

// Error, with what there is, when train.best is not measured while training: no such task or
// number, a task without "every", held-out pairs without train.eval_every. `tasks` may be null.
void check_best_number(const TrainConfig& config, const TaskSuite* tasks);

}  // namespace braid

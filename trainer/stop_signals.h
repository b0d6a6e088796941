// Who may ask a command to end early: signals and the time budget of a run.
#pragma once

#include <string>

namespace braid {

// From here on SIGTERM, SIGINT, SIGUSR1, and `time_budget` (as parse_duration reads it; empty:
// none) counted from the start of the process, request a stop (base/stop.h). A signal says on
// standard error that it was heard. The second SIGINT ends the process at once; signals that the
// process was started to ignore stay ignored. For commands that look at check_stop().
void watch_for_stop(const std::string& time_budget);

}  // namespace braid

// braid prepare: feedback files to pairs, demonstrations and a report.
#include "base/error.h"
#include "data/preparation/summary.h"
#include "trainer/commands/commands.h"
#include "trainer/preparation.h"
#include "trainer/progress.h"
#include "trainer/stop_signals.h"

namespace braid {

int run_prepare(const RunConfiguration& config) {
  if (config.data.sources.empty()) {
    fail("data.sources: missing; a list of feedback sources (docs/feedback.md)");
  }
  watch_for_stop(config.time_budget);
  const PreparedFiles files = prepared_files(config);
  for (const std::string& line : describe(files.summary)) print(line + "\n");
  const auto path = files.directory.string();
  say(files.reused ? path + ": nothing has changed since it was prepared"
                   : "report: " + (files.directory / "report.html").string());
  return kExitOk;
}

}  // namespace braid

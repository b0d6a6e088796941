// The command line: subcommands, their flags, and one flag for every key of the run configuration.
#pragma once

namespace braid {

// Parses, runs the command and returns the exit code (commands/commands.h). Mistakes in the command
// line itself are reported on standard error and return kExitUsage; failures of a command throw.
int run_command_line(int argc, char** argv);

}  // namespace braid

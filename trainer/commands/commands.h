// The subcommands of the binary, one file each. They take a configuration that `validate` accepts,
// print results on standard output and progress on standard error, and return the exit code.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "model/generation.h"
#include "trainer/configuration.h"
#include "trainer/resume.h"

namespace braid {

// What the process returns; docs/operations.md describes them.
enum ExitCode : int {
  kExitOk = 0,
  kExitError = 1,     // input, configuration or environment, in one line on standard error
  kExitUsage = 2,     // unknown command or flag, missing argument
  kExitInternal = 3,  // a defect of braid
  kExitStopped = 75,  // asked to end early (base/stop.h); EX_TEMPFAIL of sysexits.h: start it again
};

int run_prepare(const RunConfiguration& config);

// With `json` one object on standard output instead of tables.
int run_plan(const RunConfiguration& config, bool json);

int run_train(const RunConfiguration& config, const ResumeRequest& request);

struct EvalRequest {
  std::string adapter;  // the one to evaluate; empty: see choose_adapter in session.h
  std::string compare;  // evaluation/ of another run, to compare with; empty: none
};
int run_eval(const RunConfiguration& config, const EvalRequest& request);

struct StudyRequest {
  std::filesystem::path file;
  int64_t job = 0, jobs = 1;  // this process does the cells whose number is `job` modulo `jobs`
};
int run_study(const StudyRequest& request);

struct GenerateRequest {
  std::string prompt;   // "-": standard input
  std::string adapter;  // as for run_eval
  bool raw = false;     // the prompt as it is, without the chat template
  SamplingConfig sampling;
};
int run_generate(const RunConfiguration& config, const GenerateRequest& request);

// "chosen" and "rejected" of a pair, "answer" of a demonstration, "answer 3" of more.
std::string branch_name(size_t branch, size_t branches);

struct TokensRequest {
  std::string text;      // "-": standard input
  bool control = false;  // names of control tokens in the text stand for these tokens
};
// Ids, byte ranges and pieces of a text.
int inspect_tokens(const std::filesystem::path& model, const TokensRequest& request);

// The chat template in use on sample conversations, or on the first `count` groups of the data.
int inspect_template(const RunConfiguration& config, int64_t count);

int inspect_model(const std::filesystem::path& path);

// With a `model` (may be empty) the adapter is loaded onto it, which checks every tensor.
int inspect_adapter(const std::filesystem::path& directory, const std::string& model);

// One checkpoint, or all of a run directory. Error that names the damage when one is not whole.
int inspect_checkpoint(const std::filesystem::path& directory);

// The first `count` groups as training sees them.
int inspect_batch(const RunConfiguration& config, int64_t count);

}  // namespace braid

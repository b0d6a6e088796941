// The reference page of keys and commands.
#include "trainer/configuration_reference.h"

#include <fmt/format.h>

#include "trainer/options.h"

namespace braid {
namespace {

constexpr const char* kIntroduction =
    R"(# Configuration

<!-- Written by `braid inspect options --markdown`; change trainer/options.cpp instead. -->

One JSON file describes a run. A dotted key is a member of a nested object: `loss.beta` is
`{"loss": {"beta": 0.1}}`. Every key is also a flag of the same name, which wins over the file:
`--loss.beta 0.2` or `--loss.beta=0.2`. Lists are written with commas on the command line
(`--data.train a.jsonl,b.jsonl`) or as JSON (`--data.train '["a,b.jsonl"]'`).

- Unknown keys are errors that name the keys that may have been meant. Everything that is wrong with
  a file is reported at once.
- Relative paths in the file are relative to the file's directory, those of flags to the working
  directory.
- `null` is the same as leaving the key out.
- Training writes the configuration with every default filled in to `run.json` of the run directory.
  That file can be given to every command instead of the original.

```json
{
  "model": "models/SmolLM2-135M-Instruct",
  "output": "runs/first",
  "data": {"train": ["pairs.jsonl"]},
  "loss": {"kind": "dpo", "beta": 0.1}
}
```

## Keys
)";

constexpr const char* kRules = R"(
## Rules between keys

- `data.max_prompt_length` is below `data.max_length`.
- `train.sft_weight` and `train.preference_weight` are not both 0.
- `train.reference` stays `base` with the losses that use no reference (simpo, orpo).
- `train.patience` needs `train.best`.
- `optimizer.min_ratio` stays 0 with the constant schedule, which has no end value.
- `optimizer.warmup` in steps is below `train.max_steps` when both are given.
- `loss.label_smoothing`, `loss.gamma` and `loss.margin_scale` stay at their defaults with losses
  that do not use them; exo needs a `loss.label_smoothing` above 0.

## Commands

Every command that takes a run file takes every key as a flag.
)";

constexpr const char* kEnd = R"(
Exit codes and signals: [operations](operations.md).
)";

// A cell must not end its row, nor open a tag.
std::string cell(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '|' || c == '<') result += '\\';
    result += c;
  }
  return result;
}

std::string code(const std::string& text) { return text.empty() ? "" : "`" + text + "`"; }

std::string group_of(const std::string& key) {
  const size_t dot = key.find('.');
  return dot == std::string::npos ? "" : key.substr(0, dot);
}

std::string key_tables() {
  RunConfiguration defaults;
  std::string text, group = "-";
  for (const Option& option : option_table(defaults)) {
    if (group_of(option.key()) != group) {
      group = group_of(option.key());
      text += fmt::format(
          "\n### {}\n\n| key | type | default | valid | meaning |\n|---|---|---|---|---|\n",
          group.empty() ? "Run" : group);
    }
    text += fmt::format("| {} | {} | {} | {} | {} |\n", code(option.key()), option.kind(),
                        code(option.value_text()), option.valid(), cell(option.help()));
  }
  return text;
}

std::string command_section(const CommandReference& command) {
  std::string text = fmt::format("\n### {}\n\n{}.\n", command.name, command.help);
  if (command.flags.empty()) return text;
  text += "\n| argument | default | meaning |\n|---|---|---|\n";
  for (const auto& flag : command.flags) {
    text +=
        fmt::format("| {} | {} | {} |\n", code(flag.name), code(flag.fallback), cell(flag.help));
  }
  return text;
}

}  // namespace

std::string configuration_markdown(const std::vector<CommandReference>& commands) {
  std::string text = kIntroduction + key_tables() + kRules;
  for (const CommandReference& command : commands) text += command_section(command);
  return text + kEnd;
}

}  // namespace braid

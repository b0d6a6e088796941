// Subcommands and flags, by CLI11 and the option table.
#include "trainer/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>

#include "base/error.h"
#include "trainer/commands/commands.h"
#include "trainer/configuration_reference.h"
#include "trainer/options.h"
#include "trainer/progress.h"

namespace braid {
namespace {

using Overrides = std::vector<std::pair<std::string, std::string>>;

// What the words of a command line were parsed into.
struct Words {
  std::string file;     // run configuration
  Overrides overrides;  // of its keys
  std::string adapter, compare, path, model;
  int64_t count = 3;
  bool markdown = false, json = false;
  GenerateRequest generate;
  ResumeRequest resume;
  StudyRequest study;
  TokensRequest tokens;
};

struct Command {
  CLI::App* app;
  std::function<int()> run;
};

CLI::ExtrasError unknown(const char* what, const std::string& word,
                         const std::vector<std::string>& misses, const std::string& prefix) {
  std::string hint;
  for (const std::string& miss : misses) {
    hint += hint.empty() ? "; did you mean " : ", ";
    hint += prefix;
    hint += miss;
  }
  if (!hint.empty()) hint += "?";
  return {fmt::format("{}: unknown {}{}", quote(word), what, hint), CLI::ExitCodes::ExtrasError};
}

class CommandLine {
 public:
  CommandLine();
  int run(int argc, char** argv);

 private:
  void add_prepare();
  void add_plan();
  void add_train();
  void add_eval();
  void add_study();
  void add_generate();
  void add_inspect();
  void add_inspect_text(CLI::App& inspect);

  CLI::App* add(CLI::App& parent, const std::string& name, const std::string& help,
                std::function<int()> run);
  void add_run_file(CLI::App& command, bool required);
  // One flag per key; `adapter` is left out where the command has its own flag of that name.
  void add_keys(CLI::App& command, bool with_adapter);
  void add_adapter_flag(CLI::App& command);
  RunConfiguration configuration(bool needs_model = true) const;
  void reject_unknown_command(int argc, char** argv) const;
  void reject_unknown_flags(const CLI::App& command) const;
  std::vector<CommandReference> references() const;

  CLI::App app_{"Fine-tunes decoder-only language models on preference feedback"};
  std::vector<Command> commands_;
  Words words_;
};

CommandLine::CommandLine() {
  app_.name("braid");
  app_.set_version_flag("--version", "braid " BRAID_VERSION);
  app_.require_subcommand(1);
  app_.get_formatter()->column_width(44);
  add_prepare();
  add_plan();
  add_train();
  add_eval();
  add_study();
  add_generate();
  add_inspect();
}

CLI::App* CommandLine::add(CLI::App& parent, const std::string& name, const std::string& help,
                           std::function<int()> run) {
  CLI::App* command = parent.add_subcommand(name, help);
  commands_.push_back({command, std::move(run)});
  return command;
}

void CommandLine::add_run_file(CLI::App& command, bool required) {
  command.add_option("run", words_.file, "Run configuration, a JSON file")->required(required);
}

void CommandLine::add_keys(CLI::App& command, bool with_adapter) {
  RunConfiguration defaults;
  for (const Option& option : option_table(defaults)) {
    const std::string key = option.key();
    if (key == "adapter" && !with_adapter) continue;
    const auto take = [this, key](const std::string& word) {
      words_.overrides.emplace_back(key, word);
    };
    const size_t dot = key.find('.');
    command.add_option_function<std::string>("--" + key, take, option.help())
        ->type_name(option.kind())
        ->default_str(option.value_text())
        ->group(dot == std::string::npos ? "Keys" : "Keys: " + key.substr(0, dot));
  }
  // Unknown flags stay as extras, so that they can be answered with near misses.
  command.allow_extras();
}

void CommandLine::add_adapter_flag(CLI::App& command) {
  command.add_option("--adapter", words_.adapter,
                     "PEFT adapter to use; default: <output>/adapter of the run when it is there, "
                     "else the key adapter, else the base alone");
}

void CommandLine::add_prepare() {
  CLI::App* command =
      add(app_, "prepare", "Turn feedback of any kind into pairs to train on, with a report",
          [this] { return run_prepare(configuration(/*needs_model=*/false)); });
  add_run_file(*command, true);
  add_keys(*command, true);
}

void CommandLine::add_plan() {
  CLI::App* command =
      add(app_, "plan", "Memory, operations and time of a run before it starts; what fits",
          [this] { return run_plan(configuration(), words_.json); });
  add_run_file(*command, true);
  command->add_flag("--json", words_.json, "One object with all numbers instead of tables");
  add_keys(*command, true);
}

void CommandLine::add_train() {
  CLI::App* command =
      add(app_, "train", "Train an adapter; continues from the newest whole checkpoint in output",
          [this] { return run_train(configuration(), words_.resume); });
  add_run_file(*command, true);
  command
      ->add_option("--resume", words_.resume.from,
                   "Where to go on: auto (the newest whole checkpoint in output), never (an error "
                   "when there is one), or the path of a checkpoint or run")
      ->capture_default_str();
  command->add_option("--fork", words_.resume.fork,
                      "Checkpoint, or run, of which this run is a new branch: it goes on with "
                      "these weights and other settings, in another output");
  add_keys(*command, true);
}

void CommandLine::add_eval() {
  CLI::App* command =
      add(app_, "eval", "Held-out pairs and tasks, base and adapter side by side", [this] {
        return run_eval(configuration(), {words_.adapter, words_.compare});
      });
  add_run_file(*command, true);
  add_adapter_flag(*command);
  command->add_option(
      "--compare", words_.compare,
      "Directory evaluation/ of another run: paired differences to its pairs and tasks");
  add_keys(*command, false);
}

void CommandLine::add_study() {
  CLI::App* command =
      add(app_, "study", "A grid of sources, selection and seeds: accuracy against bias", [this] {
        words_.study.file = words_.file;
        return run_study(words_.study);
      });
  command->add_option("study", words_.file, "Study, a JSON file")->required();
  command->add_option("--job", words_.study.job, "Number of this process among --jobs, from 0")
      ->capture_default_str();
  command->add_option("--jobs", words_.study.jobs, "Processes that share the cells")
      ->capture_default_str();
}

void CommandLine::add_generate() {
  CLI::App* command = add(app_, "generate", "Write one answer to a prompt", [this] {
    const RunConfiguration config = configuration();
    words_.generate.adapter = words_.adapter;
    words_.generate.sampling.seed = config.seed;
    words_.generate.sampling.validate();
    return run_generate(config, words_.generate);
  });
  add_run_file(*command, false);
  add_adapter_flag(*command);
  GenerateRequest& request = words_.generate;
  command->add_option("--prompt", request.prompt, "The user's message; -: from standard input")
      ->required();
  command->add_flag("--raw", request.raw, "Continue the prompt as it is, without chat template");
  command->add_option("--temperature", request.sampling.temperature, "0: the likeliest token")
      ->capture_default_str();
  command
      ->add_option("--top_p", request.sampling.top_p,
                   "Sample from the likeliest tokens that have this share of the probability")
      ->capture_default_str();
  command->add_option("--max_new_tokens", request.sampling.max_new_tokens, "Length of the answer")
      ->capture_default_str();
  add_keys(*command, false);
}

void CommandLine::add_inspect() {
  CLI::App* inspect = app_.add_subcommand("inspect",
                                          "Look inside models, adapters, checkpoints, "
                                          "templates, batches");
  inspect->require_subcommand(1);
  CLI::App* model = add(*inspect, "model", "Shape, weights and tokenizer of a base model",
                        [this] { return inspect_model(words_.path); });
  model->add_option("path", words_.path, "A Hugging Face directory or a GGUF file")->required();
  CLI::App* adapter = add(*inspect, "adapter", "Configuration and tensors of a PEFT adapter",
                          [this] { return inspect_adapter(words_.path, words_.model); });
  adapter->add_option("path", words_.path, "Adapter directory")->required();
  adapter->add_option("--model", words_.model, "Base model to check the adapter against");
  CLI::App* checkpoint = add(*inspect, "checkpoint", "State and damage of checkpoints",
                             [this] { return inspect_checkpoint(words_.path); });
  checkpoint
      ->add_option("path", words_.path,
                   "A checkpoint, or a run directory: all of its "
                   "checkpoints")
      ->required();
  CLI::App* batch = add(*inspect, "batch", "Ids, text, segments and loss mask of the first groups",
                        [this] { return inspect_batch(configuration(), words_.count); });
  add_run_file(*batch, true);
  batch->add_option("--count", words_.count, "Groups to show")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_keys(*batch, true);
  add_inspect_text(*inspect);
  // For the maintenance of docs/configuration.md; an empty group keeps it out of the help.
  CLI::App* options = add(*inspect, "options", "The reference page of all keys", [this] {
    print(configuration_markdown(references()));
    return kExitOk;
  });
  options->add_flag("--markdown", words_.markdown, "As docs/configuration.md")->required();
  options->group("");
}

void CommandLine::add_inspect_text(CLI::App& inspect) {
  CLI::App* tokens = add(inspect, "tokens", "Ids, bytes and pieces of a text",
                         [this] { return inspect_tokens(words_.path, words_.tokens); });
  tokens->add_option("path", words_.path, "A model (directory or GGUF file) or a tokenizer.model")
      ->required();
  tokens->add_option("--text", words_.tokens.text, "The text; -: from standard input")->required();
  tokens->add_flag("--control", words_.tokens.control,
                   "Names of control tokens in the text are these tokens, as in a template");
  CLI::App* chat = add(inspect, "template",
                       "The chat template on sample conversations, or on the first groups of the "
                       "data; what the loss counts is marked",
                       [this] { return inspect_template(configuration(), words_.count); });
  add_run_file(*chat, false);
  chat->add_option("--count", words_.count, "Groups to show")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_keys(*chat, true);
}

RunConfiguration CommandLine::configuration(bool needs_model) const {
  RunConfiguration config = load_configuration(words_.file, words_.overrides);
  config.validate(needs_model);
  return config;
}

// CLI11 takes a mistyped command for a missing one.
void CommandLine::reject_unknown_command(int argc, char** argv) const {
  if (argc < 2 || argv[1][0] == '-') return;
  std::vector<std::string> known;
  for (const CLI::App* command : app_.get_subcommands([](const CLI::App*) { return true; })) {
    known.push_back(command->get_name());
  }
  const std::string word = argv[1];
  if (std::ranges::find(known, word) != known.end()) return;
  throw unknown("command", word, near_misses(word, known), "");
}

void CommandLine::reject_unknown_flags(const CLI::App& command) const {
  const auto extras = command.remaining();
  if (extras.empty()) return;
  const auto is_flag = [](const std::string& extra) { return extra.starts_with("--"); };
  // A flag says more than the value behind it.
  const auto flag = std::ranges::find_if(extras, is_flag);
  if (flag == extras.end()) throw unknown("argument", extras.front(), {}, "");
  std::vector<std::string> known;
  for (const CLI::Option* option : command.get_options()) {
    if (!option->get_lnames().empty()) known.push_back(option->get_lnames().front());
  }
  const std::string word = flag->substr(0, flag->find('='));
  throw unknown("flag", word, near_misses(word.substr(2), known), "--");
}

std::vector<CommandReference> CommandLine::references() const {
  std::vector<CommandReference> result;
  for (const Command& command : commands_) {
    if (command.app->get_group().empty()) continue;
    const CLI::App* parent = command.app->get_parent();
    const std::string prefix = parent == &app_ ? "braid " : "braid " + parent->get_name() + " ";
    CommandReference reference{
        prefix + command.app->get_name(), command.app->get_description(), {}};
    for (const CLI::Option* option : command.app->get_options()) {
      const bool is_key = option->get_group().starts_with("Keys");
      if (is_key || option->get_name() == "--help") continue;
      reference.flags.push_back(
          {option->get_name(), option->get_default_str(), option->get_description()});
    }
    result.push_back(std::move(reference));
  }
  return result;
}

int CommandLine::run(int argc, char** argv) {
  const Command* chosen = nullptr;
  try {
    reject_unknown_command(argc, argv);
    app_.parse(argc, argv);
    for (const Command& command : commands_) {
      if (command.app->parsed()) chosen = &command;
    }
    BRAID_ASSERT(chosen != nullptr);
    reject_unknown_flags(*chosen->app);
  } catch (const CLI::Success& e) {  // help and version
    return app_.exit(e);
  } catch (const CLI::ParseError& e) {
    say(fmt::format("braid: {}; see braid --help", e.what()));
    return kExitUsage;
  }
  return chosen->run();
}

}  // namespace

int run_command_line(int argc, char** argv) { return CommandLine().run(argc, argv); }

}  // namespace braid

// Reading and writing the run configuration by the option table.
#include "trainer/configuration.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "trainer/duration.h"
#include "trainer/options.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

// {"loss": {"beta": 0.1}} -> {"loss.beta": 0.1}; dotted keys may also be written as such.
void flatten(const Json& object, const std::string& prefix, const std::string& where, Json& flat) {
  for (const auto& [name, value] : object.items()) {
    const std::string key = prefix + name;
    if (value.is_object()) {
      flatten(value, key + ".", where, flat);
    } else if (flat.contains(key)) {
      fail("{}: key {} is there twice, once nested and once with a dot; remove one", where,
           quote(key));
    } else {
      flat[key] = value;
    }
  }
}

std::string unknown_key(const std::string& key, const std::vector<std::string>& known) {
  const auto misses = near_misses(key, known);
  if (!misses.empty()) {
    return fmt::format("{}: unknown key; did you mean {}?", quote(key), fmt::join(misses, ", "));
  }
  return fmt::format("{}: unknown key; braid train --help lists them all", quote(key));
}

// Reads every option in `flat`; one Error for everything that is wrong.
void apply(const std::vector<Option>& options, const Json& flat, const std::string& where,
           const fs::path& directory) {
  std::vector<std::string> known, problems;
  for (const Option& option : options) known.push_back(option.key());
  for (const auto& [key, value] : flat.items()) {
    if (std::ranges::find(known, key) == known.end()) problems.push_back(unknown_key(key, known));
  }
  ObjectReader reader(flat, where);
  for (const Option& option : options) {
    if (!reader.has(option.key())) continue;
    try {
      option.read(reader);
      option.resolve_path(directory);
    } catch (const Error& e) {
      problems.push_back(std::string(e.what()).substr(where.size() + 2));
    }
  }
  if (!problems.empty()) fail("{}: {}", where, fmt::join(problems, "; "));
}

Json words_to_json(const std::vector<Option>& options,
                   const std::vector<std::pair<std::string, std::string>>& words) {
  Json flat = Json::object();
  for (const auto& [key, word] : words) {
    const auto option = std::ranges::find(options, key, &Option::key);
    flat[key] = option == options.end() ? Json(word) : option->parse_word(word);
  }
  return flat;
}

// The options inside a document: itself, or its member in run.json of a run directory.
const Json& options_of(const Json& document, const std::string& where) {
  if (!document.is_object()) fail("{}: expected a JSON object of run options", where);
  const auto resolved = document.find("configuration");
  return resolved != document.end() && resolved->is_object() ? *resolved : document;
}

// Rules that involve more than one key.
void add_cross_field_problems(const RunConfiguration& c, std::vector<std::string>& problems) {
  const auto check = [&](bool ok, std::string problem) {
    if (!ok) problems.push_back(std::move(problem));
  };
  const auto& limits = c.data.limits;
  check(limits.max_prompt_length < limits.max_length,
        fmt::format("data.max_prompt_length: {}; below data.max_length ({}), or no answer fits",
                    limits.max_prompt_length, limits.max_length));
  check(c.data.sources.empty() || c.data.train.empty(),
        "data.sources and data.train: both given; prepare all feedback from sources (preset "
        "\"trl\" reads ready pairs), or train on files alone");
  check(c.train.sft_weight > 0 || c.train.preference_weight > 0,
        "train.sft_weight and train.preference_weight: both 0; nothing would be trained");
  check(c.train.reference == "base" || needs_reference(c.loss.kind),
        fmt::format("train.reference: {}; {} uses no reference, leave it at base",
                    quote(c.train.reference), preference_name(c.loss.kind)));
  check(c.train.patience == 0 || !c.train.best.empty(),
        fmt::format("train.patience: {}; name the number that has to improve in train.best",
                    c.train.patience));
  const auto& o = c.optimizer;
  check(o.schedule != "constant" || o.min_ratio == 0,
        fmt::format("optimizer.min_ratio: {}; the constant schedule has no end value, leave it at "
                    "0",
                    o.min_ratio));
  check(c.train.max_steps == 0 || o.warmup < 1 || o.warmup < static_cast<double>(c.train.max_steps),
        fmt::format("optimizer.warmup: {}; below train.max_steps ({}), or the peak is never "
                    "reached",
                    o.warmup, c.train.max_steps));
}

// What a component knows about its own part.
template <typename Component>
void add_component_problems(const Component& component, std::vector<std::string>& problems) {
  try {
    component.validate();
  } catch (const Error& e) {
    problems.push_back(e.what());
  }
}

void add_time_problems(const std::string& budget, std::vector<std::string>& problems) {
  if (budget.empty()) return;
  try {
    parse_duration(budget);
  } catch (const Error& e) {
    problems.push_back(fmt::format("time_budget: {}", e.what()));
  }
}

}  // namespace

RunConfiguration load_configuration(
    const fs::path& file, const std::vector<std::pair<std::string, std::string>>& overrides) {
  RunConfiguration config;
  const std::vector<Option> options = option_table(config);
  if (!file.empty()) {
    const Json document = read_json_file(file);
    Json flat = Json::object();
    flatten(options_of(document, file.string()), "", file.string(), flat);
    apply(options, flat, file.string(), fs::absolute(file).parent_path());
  }
  apply(options, words_to_json(options, overrides), "command line", fs::current_path());
  return config;
}

void RunConfiguration::validate(bool needs_model) const {
  RunConfiguration copy = *this;
  std::vector<std::string> problems;
  if (needs_model && model.empty())
    problems.push_back("model: missing; a Hugging Face directory or a GGUF file");
  bool lora_in_range = true, selection_in_range = true;
  for (const Option& option : option_table(copy)) {
    if (option.key().starts_with("loss.")) continue;  // the component names all of its problems
    const auto problem = option.problem();
    if (!problem) continue;
    problems.push_back(*problem);
    if (option.key().starts_with("lora.")) lora_in_range = false;
    if (option.key().starts_with("selection.")) selection_in_range = false;
  }
  if (selection_in_range) add_component_problems(selection, problems);
  if (lora_in_range) add_component_problems(lora, problems);
  add_component_problems(loss, problems);
  add_time_problems(time_budget, problems);
  add_cross_field_problems(*this, problems);
  if (!problems.empty()) fail("configuration: {}", fmt::join(problems, "; "));
}

Json RunConfiguration::to_json() const {
  RunConfiguration copy = *this;
  Json document = Json::object();
  for (const Option& option : option_table(copy)) {
    const size_t dot = option.key().find('.');
    if (dot == std::string::npos) {
      document[option.key()] = option.value();
    } else {
      document[option.key().substr(0, dot)][option.key().substr(dot + 1)] = option.value();
    }
  }
  return document;
}

}  // namespace braid

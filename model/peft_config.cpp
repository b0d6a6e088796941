// adapter_config.json: checks and translation to LoraConfig, and the writer.
#include "model/peft_config.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/json.h"

namespace braid {
namespace {

constexpr int64_t kDefaultRank = 8;    // PEFT's, not braid's
constexpr double kDefaultAlpha = 8.0;  // PEFT's, not braid's
constexpr const char* kAllLinear = "all-linear";
constexpr const char* kRegex = "regex:";

// Switches that must be off, because they change the computation.
constexpr std::array kMustBeOff = {
    "use_dora",          "lora_bias",           "fan_in_fan_out",
    "modules_to_save",   "rank_pattern",        "alpha_pattern",
    "exclude_modules",   "layers_to_transform", "layers_pattern",
    "layer_replication", "target_parameters",   "trainable_token_indices",
    "use_qalora",        "use_bdlora",          "velora_config",
    "kasa_config",       "monteclora_config",   "alora_invocation_tokens",
    "arrow_config",      "megatron_config"};

// Say nothing about the computation: where the adapter came from, or how it was initialised.
constexpr std::array kInformative = {"base_model_name_or_path",
                                     "revision",
                                     "inference_mode",
                                     "auto_mapping",
                                     "peft_version",
                                     "megatron_core",
                                     "qalora_group_size",
                                     "ensure_weight_tying",
                                     "runtime_config",
                                     "loftq_config",
                                     "eva_config",
                                     "corda_config",
                                     "lora_ga_config"};

constexpr std::array kTranslated = {"peft_type",  "task_type",      "r",
                                    "bias",       "lora_alpha",     "lora_dropout",
                                    "use_rslora", "target_modules", "init_lora_weights"};

// Initialisations that leave the base weights alone; the others subtract from them on load.
constexpr std::array kPlainInitialisations = {"gaussian", "orthogonal", "eva"};

bool contains(const auto& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

bool is_off(const Json& value) {
  return value.is_null() || (value.is_boolean() && !value.get<bool>()) ||
         (value.is_structured() && value.empty());
}

void check_features(const Json& json, const ObjectReader& reader, const std::string& where,
                    const std::function<void(const std::string&)>& warn) {
  for (const auto& [key, value] : json.items()) {
    if (contains(kTranslated, key) || contains(kInformative, key) || is_off(value)) continue;
    if (contains(kMustBeOff, key)) {
      reader.error(key, "not supported; train or export the adapter without it");
    }
    warn(fmt::format("{}: unknown key {} is ignored", where, quote(key)));
  }
}

void check_initialisation(ObjectReader& reader) {
  const Json* value = reader.find("init_lora_weights");
  if (value == nullptr || value->is_boolean()) return;
  const std::string name = value->is_string() ? value->get<std::string>() : value->dump();
  if (contains(kPlainInitialisations, name)) return;
  reader.error("init_lora_weights",
               fmt::format("{} changes the base weights, which is not supported; convert the "
                           "adapter to a plain one with PEFT",
                           quote(name)));
}

std::vector<std::string> read_targets(ObjectReader& reader) {
  const Json* value = reader.find("target_modules");
  if (value == nullptr)
    return {"q_proj",
            "v_proj"};  // PEFT's table, the same for all families but phi3, which is not in it
  if (!value->is_string()) {
    auto targets = reader.strings("target_modules");
    if (targets.empty()) reader.error("target_modules", "names no module");
    std::ranges::sort(targets);  // PEFT writes a set, in no order
    for (const auto& target : targets) {
      // Both would be read as something else than the names they are.
      if (target == kAllLinear || target.starts_with(kRegex)) {
        reader.error("target_modules", fmt::format("{} is not a module name", quote(target)));
      }
    }
    return targets;
  }
  const auto text = value->get<std::string>();
  std::string lower = text;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (lower == kAllLinear) return {kAllLinear};
  return {kRegex + text};
}

// What PEFT matches to exactly the adapted modules. A list of names goes out as it came in, since
// the matching rules are PEFT's; "all-linear" becomes the names of the linears, the same in every
// layer; a regular expression becomes full paths, because dialects differ. So do all targets inside
// a multimodal model, whose image parts have linears of the same names.
std::set<std::string> written_targets(const Adapter& adapter) {
  const auto& targets = adapter.config().targets;
  const bool all = contains(targets, kAllLinear);
  const bool pattern = std::ranges::any_of(
      targets, [](const std::string& target) { return target.starts_with(kRegex); });
  const bool multimodal = !adapter.pairs().begin()->first.starts_with("model.layers.");
  if (!all && !pattern && !multimodal) return {targets.begin(), targets.end()};
  std::set<std::string> names;
  for (const auto& [module, pair] : adapter.pairs()) {
    names.insert(all && !multimodal ? module.substr(module.rfind('.') + 1) : module);
  }
  return names;
}

}  // namespace

LoraConfig read_peft_config(const std::filesystem::path& path,
                            const std::function<void(const std::string&)>& warn) {
  const Json json = read_json_file(path);
  const std::string where = path.string();
  ObjectReader reader(json, where);
  if (reader.require_string("peft_type") != "LORA") {
    reader.error("peft_type", "only LORA adapters are supported");
  }
  if (reader.string("task_type", "CAUSAL_LM") != "CAUSAL_LM") {
    reader.error("task_type", "only CAUSAL_LM adapters are supported");
  }
  if (reader.string("bias", "none") != "none") {
    reader.error("bias", "trained biases are not supported; expected \"none\"");
  }
  check_features(json, reader, where, warn);
  check_initialisation(reader);

  LoraConfig config;
  config.targets = read_targets(reader);
  config.rank = reader.integer("r", kDefaultRank);
  config.alpha = reader.number("lora_alpha", kDefaultAlpha);
  config.dropout = reader.number("lora_dropout", 0.0);
  config.rslora = reader.boolean("use_rslora", false);
  try {
    config.validate();
  } catch (const Error& error) {
    fail("{}: {}", where, error.what());
  }
  return config;
}

std::string peft_config_text(const Adapter& adapter, const std::string& base_model) {
  const auto& config = adapter.config();
  nlohmann::json json = {{"alpha_pattern", nlohmann::json::object()},
                         {"auto_mapping", nullptr},
                         {"base_model_name_or_path", base_model},
                         {"bias", "none"},
                         {"fan_in_fan_out", false},
                         {"inference_mode", true},
                         {"init_lora_weights", true},
                         {"layers_pattern", nullptr},
                         {"layers_to_transform", nullptr},
                         {"loftq_config", nlohmann::json::object()},
                         {"lora_alpha", config.alpha},
                         {"lora_dropout", config.dropout},
                         {"modules_to_save", nullptr},
                         {"peft_type", "LORA"},
                         {"r", config.rank},
                         {"rank_pattern", nlohmann::json::object()},
                         {"revision", nullptr},
                         {"target_modules", written_targets(adapter)},
                         {"task_type", "CAUSAL_LM"},
                         {"use_dora", false},
                         {"use_rslora", config.rslora}};
  // Other tools declare it an integer, though all of them compute with fractions.
  constexpr double kExact = 0x1.0p53;
  if (std::trunc(config.alpha) == config.alpha && std::abs(config.alpha) < kExact) {
    json["lora_alpha"] = static_cast<int64_t>(config.alpha);
  }
  // A path need not be UTF-8; JSON has to be.
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace braid

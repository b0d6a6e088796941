// Rope settings of config.json, in the spellings of transformers 4 (rope_theta, rope_scaling) and 5
// (rope_parameters).
#include <cmath>

#include "base/error.h"
#include "model/config_huggingface.h"

namespace braid {
namespace {

constexpr double kGlobalTheta = 1e6, kLocalTheta = 1e4;  // gemma3's defaults

RopeType rope_type(const ObjectReader& reader, const std::string& name, bool phi3) {
  if (name == "default") return RopeType::kDefault;
  // Old names in files of phi3.
  if (name == "longrope" || (phi3 && (name == "su" || name == "yarn"))) return RopeType::kLongRope;
  if (phi3) {
    reader.error("rope_type", quote(name) + " is not supported; phi3 has default and longrope");
  }
  if (name == "linear") return RopeType::kLinear;
  if (name == "dynamic") return RopeType::kDynamic;
  if (name == "llama3") return RopeType::kLlama3;
  if (name == "yarn") return RopeType::kYarn;
  reader.error("rope_type", quote(name) +
                                " is not supported; supported are default, linear, dynamic, "
                                "llama3, yarn and longrope");
}

double required_factor(ObjectReader& rope) {
  if (!rope.has("factor")) rope.error("factor", "is missing");
  return rope.number("factor", 1.0);
}

std::vector<double> required_numbers(ObjectReader& rope, const std::string& key) {
  const Json* value = rope.find(key);
  if (value == nullptr) rope.error(key, "is missing");
  if (!value->is_array()) rope.error(key, "expected a list of numbers");
  std::vector<double> numbers;
  for (const Json& element : *value) {
    if (!element.is_number() || !std::isfinite(element.get<double>())) {
      rope.error(key, "expected finite numbers only");
    }
    numbers.push_back(element.get<double>());
  }
  return numbers;
}

void read_long_rope(ObjectReader& rope, int64_t max_position, RopeConfig& out) {
  out.short_factor = required_numbers(rope, "short_factor");
  out.long_factor = required_numbers(rope, "long_factor");
  out.attention_factor = rope.number("attention_factor", 0.0);
  if (out.original_max_position < 1) return;  // refused later
  const double stretch =
      static_cast<double>(max_position) / static_cast<double>(out.original_max_position);
  out.factor = rope.number("factor", std::max(stretch, 1.0));
}

// The scaling parameters of one rope dictionary, whichever of its two names it has. `original`: the
// field of that name beside the dictionary, which wins; 0: none.
void read_scaling(ObjectReader rope, int64_t original, const ModelConfig& config, RopeConfig& out) {
  const std::string name = rope.string("rope_type", rope.string("type", "default"));
  out.type = rope_type(rope, name, config.family == "phi3");
  out.theta = rope.number("rope_theta", out.theta);
  out.partial_rotary_factor = rope.number("partial_rotary_factor", out.partial_rotary_factor);
  if (out.type == RopeType::kDefault) return;
  const int64_t own = rope.integer("original_max_position_embeddings", config.max_position);
  out.original_max_position = original > 0 ? original : own;
  if (out.type == RopeType::kLongRope) return read_long_rope(rope, config.max_position, out);
  out.factor = required_factor(rope);
  if (out.type == RopeType::kLlama3) {
    out.low_freq_factor = rope.number("low_freq_factor", out.low_freq_factor);
    out.high_freq_factor = rope.number("high_freq_factor", out.high_freq_factor);
  }
  if (out.type == RopeType::kYarn) {
    out.beta_fast = rope.number("beta_fast", out.beta_fast);
    out.beta_slow = rope.number("beta_slow", out.beta_slow);
    out.attention_factor = rope.number("attention_factor", 0.0);
    out.mscale = rope.number("mscale", 0.0);
    out.mscale_all_dim = rope.number("mscale_all_dim", 0.0);
    out.truncate = rope.boolean("truncate", true);
  }
}

bool by_layer_type(const ObjectReader& rope) {
  return rope.has("full_attention") || rope.has("sliding_attention");
}

// gemma3: one rope for full layers, which alone may be scaled in the spelling of transformers 4,
// and one for layers with a window.
void read_two_ropes(ObjectReader& reader, ModelConfig& config) {
  RopeConfig& local = config.window_rope.emplace();
  config.rope.theta = reader.number("rope_theta", kGlobalTheta);
  local.theta = reader.number("rope_local_base_freq", kLocalTheta);
  if (auto both = reader.object("rope_parameters")) {
    if (!by_layer_type(*both)) {
      reader.error("rope_parameters", "expected full_attention and sliding_attention");
    }
    if (auto full = both->object("full_attention")) read_scaling(*full, 0, config, config.rope);
    if (auto sliding = both->object("sliding_attention")) read_scaling(*sliding, 0, config, local);
  } else if (auto scaling = reader.object("rope_scaling")) {
    read_scaling(*scaling, 0, config, config.rope);
  }
}

}  // namespace

void read_rope(ObjectReader& reader, const FamilyDefaults& family, ModelConfig& config) {
  if (config.family == "gemma3_text") return read_two_ropes(reader, config);
  config.rope.theta = reader.number("rope_theta", config.rope.theta);
  config.rope.partial_rotary_factor = reader.number("partial_rotary_factor", 1.0);
  const int64_t original =
      reader.integer("original_max_position_embeddings", family.original_max_position);
  for (const char* key : {"rope_parameters", "rope_scaling"}) {
    auto rope = reader.object(key);
    if (!rope) continue;
    if (by_layer_type(*rope)) {
      reader.error(key, "a rope of its own for each kind of layer is supported for gemma3 only");
    }
    return read_scaling(*rope, original, config, config.rope);
  }
}

}  // namespace braid

// Which linears carry an adapter: PEFT's matching rules.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/ranges.h>
#include <pcre2.h>

#include <algorithm>
#include <memory>

#include "base/error.h"
#include "model/lora.h"

namespace braid {
namespace {

constexpr std::string_view kAllLinear = "all-linear";
constexpr std::string_view kRegex = "regex:";

// A pattern that must match a whole module path. Patterns come out of untrusted adapter files, so
// the effort of one match is bounded.
class PathPattern {
 public:
  explicit PathPattern(const std::string& pattern) : pattern_(pattern) {
    int code = 0;
    PCRE2_SIZE offset = 0;
    code_.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                              PCRE2_ANCHORED | PCRE2_ENDANCHORED, &code, &offset, nullptr));
    if (!code_) {
      PCRE2_UCHAR text[128];
      pcre2_get_error_message(code, text, sizeof(text));
      fail("lora.targets: the pattern {} is not a regular expression: {} at character {}",
           quote(pattern), reinterpret_cast<const char*>(text), offset);
    }
    constexpr uint32_t kMostSteps = 1'000'000;
    pcre2_set_match_limit(context_.get(), kMostSteps);
  }

  bool matches(const std::string& path) const {
    const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> data(
        pcre2_match_data_create_from_pattern(code_.get(), nullptr), pcre2_match_data_free);
    const int result = pcre2_match(code_.get(), reinterpret_cast<PCRE2_SPTR>(path.data()),
                                   path.size(), 0, 0, data.get(), context_.get());
    if (result < 0 && result != PCRE2_ERROR_NOMATCH) {
      fail("lora.targets: matching the pattern {} takes too long; simplify it", quote(pattern_));
    }
    return result >= 0;
  }

 private:
  std::string pattern_;
  std::unique_ptr<pcre2_code, decltype(&pcre2_code_free)> code_{nullptr, pcre2_code_free};
  std::unique_ptr<pcre2_match_context, decltype(&pcre2_match_context_free)> context_{
      pcre2_match_context_create(nullptr), pcre2_match_context_free};
};

bool is_suffix(const std::string& path, const std::string& name) {
  return path == name || path.ends_with("." + name);
}

[[noreturn]] void matches_nothing(const std::string& target,
                                  const std::map<std::string, LinearShape>& linears) {
  std::vector<std::string> names;
  for (const auto& [path, shape] : linears) {
    const std::string name = path.substr(path.rfind('.') + 1);
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  fail("lora.targets: {} matches no linear of this model; its linears are {}", quote(target),
       fmt::join(names, ", "));
}

}  // namespace

std::map<std::string, LinearShape> adaptable_linears(const ModelConfig& config) {
  const int64_t d = config.hidden_size, f = config.intermediate_size;
  const int64_t q = config.heads * config.head_dim, kv = config.kv_heads * config.head_dim;
  std::map<std::string, LinearShape> linears;
  for (int64_t i = 0; i < config.layers; ++i) {
    const std::string layer = fmt::format("{}layers.{}.", config.module_prefix, i);
    linears[layer + "self_attn.o_proj"] = {q, d};
    linears[layer + "mlp.down_proj"] = {f, d};
    if (config.fused_linears) {
      linears[layer + "self_attn.qkv_proj"] = {d, q + 2 * kv};
      linears[layer + "mlp.gate_up_proj"] = {d, 2 * f};
      continue;
    }
    linears[layer + "self_attn.q_proj"] = {d, q};
    linears[layer + "self_attn.k_proj"] = {d, kv};
    linears[layer + "self_attn.v_proj"] = {d, kv};
    linears[layer + "mlp.gate_proj"] = {d, f};
    linears[layer + "mlp.up_proj"] = {d, f};
  }
  return linears;
}

std::vector<std::string> match_targets(const ModelConfig& config,
                                       const std::vector<std::string>& targets) {
  const auto linears = adaptable_linears(config);
  std::vector<std::string> matched;
  for (const auto& target : targets) {
    const bool all = target == kAllLinear, regex = target.starts_with(kRegex);
    if ((all || regex) && targets.size() > 1) {
      fail("lora.targets: {} must stand alone", quote(target));
    }
    const auto pattern =
        regex ? std::make_unique<PathPattern>(target.substr(kRegex.size())) : nullptr;
    const size_t before = matched.size();
    for (const auto& [path, shape] : linears) {
      if (all || (regex ? pattern->matches(path) : is_suffix(path, target))) {
        matched.push_back(path);
      }
    }
    if (matched.size() == before) matches_nothing(target, linears);
  }
  std::ranges::sort(matched);
  const auto repeated = std::ranges::unique(matched);
  matched.erase(repeated.begin(), repeated.end());
  return matched;
}

}  // namespace braid

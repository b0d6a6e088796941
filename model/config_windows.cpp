// Sliding windows of config.json: explicit layer types, or the family's rule.
#include "base/error.h"
#include "model/config_huggingface.h"

namespace braid {
namespace {

constexpr int64_t kDefaultWindow = 4096;
constexpr int64_t kDefaultMaxWindowLayers = 28;
constexpr int64_t kDefaultPattern = 6;

class Windows {
 public:
  Windows(const Json& json, ObjectReader& reader, WindowRule rule) : reader_(reader), rule_(rule) {
    // null switches the window off, absence means the default: ObjectReader does not tell them
    // apart.
    const bool null = json.contains("sliding_window") && json.at("sliding_window").is_null();
    active_ = is_active(null);
    window_ = reader.integer("sliding_window", kDefaultWindow);
    // Gemma's layers are made for a window.
    const bool needed = rule == WindowRule::kEverySecond || rule == WindowRule::kAllButEveryNth;
    if (active_ && (null || window_ < 1)) {
      reader.error("sliding_window",
                   needed ? "expected a positive integer" : "expected a positive integer or null");
    }
    if (rule == WindowRule::kFromLayerOn) {
      first_ = reader.integer("max_window_layers", kDefaultMaxWindowLayers);
    }
    if (rule == WindowRule::kAllButEveryNth) {
      const int64_t saved = reader.integer("_sliding_window_pattern", kDefaultPattern);
      pattern_ = reader.integer("sliding_window_pattern", saved);
      if (pattern_ < 1) reader.error("sliding_window_pattern", "expected a positive integer");
    }
  }

  int64_t by_rule(int64_t layer) const { return active_ && slides(layer) ? window_ : 0; }

  int64_t by_type(const std::string& type) const {
    if (type == "full_attention") return 0;
    if (type != "sliding_attention")
      reader_.error("layer_types", quote(type) + " is not supported");
    if (!active_) {
      reader_.error("layer_types", "sliding_attention, but sliding_window is switched off");
    }
    return window_;
  }

 private:
  bool is_active(bool null) {
    switch (rule_) {
      case WindowRule::kNone:
        return false;
      case WindowRule::kAllWhenGiven:
        return reader_.has("sliding_window");
      case WindowRule::kAllByDefault:
        return !null;
      case WindowRule::kFromLayerOn:
        return reader_.boolean("use_sliding_window", false) && !null;
      default:
        return true;
    }
  }

  bool slides(int64_t layer) const {
    if (rule_ == WindowRule::kEverySecond) return layer % 2 == 0;
    if (rule_ == WindowRule::kAllButEveryNth) return (layer + 1) % pattern_ != 0;
    return layer >= first_;
  }

  ObjectReader& reader_;
  WindowRule rule_;
  bool active_ = false;
  int64_t window_ = 0, first_ = 0, pattern_ = 1;
};

}  // namespace

std::vector<int64_t> read_windows(const Json& json, ObjectReader& reader, WindowRule rule,
                                  int64_t layers) {
  const Windows windows(json, reader, rule);
  const auto types = reader.strings("layer_types");
  if (!types.empty() && std::cmp_not_equal(types.size(), layers)) {
    reader.error("layer_types", fmt::format("{} entries for {} layers", types.size(), layers));
  }
  std::vector<int64_t> result;
  for (int64_t i = 0; i < layers; ++i) {
    result.push_back(types.empty() ? windows.by_rule(i)
                                   : windows.by_type(types[static_cast<size_t>(i)]));
  }
  return result;
}

}  // namespace braid

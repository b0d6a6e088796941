// Opening a model for a command.
#include "trainer/commands/session.h"

#include <fmt/format.h>

#include "trainer/device.h"
#include "trainer/progress.h"

namespace braid {

LoadedModel open_model(const RunConfiguration& config) {
  set_threads(config.threads);
  const c10::Device device = choose_device(config.device);
  LoadedModel model = load_model(config.model, parse_dtype(config.dtype), device);
  say(fmt::format("model: {} ({}, {} layers, {}) on {}", config.model, model.config.family,
                  model.config.layers, config.dtype, describe_device(device)));
  return model;
}

std::optional<std::filesystem::path> choose_adapter(const RunConfiguration& config,
                                                    const std::string& flag) {
  if (!flag.empty()) return flag;
  if (!config.output.empty()) {
    const auto trained = std::filesystem::path(config.output) / "adapter";
    std::error_code error;
    if (std::filesystem::exists(trained / "adapter_config.json", error)) return trained;
  }
  if (!config.adapter.empty()) return config.adapter;
  return std::nullopt;
}

}  // namespace braid

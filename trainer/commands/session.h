// What commands that compute share: the model on its device, and which adapter is meant.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "model/model.h"
#include "trainer/configuration.h"

namespace braid {

// Sets threads, chooses the device and loads the base weights; says what it did on standard error.
LoadedModel open_model(const RunConfiguration& config);

// The adapter that a command works with: `flag` when given, else the one the run has trained
// (<output>/adapter), else the one it would start from; nullopt: the base alone.
std::optional<std::filesystem::path> choose_adapter(const RunConfiguration& config,
                                                    const std::string& flag);

}  // namespace braid

// Where tests find SmolLM2-135M-Instruct.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>

namespace braid::test {

inline constexpr const char* kNoSmolLm2 =
    "SmolLM2-135M-Instruct.Q4_1.gguf is not here: set BRAID_SMOLLM2 or run scripts/dependencies";

// $BRAID_SMOLLM2, else the file that scripts put under .deps.
inline std::optional<std::filesystem::path> smollm2_path() {
  const char* configured = std::getenv("BRAID_SMOLLM2");
  const std::filesystem::path path = configured
                                         ? std::filesystem::path(configured)
                                         : std::filesystem::path(BRAID_SOURCE_DIR) / ".deps" /
                                               "models" / "SmolLM2-135M-Instruct.Q4_1.gguf";
  if (!std::filesystem::exists(path)) return std::nullopt;
  return path;
}

}  // namespace braid::test

// Which file of another evaluation this one is compared with.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace braid {

// The file of the adapter, or else of the base; nullopt: neither is there. `file_of` gives the path
// of a policy's file.
std::optional<std::filesystem::path> last_policy_file(
    const std::function<std::filesystem::path(const std::string& policy)>& file_of);

}  // namespace braid

// manifest.json of a checkpoint: size and checksum of every file, and a checksum of itself.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace braid {

// Lists every file of `directory` and writes manifest.json into it.
void write_manifest(const std::filesystem::path& directory);

// What does not agree with the manifest, or nullopt. `required` files must be listed. Files that
// the manifest does not know are somebody else's and do not count.
std::optional<std::string> manifest_damage(const std::filesystem::path& directory,
                                           const std::vector<std::string>& required);

}  // namespace braid

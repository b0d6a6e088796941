#include "trainer/evaluation/stored_file.h"

namespace braid {

std::optional<std::filesystem::path> last_policy_file(
    const std::function<std::filesystem::path(const std::string& policy)>& file_of) {
  for (const char* policy : {"adapter", "base"}) {
    const std::filesystem::path path = file_of(policy);
    std::error_code error;
    if (std::filesystem::exists(path, error)) return path;
  }
  return std::nullopt;
}

}  // namespace braid

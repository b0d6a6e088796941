#include "data/batches/token_cache.h"

#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"

namespace braid {
namespace {

// Raise it with every change of reading or encoding that gives other groups for the same input.
constexpr int kEncoderVersion = 1;

std::optional<GroupStore> open_existing(const std::filesystem::path& path, const std::string& key,
                                        const std::function<void(const std::string&)>& note) {
  if (!std::filesystem::exists(path)) return std::nullopt;
  try {
    GroupStore store{MappedFile(path)};
    if (store.key() == key) return store;
    note(fmt::format("{}: data, tokenizer, template or limits have changed; encoding again",
                     path.string()));
  } catch (const Error& error) {
    note(fmt::format("{}; encoding again", error.what()));
  }
  return std::nullopt;
}

}  // namespace

std::string token_key(const std::vector<std::string>& files, const std::string& fingerprint,
                      int64_t vocab_size, const EncodeLimits& limits) {
  Hasher hasher;
  hasher.update(fmt::format("encoder {} vocabulary {} limits {} {} {} ", kEncoderVersion,
                            vocab_size, limits.max_length, limits.max_prompt_length, fingerprint));
  for (const std::string& file : files) {
    const MappedFile mapped(file);
    hasher.update(fmt::format("file {} {} ", file, mapped.bytes().size())).update(mapped.bytes());
  }
  return hasher.hex();
}

GroupStore open_or_build(const std::filesystem::path& path, const std::string& key,
                         const std::function<std::string()>& build,
                         const std::function<void(const std::string&)>& note) {
  if (auto store = open_existing(path, key, note)) return std::move(*store);
  std::string bytes = build();
  try {
    std::filesystem::create_directories(path.parent_path());
    write_file_atomic(path, bytes);
  } catch (const std::exception& error) {
    note(fmt::format("encoded tokens are not kept: {}", error.what()));
    return GroupStore(std::move(bytes), path.string());
  }
  bytes = {};
  return GroupStore{MappedFile(path)};
}

}  // namespace braid

// Content hashes (XXH3, 128 bit): keys of caches, checksums in manifests. Not for security.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace braid {

// Streaming hasher; `update` any number of times, then `hex` (32 lower-case digits).
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  Hasher& update(std::span<const std::byte> bytes);
  Hasher& update(std::string_view text);
  std::string hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string hash_hex(std::string_view text);
uint64_t hash64(std::string_view text, uint64_t seed = 0);

}  // namespace braid

// Content hashes: XXH3 of the system's xxHash.
#include "base/hash.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <new>

namespace braid {
namespace {

std::string to_hex(XXH128_hash_t hash) {
  return fmt::format("{:016x}{:016x}", static_cast<uint64_t>(hash.high64),
                     static_cast<uint64_t>(hash.low64));
}

}  // namespace

struct Hasher::State {
  State() : value(XXH3_createState()) {
    if (value == nullptr) throw std::bad_alloc();
    XXH3_128bits_reset(value);
  }
  ~State() { XXH3_freeState(value); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  XXH3_state_t* value;
};

Hasher::Hasher() : state_(std::make_unique<State>()) {}
Hasher::~Hasher() = default;

Hasher& Hasher::update(std::span<const std::byte> bytes) {
  // An empty span may hold a null pointer, which xxHash calls an error.
  if (!bytes.empty()) XXH3_128bits_update(state_->value, bytes.data(), bytes.size());
  return *this;
}

Hasher& Hasher::update(std::string_view text) {
  return update(std::as_bytes(std::span(text.data(), text.size())));
}

std::string Hasher::hex() const { return to_hex(XXH3_128bits_digest(state_->value)); }

std::string hash_hex(std::string_view text) {
  return to_hex(XXH3_128bits(text.data(), text.size()));
}

uint64_t hash64(std::string_view text, uint64_t seed) {
  return XXH3_64bits_withSeed(text.data(), text.size(), seed);
}

}  // namespace braid

// Counter-based random numbers: a value is a pure function of (seed, stream, index), so that the
// state of anything random in a run is a few integers and a resumed run draws the same numbers.
// SplitMix64 finaliser over mixed keys.
#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

namespace braid {

// 64 uniform bits for the key. Different (seed, stream, index) give independent-looking values.
uint64_t random_bits(uint64_t seed, uint64_t stream, uint64_t index);

// Uniform in [0, 1) with 53 random bits.
double random_unit(uint64_t seed, uint64_t stream, uint64_t index);

// Uniform integer in [0, bound), without modulo bias beyond 2^-64. bound > 0.
uint64_t random_below(uint64_t seed, uint64_t stream, uint64_t index, uint64_t bound);

// Permutation of 0..count-1 (Fisher-Yates); the same for the same key on every platform.
std::vector<int64_t> random_permutation(uint64_t seed, uint64_t stream, int64_t count);

}  // namespace braid

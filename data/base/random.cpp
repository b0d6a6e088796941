// Counter-based random numbers from the SplitMix64 finaliser.
#include "base/random.h"

#include <utility>

#include "base/error.h"

namespace braid {
namespace {

constexpr uint64_t kGolden = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio: the step of SplitMix64

uint64_t mix(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

}  // namespace

uint64_t random_bits(uint64_t seed, uint64_t stream, uint64_t index) {
  // Each part goes through the finaliser before the next joins, so that neighbouring keys do not
  // cancel out.
  uint64_t state = mix(seed + kGolden);
  state = mix(state + stream + kGolden);
  return mix(state + (index + 1) * kGolden);
}

double random_unit(uint64_t seed, uint64_t stream, uint64_t index) {
  return static_cast<double>(random_bits(seed, stream, index) >> 11) * 0x1.0p-53;
}

uint64_t random_below(uint64_t seed, uint64_t stream, uint64_t index, uint64_t bound) {
  BRAID_ASSERT(bound > 0);
  // High half of a 128-bit product: bits * bound / 2^64. __extension__ silences -Wpedantic for the
  // 128-bit type.
  __extension__ using Wide = unsigned __int128;
  return static_cast<uint64_t>((Wide{random_bits(seed, stream, index)} * bound) >> 64);
}

std::vector<int64_t> random_permutation(uint64_t seed, uint64_t stream, int64_t count) {
  BRAID_ASSERT(count >= 0);
  std::vector<int64_t> order(static_cast<size_t>(count));
  std::iota(order.begin(), order.end(), int64_t{0});
  for (uint64_t last = order.size(); last > 1; --last) {
    std::swap(order[last - 1], order[random_below(seed, stream, last, last)]);
  }
  return order;
}

}  // namespace braid

// The hash that identifies base weights in cache keys.
#include <fmt/ranges.h>

#include <algorithm>

#include "base/hash.h"
#include "base/stop.h"
#include "model/weights.h"
#include "model/weights_files.h"

namespace braid {
namespace {

// Up to here every byte counts; beyond, the two ends of every tensor do, which any training run or
// re-quantisation changes, so that start-up does not read a large model twice.
constexpr size_t kFullBytes = size_t{64} << 20;
constexpr size_t kSampleBytes = size_t{1} << 20;

}  // namespace

std::string weights_fingerprint(const std::filesystem::path& model_path) {
  const auto files = open_weights(model_path);
  std::vector<const StoredTensor*> tensors;
  size_t total = 0;
  for (const auto& tensor : files->tensors()) {
    tensors.push_back(&tensor);
    total += tensor.bytes.size();
  }
  // By name, so that the same tensors in other shards are the same weights.
  std::ranges::stable_sort(tensors, {}, &StoredTensor::name);
  Hasher hasher;
  for (const StoredTensor* tensor : tensors) {
    check_stop();
    const auto bytes = tensor->bytes;
    // Lengths first: a name cannot run into what follows it.
    hasher.update(fmt::format("{}:{}:{}[{}]{};", tensor->name.size(), tensor->name, tensor->type,
                              fmt::join(tensor->shape, ","), bytes.size()));
    if (total < kFullBytes || bytes.size() <= 2 * kSampleBytes) {
      hasher.update(bytes);
    } else {
      hasher.update(bytes.first(kSampleBytes)).update(bytes.last(kSampleBytes));
    }
  }
  return hasher.hex();
}

}  // namespace braid

// Bump allocation.
#include "data/jinja/arena.h"

#include <algorithm>
#include <cstring>

#include "data/jinja/problem.h"

namespace braid::jinja {
namespace {

constexpr size_t kChunk = size_t{1} << 15;
constexpr size_t kAlignment = alignof(std::max_align_t);

}  // namespace

void* Arena::allocate(size_t bytes) {
  if (bytes > limit_ - used_) exhausted();
  bytes = (std::max<size_t>(bytes, 1) + kAlignment - 1) / kAlignment * kAlignment;
  used_ = std::min(limit_, used_ + bytes);
  if (bytes > left_) {
    // Large pieces get a chunk of their own, so that the rest of the current one is not lost.
    const size_t size = std::max(bytes, kChunk);
    chunks_.emplace_back(new std::byte[size]);  // not cleared
    if (size > kChunk) return chunks_.back().get();
    at_ = chunks_.back().get();
    left_ = size;
  }
  void* result = at_;
  at_ += bytes;
  left_ -= bytes;
  return result;
}

std::string_view Arena::copy(std::string_view bytes) {
  if (bytes.empty()) return {};
  char* data = static_cast<char*>(allocate(bytes.size()));
  std::memcpy(data, bytes.data(), bytes.size());
  return {data, bytes.size()};
}

void Arena::exhausted() const {
  problem("the values of this rendering need more than {} bytes of memory", limit_);
}

}  // namespace braid::jinja

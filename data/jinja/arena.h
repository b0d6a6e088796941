// Memory of one rendering (or one parsed template): taken piece by piece, given back all at once.
// Values hold plain pointers into it, so that no reference is counted, no cycle leaks and nothing
// deeply nested is destroyed recursively.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace braid::jinja {

class Arena {
 public:
  // `limit`: bytes altogether; a request beyond it is a Problem.
  explicit Arena(size_t limit) : limit_(limit) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  void* allocate(size_t bytes);  // aligned for any type

  template <typename T, typename... Args>
  T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>, "nobody runs destructors here");
    return new (allocate(sizeof(T))) T(std::forward<Args>(args)...);
  }

  // `count` value-initialised elements.
  template <typename T>
  T* array(size_t count) {
    static_assert(std::is_trivially_destructible_v<T>, "nobody runs destructors here");
    if (count > limit_ / sizeof(T)) exhausted();
    T* items = static_cast<T*>(allocate(count * sizeof(T)));
    for (size_t i = 0; i < count; ++i) new (items + i) T();
    return items;
  }

  std::string_view copy(std::string_view bytes);

 private:
  [[noreturn]] void exhausted() const;

  size_t limit_;
  size_t used_ = 0;
  std::byte* at_ = nullptr;
  size_t left_ = 0;
  std::vector<std::unique_ptr<std::byte[]>> chunks_;
};

}  // namespace braid::jinja

// What one rendering shares: memory, limits, the line that is being executed, the clock.
#pragma once

#include <ctime>

#include "data/jinja/arena.h"
#include "data/jinja/template.h"

namespace braid::jinja {

class Runtime {
 public:
  Runtime(const RenderLimits& limits, std::time_t now)
      : arena(limits.memory_bytes), now(now), limits_(limits) {}

  // Counts one unit of work.
  void step() {
    if (++steps_ > limits_.steps) too_many_steps();
  }
  // Counts work that grows with the bytes or items it goes through.
  void work(size_t bytes) {
    steps_ += bytes / kBytesPerStep;
    if (steps_ > limits_.steps) too_many_steps();
  }
  // Problem when `count` times `bytes` is more than all values may take.
  void require_memory(size_t count, size_t bytes) const;
  // No text may become longer than this.
  size_t max_text() const { return limits_.output_bytes; }
  [[noreturn]] void text_too_long() const;

  Arena arena;
  const std::time_t now;
  int line = 0;  // of the template; begins the message of an error

 private:
  friend class Level;
  static constexpr size_t kBytesPerStep = 64;

  [[noreturn]] void too_many_steps() const;
  [[noreturn]] void too_deep() const;

  RenderLimits limits_;
  size_t steps_ = 0;
  int depth_ = 0;
};

// One level of nesting (of statements, expressions, calls or values) for as long as it lives.
class Level {
 public:
  explicit Level(Runtime& runtime) : runtime_(runtime) {
    if (runtime.depth_ >= runtime.limits_.depth) runtime.too_deep();
    ++runtime.depth_;
  }
  ~Level() { --runtime_.depth_; }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;

 private:
  Runtime& runtime_;
};

}  // namespace braid::jinja

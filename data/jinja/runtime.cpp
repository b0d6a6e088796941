#include "data/jinja/runtime.h"

#include "data/jinja/problem.h"

namespace braid::jinja {

void Runtime::too_many_steps() const {
  problem("the template needs more than {} steps; it may not end", limits_.steps);
}

void Runtime::too_deep() const {
  problem("calls, expressions or values are nested more than {} levels deep", limits_.depth);
}

void Runtime::require_memory(size_t count, size_t bytes) const {
  if (bytes != 0 && count > limits_.memory_bytes / bytes) {
    problem("a list grows beyond {} bytes", limits_.memory_bytes);
  }
}

void Runtime::text_too_long() const {
  problem("a text grows beyond {} bytes", limits_.output_bytes);
}

}  // namespace braid::jinja

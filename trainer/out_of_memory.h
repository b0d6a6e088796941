// Failures for lack of memory, whoever reports them.
#pragma once

#include <functional>
#include <string>

namespace braid {

// Runs `work`. When memory runs out in it (std::bad_alloc, or an allocator of tensors), an Error
// that says so and what `advice` answers, which is asked after the memory of `work` is free again.
// Other exceptions pass.
void with_memory_advice(const std::function<void()>& work,
                        const std::function<std::string()>& advice);

}  // namespace braid

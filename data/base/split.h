// Which prompts are held out: a pure function of the prompt, so that adding data moves no other.
#pragma once

#include <cstdint>
#include <string_view>

namespace braid {

// True when the group of this key belongs to the held-out part, which is `fraction` of all keys.
// `fraction` in [0, 1).
bool is_held_out(std::string_view key, double fraction, uint64_t seed);

}  // namespace braid

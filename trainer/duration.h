// Lengths of time as people write them.
#pragma once

#include <chrono>
#include <string>

namespace braid {

// "3h30m", "90s", "1d 12h", and Slurm's "3:30:00", "90:00" (minutes and seconds) and "1-12:00:00".
// Error on anything else; a bare number too, because it is seconds for some and minutes for others.
std::chrono::seconds parse_duration(const std::string& text);

}  // namespace braid

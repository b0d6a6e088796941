// strftime for templates.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

namespace braid::jinja {

// `now` in UTC by a format of Python's strftime, names of days and months in English. Problem for a
// directive that it does not have.
std::string format_time(std::time_t now, std::string_view format);

}  // namespace braid::jinja

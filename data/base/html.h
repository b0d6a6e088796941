// Pieces of HTML for reports that stand alone: one file, no scripts, nothing loaded from elsewhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace braid::html {

// Text as HTML: markup escaped, control characters replaced. Any bytes are safe as content and as
// an attribute in double quotes.
std::string escape(std::string_view text);

// The first `max_characters` code points, escaped, with an ellipsis when something is cut.
std::string excerpt(std::string_view text, size_t max_characters);

std::string number(int64_t value);  // "1 234 567"
std::string percent(double share);  // "12.3 %"
std::string colour(size_t index);   // of the i-th category, as a CSS value
std::string swatch(size_t index);   // a small square of that colour

// A table; cells are HTML. Columns from `first_number` on are right-aligned.
std::string table(const std::vector<std::string>& header,
                  const std::vector<std::vector<std::string>>& rows, size_t first_number);

std::string section(const std::string& title, const std::string& body);

// The whole document around sections.
std::string page(const std::string& title, const std::string& body);

}  // namespace braid::html

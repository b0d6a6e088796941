#include "base/html.h"

#include <fmt/format.h>

#include <array>

namespace braid::html {
namespace {

constexpr std::string_view kStyle = R"css(
:root { --ink: #1b1f24; --soft: #59636e; --line: #d8dee4; --paper: #ffffff; --panel: #f6f8fa;
  --before: #b8c4d0; --after: #2463a5; --bad: #b3401f; color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --soft: #9aa5b1; --line: #30363d; --paper: #0d1117; --panel: #161b22;
    --before: #4a5663; --after: #6cb0f5; --bad: #f0883e; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1100px; padding: 32px 24px 80px; background: var(--paper);
  color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 44px 0 10px; }
h3 { font-size: 15px; margin: 22px 0 6px; }
p { margin: 6px 0; } .soft { color: var(--soft); }
table { border-collapse: collapse; margin: 10px 0; width: 100%; font-size: 14px; }
th, td { text-align: left; padding: 5px 10px; border-bottom: 1px solid var(--line);
  vertical-align: top; }
td:first-child { white-space: nowrap; } td:not(.n) { min-width: 8em; }
th { color: var(--soft); font-weight: 600; } .n { text-align: right; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
svg { display: block; width: 100%; height: auto; margin: 8px 0; }
svg text { fill: var(--ink); font: 12px system-ui, sans-serif; } svg .soft { fill: var(--soft); }
.tiles { display: flex; flex-wrap: wrap; gap: 12px; margin: 18px 0; }
.tile { background: var(--panel); border: 1px solid var(--line); border-radius: 8px;
  padding: 10px 16px; min-width: 130px; }
.tile b { display: block; font-size: 24px; font-variant-numeric: tabular-nums; }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(310px, 1fr)); gap: 18px; }
.card { background: var(--panel); border: 1px solid var(--line); border-radius: 8px;
  padding: 10px 14px; margin: 10px 0; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; margin: 4px 0 8px; }
.label { color: var(--soft); font-size: 12px; text-transform: uppercase; letter-spacing: .04em; }
.swatch { display: inline-block; width: 11px; height: 11px; border-radius: 2px;
  margin-right: 6px; }
summary { cursor: pointer; padding: 4px 0; }
)css";

// Told apart by people who see colours differently, on light and dark paper.
constexpr std::array<std::string_view, 10> kColours = {"#3b78c2", "#e08a1e", "#3a9d6e", "#b0508e",
                                                       "#8a6fd1", "#c8553d", "#5aa7b8", "#9a8b2f",
                                                       "#6d7681", "#d17fa3"};

// Bytes of the character that begins with `lead`; 1 for what is none.
size_t character_bytes(unsigned char lead) {
  if (lead >= 0xF0) return 4;
  if (lead >= 0xE0) return 3;
  return lead >= 0xC0 ? 2 : 1;
}

}  // namespace

std::string escape(std::string_view text) {
  std::string result;
  result.reserve(text.size() + text.size() / 16);
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      case '\n':
      case '\t':
        result += c;
        break;
      default: {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F) {
          result += "\xEF\xBF\xBD";
        } else {
          result += c;
        }
      }
    }
  }
  return result;
}

std::string excerpt(std::string_view text, size_t max_characters) {
  size_t end = 0;
  for (size_t count = 0; end < text.size() && count < max_characters; ++count) {
    end += character_bytes(static_cast<unsigned char>(text[end]));
  }
  if (end >= text.size()) return escape(text);
  return escape(text.substr(0, end)) + "\xE2\x80\xA6";
}

std::string number(int64_t value) {
  std::string digits = std::to_string(value);
  const size_t first = value < 0 ? 1 : 0;
  for (size_t i = digits.size(); i > first + 3;) digits.insert(i -= 3, "\xE2\x80\xAF");
  return digits;
}

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

std::string colour(size_t index) { return std::string(kColours[index % kColours.size()]); }

std::string swatch(size_t index) {
  return fmt::format("<span class=\"swatch\" style=\"background:{}\"></span>", colour(index));
}

std::string table(const std::vector<std::string>& header,
                  const std::vector<std::vector<std::string>>& rows, size_t first_number) {
  std::string text = "<table><tr>";
  const auto cell = [&](const char* tag, size_t column, const std::string& content) {
    text += fmt::format("<{}{}>{}</{}>", tag, column >= first_number ? " class=\"n\"" : "", content,
                        tag);
  };
  for (size_t i = 0; i < header.size(); ++i) cell("th", i, header[i]);
  text += "</tr>\n";
  for (const auto& row : rows) {
    text += "<tr>";
    for (size_t i = 0; i < row.size(); ++i) cell("td", i, row[i]);
    text += "</tr>\n";
  }
  return text + "</table>\n";
}

std::string section(const std::string& title, const std::string& body) {
  return fmt::format("<h2>{}</h2>\n{}", title, body);
}

std::string page(const std::string& title, const std::string& body) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" "
      "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{0}</title>\n<style>{1}</style></head>\n<body>\n<h1>{0}</h1>\n{2}</body></html>\n",
      escape(title), kStyle, body);
}

}  // namespace braid::html

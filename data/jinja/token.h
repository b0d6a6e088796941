// The pieces of a template's source.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace braid::jinja {

enum class TokenKind : uint8_t {
  kData,           // text between tags
  kBlockBegin,     // {%
  kBlockEnd,       // %}
  kVariableBegin,  // {{
  kVariableEnd,    // }}
  kName,
  kString,
  kInteger,
  kFloat,
  kOperator,  // or punctuation; `text` is its spelling
  kEnd,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  int line = 0;
  std::string text;  // of a string: its value
  int64_t integer = 0;
  double number = 0;
};

// The whole source as tokens, the last one kEnd, with the white space rules of Jinja under
// trim_blocks and lstrip_blocks. Sets `line` as it goes; Problem on what is no token.
std::vector<Token> tokenize(std::string_view source, int& line);

// The value of a string literal between its quotes.
std::string unescape(std::string_view literal);

}  // namespace braid::jinja

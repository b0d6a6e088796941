// The tokens of a template, one after the other.
#pragma once

#include <algorithm>
#include <string_view>
#include <utility>

#include "data/jinja/token.h"

namespace braid::jinja {

class TokenStream {
 public:
  // `line` follows the current token, for messages.
  TokenStream(std::vector<Token> tokens, int& line) : tokens_(std::move(tokens)), line_(line) {
    line_ = current().line;
  }

  const Token& current() const { return tokens_[at_]; }
  const Token& look() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  Token take();  // the current token; moves on unless it is the end

  bool is(TokenKind kind) const { return current().kind == kind; }
  bool is_name(std::string_view name) const { return matches(current(), TokenKind::kName, name); }
  bool is_operator(std::string_view text) const {
    return matches(current(), TokenKind::kOperator, text);
  }
  static bool matches(const Token& token, TokenKind kind, std::string_view text) {
    return token.kind == kind && token.text == text;
  }

  bool skip_name(std::string_view name) { return skip(is_name(name)); }
  bool skip_operator(std::string_view text) { return skip(is_operator(text)); }

  void expect(TokenKind kind);
  void expect_operator(std::string_view text);
  void expect_name(std::string_view name);
  std::string take_name();

  int line() const { return current().line; }
  [[noreturn]] void unexpected(std::string_view wanted) const;

 private:
  bool skip(bool found) {
    if (found) take();
    return found;
  }

  std::vector<Token> tokens_;
  size_t at_ = 0;
  int& line_;
};

}  // namespace braid::jinja

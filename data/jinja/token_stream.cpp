#include "data/jinja/token_stream.h"

#include "data/jinja/problem.h"

namespace braid::jinja {
namespace {

std::string describe(const Token& token) {
  switch (token.kind) {
    case TokenKind::kData:
      return "text";
    case TokenKind::kBlockBegin:
      return "'{%'";
    case TokenKind::kBlockEnd:
      return "the end of the statement";
    case TokenKind::kVariableBegin:
      return "'{{'";
    case TokenKind::kVariableEnd:
      return "the end of the expression";
    case TokenKind::kName:
    case TokenKind::kOperator:
      return fmt::format("'{}'", token.text);
    case TokenKind::kString:
      return "a string";
    case TokenKind::kInteger:
    case TokenKind::kFloat:
      return "a number";
    case TokenKind::kEnd:
      return "the end of the template";
  }
  return "";
}

}  // namespace

Token TokenStream::take() {
  if (at_ + 1 == tokens_.size()) return tokens_[at_];
  Token token = std::move(tokens_[at_]);
  ++at_;
  line_ = current().line;
  return token;
}

void TokenStream::unexpected(std::string_view wanted) const {
  problem("expected {}, got {}", wanted, describe(current()));
}

void TokenStream::expect(TokenKind kind) {
  if (!is(kind)) unexpected(describe(Token{kind, 0, ""}));
  take();
}

void TokenStream::expect_operator(std::string_view text) {
  if (!skip_operator(text)) unexpected(fmt::format("'{}'", text));
}

void TokenStream::expect_name(std::string_view name) {
  if (!skip_name(name)) unexpected(fmt::format("'{}'", name));
}

std::string TokenStream::take_name() {
  if (!is(TokenKind::kName)) unexpected("a name");
  return take().text;
}

}  // namespace braid::jinja

// Expressions, with the precedence of Jinja.
#pragma once

#include "data/jinja/ast.h"
#include "data/jinja/names.h"
#include "data/jinja/token_stream.h"

namespace braid::jinja {

class ExpressionParser {
 public:
  ExpressionParser(Program& program, TokenStream& tokens)
      : names(program), program_(program), tokens_(tokens) {}

  // An expression, with or without the inline `if`.
  const Node* expression(bool conditional = true);
  // Expressions with commas between them are a tuple; in parentheses it may be empty.
  const Node* tuple(bool conditional = true, bool parenthesised = false);
  // "| filter | filter" behind `operand`, which is null for the body of a block; null when there is
  // none. `inline_first`: the first has no "|".
  const FilterNode* filters(const Node* operand, bool inline_first = false);
  // Where an assignment goes; with `attributes` also to attributes of namespaces.
  Target target(bool attributes);

  template <typename T>
  T* make(NodeKind kind, int line) {
    auto node = std::make_unique<T>(kind, line);
    T* result = node.get();
    program_.nodes.push_back(std::move(node));
    return result;
  }
  std::string_view keep(std::string_view text) { return program_.arena.copy(text); }
  const Text* keep_text(std::string_view text) { return copy_text(program_.arena, text); }

  // One level of nesting of the source for as long as it lives.
  class Nesting {
   public:
    explicit Nesting(ExpressionParser& parser);
    ~Nesting() { --parser_.nesting_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;

   private:
    ExpressionParser& parser_;
  };

  Names names;
  UnknownNames unknown;
  int loops = 0;  // for loops around, in any scope: `loop` cannot be assigned there

 private:
  const Node* condition();
  const Node* disjunction();
  const Node* conjunction();
  const Node* negation();
  const Node* comparison();
  bool link(CompareNode::Link& link);
  const Node* sum();
  const Node* concatenation();
  const Node* product();
  const Node* power();
  const Node* unary(bool with_filters);
  const Node* primary();
  const Node* name_or_constant();
  const Node* string();
  const Node* list();
  const Node* dict();
  const Node* postfix(const Node* node);
  const Node* filter_or_test(const Node* node);
  const Node* subscript(const Node* object);
  const Node* element(const Node* object);
  const Node* slice(const Node* object, const Node* start, int line);
  bool at_slice_end() const;
  const Node* call(const Node* callee);
  const Node* test(const Node* operand);
  CallArguments call_arguments();
  void argument(CallArguments& arguments);
  std::string dotted_name();
  const Node* constant(const Value& value, int line);
  const Node* binary(NodeKind kind, const Node* left, const Node* right, int line);
  const Node* arithmetic(Arithmetic operation, const Node* left, const Node* right, int line);
  Target single_target(bool attributes);

  Program& program_;
  TokenStream& tokens_;
  int nesting_ = 0;
};

}  // namespace braid::jinja

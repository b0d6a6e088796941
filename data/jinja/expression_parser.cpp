#include "data/jinja/expression_parser.h"

#include "data/jinja/problem.h"

namespace braid::jinja {
namespace {

constexpr int kMaxNesting = 200;

struct Operator {
  std::string_view text;
  Arithmetic operation;
};
constexpr Operator kSums[] = {{"+", Arithmetic::kAdd}, {"-", Arithmetic::kSubtract}};
constexpr Operator kProducts[] = {{"*", Arithmetic::kMultiply},
                                  {"/", Arithmetic::kDivide},
                                  {"//", Arithmetic::kFloorDivide},
                                  {"%", Arithmetic::kModulo}};

struct ComparisonSign {
  std::string_view text;
  Comparison comparison;
};
constexpr ComparisonSign kComparisons[] = {
    {"==", Comparison::kEqual},  {"!=", Comparison::kNotEqual},
    {"<", Comparison::kLess},    {"<=", Comparison::kLessEqual},
    {">", Comparison::kGreater}, {">=", Comparison::kGreaterEqual}};

const Operator* find_operator(const TokenStream& tokens, std::span<const Operator> operators) {
  for (const Operator& candidate : operators) {
    if (tokens.is_operator(candidate.text)) return &candidate;
  }
  return nullptr;
}

}  // namespace

ExpressionParser::Nesting::Nesting(ExpressionParser& parser) : parser_(parser) {
  if (parser.nesting_ == kMaxNesting) {
    problem("the template is nested more than {} levels deep", kMaxNesting);
  }
  ++parser.nesting_;
}

const Node* ExpressionParser::constant(const Value& value, int line) {
  auto* node = make<ConstantNode>(NodeKind::kConstant, line);
  node->value = value;
  return node;
}

const Node* ExpressionParser::binary(NodeKind kind, const Node* left, const Node* right, int line) {
  auto* node = make<BinaryNode>(kind, line);
  node->left = left;
  node->right = right;
  return node;
}

const Node* ExpressionParser::arithmetic(Arithmetic operation, const Node* left, const Node* right,
                                         int line) {
  auto* node = make<BinaryNode>(NodeKind::kBinary, line);
  node->operation = operation;
  node->left = left;
  node->right = right;
  return node;
}

const Node* ExpressionParser::expression(bool conditional) {
  const Nesting nesting(*this);
  return conditional ? condition() : disjunction();
}

const Node* ExpressionParser::condition() {
  const int line = tokens_.line();
  const size_t mark = unknown.mark();
  const Node* node = disjunction();
  while (tokens_.skip_name("if")) {
    auto* choice = make<ConditionalNode>(NodeKind::kConditional, line);
    choice->then = node;
    choice->condition = disjunction();
    if (tokens_.skip_name("else")) choice->otherwise = expression();
    unknown.forgive(mark);
    node = choice;
  }
  return node;
}

const Node* ExpressionParser::disjunction() {
  const int line = tokens_.line();
  const Node* node = conjunction();
  while (tokens_.skip_name("or")) node = binary(NodeKind::kOr, node, conjunction(), line);
  return node;
}

const Node* ExpressionParser::conjunction() {
  const int line = tokens_.line();
  const Node* node = negation();
  while (tokens_.skip_name("and")) node = binary(NodeKind::kAnd, node, negation(), line);
  return node;
}

const Node* ExpressionParser::negation() {
  const int line = tokens_.line();
  if (!tokens_.skip_name("not")) return comparison();
  const Nesting nesting(*this);
  auto* node = make<UnaryNode>(NodeKind::kNot, line);
  node->operand = negation();
  return node;
}

// Reads an operator of a comparison, if one is there.
bool ExpressionParser::link(CompareNode::Link& link) {
  for (const ComparisonSign& sign : kComparisons) {
    if (!tokens_.skip_operator(sign.text)) continue;
    link.comparison = sign.comparison;
    return true;
  }
  link.membership = true;
  if (tokens_.skip_name("in")) return true;
  if (!tokens_.is_name("not") || !TokenStream::matches(tokens_.look(), TokenKind::kName, "in")) {
    return false;
  }
  tokens_.take();
  tokens_.take();
  link.negated = true;
  return true;
}

const Node* ExpressionParser::comparison() {
  const int line = tokens_.line();
  const Node* first = sum();
  CompareNode::Link next;
  if (!link(next)) return first;
  auto* node = make<CompareNode>(NodeKind::kCompare, line);
  node->first = first;
  do {
    next.operand = sum();
    node->links.push_back(next);
    next = {};
  } while (link(next));
  return node;
}

const Node* ExpressionParser::sum() {
  const int line = tokens_.line();
  const Node* node = concatenation();
  while (const Operator* found = find_operator(tokens_, kSums)) {
    tokens_.take();
    node = arithmetic(found->operation, node, concatenation(), line);
  }
  return node;
}

const Node* ExpressionParser::concatenation() {
  const int line = tokens_.line();
  const Node* first = product();
  if (!tokens_.is_operator("~")) return first;
  auto* node = make<ItemsNode>(NodeKind::kConcat, line);
  node->items.push_back(first);
  while (tokens_.skip_operator("~")) node->items.push_back(product());
  return node;
}

const Node* ExpressionParser::product() {
  const int line = tokens_.line();
  const Node* node = power();
  while (const Operator* found = find_operator(tokens_, kProducts)) {
    tokens_.take();
    node = arithmetic(found->operation, node, power(), line);
  }
  return node;
}

// From the left, unlike in Python.
const Node* ExpressionParser::power() {
  const int line = tokens_.line();
  const Node* node = unary(true);
  while (tokens_.skip_operator("**")) {
    node = arithmetic(Arithmetic::kPower, node, unary(true), line);
  }
  return node;
}

const Node* ExpressionParser::unary(bool with_filters) {
  const int line = tokens_.line();
  const Node* node = nullptr;
  const bool minus = tokens_.is_operator("-");
  if (minus || tokens_.is_operator("+")) {
    const Nesting nesting(*this);
    tokens_.take();
    auto* sign = make<UnaryNode>(minus ? NodeKind::kNegative : NodeKind::kPositive, line);
    sign->operand = unary(false);
    node = sign;
  } else {
    node = primary();
  }
  node = postfix(node);
  return with_filters ? filter_or_test(node) : node;
}

const Node* ExpressionParser::tuple(bool conditional, bool parenthesised) {
  const int line = tokens_.line();
  std::vector<const Node*> items;
  bool comma = false;
  while (true) {
    const bool at_end = tokens_.is(TokenKind::kVariableEnd) || tokens_.is(TokenKind::kBlockEnd) ||
                        tokens_.is_operator(")");
    if (at_end) break;
    items.push_back(expression(conditional));
    if (!tokens_.skip_operator(",")) break;
    comma = true;
  }
  if (!comma && items.size() == 1) return items[0];
  if (!comma && !parenthesised) tokens_.unexpected("an expression");
  auto* node = make<ItemsNode>(NodeKind::kTuple, line);
  node->items = std::move(items);
  return node;
}

Target ExpressionParser::target(bool attributes) {
  const Nesting nesting(*this);
  Target first = single_target(attributes);
  if (!tokens_.is_operator(",")) return first;
  Target all;
  all.kind = Target::Kind::kTuple;
  all.line = first.line;
  all.parts.push_back(std::move(first));
  while (tokens_.skip_operator(",")) {
    if (tokens_.is_operator(")") || tokens_.is(TokenKind::kBlockEnd)) break;
    all.parts.push_back(single_target(attributes));
  }
  return all;
}

Target ExpressionParser::single_target(bool attributes) {
  constexpr std::string_view kConstants[] = {"true", "True", "false", "False", "none", "None"};
  const int line = tokens_.line();
  if (tokens_.skip_operator("(")) {
    Target inner = target(false);
    tokens_.expect_operator(")");
    return inner;
  }
  const std::string name = tokens_.take_name();
  Target result;
  result.line = line;
  if (attributes && tokens_.skip_operator(".")) {
    result.kind = Target::Kind::kAttribute;
    result.name = names.id(name);
    names.loaded(name);
    result.attribute = keep_text(tokens_.take_name());
    return result;
  }
  for (const std::string_view constant : kConstants) {
    if (name == constant) problem("'{}' cannot be assigned", name);
  }
  if (loops > 0 && name == "loop") problem("'loop' cannot be assigned inside a loop");
  result.name = names.id(name);
  names.stored(name);
  return result;
}

}  // namespace braid::jinja

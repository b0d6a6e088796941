// Literals, names, and what stands behind them: subscripts, calls, filters, tests.
#include <algorithm>

#include "data/jinja/expression_parser.h"
#include "data/jinja/problem.h"

namespace braid::jinja {

const Node* ExpressionParser::primary() {
  const int line = tokens_.line();
  switch (tokens_.current().kind) {
    case TokenKind::kName:
      return name_or_constant();
    case TokenKind::kString:
      return string();
    case TokenKind::kInteger:
      return constant(int_value(tokens_.take().integer), line);
    case TokenKind::kFloat:
      return constant(float_value(tokens_.take().number), line);
    default:
      break;
  }
  if (tokens_.skip_operator("(")) {
    const Node* node = tuple(true, true);
    tokens_.expect_operator(")");
    return node;
  }
  if (tokens_.is_operator("[")) return list();
  if (tokens_.is_operator("{")) return dict();
  tokens_.unexpected("an expression");
}

const Node* ExpressionParser::name_or_constant() {
  const int line = tokens_.line();
  const std::string name = tokens_.take().text;
  if (name == "true" || name == "True") return constant(bool_value(true), line);
  if (name == "false" || name == "False") return constant(bool_value(false), line);
  if (name == "none" || name == "None") return constant(none_value(), line);
  auto* node = make<NameNode>(NodeKind::kName, line);
  node->name = names.id(name);
  names.loaded(name);
  return node;
}

// Strings next to each other are one.
const Node* ExpressionParser::string() {
  const int line = tokens_.line();
  std::string text;
  while (tokens_.is(TokenKind::kString)) text += tokens_.take().text;
  return constant(text_value(keep_text(text)), line);
}

const Node* ExpressionParser::list() {
  auto* node = make<ItemsNode>(NodeKind::kList, tokens_.line());
  tokens_.expect_operator("[");
  while (!tokens_.is_operator("]")) {
    if (!node->items.empty()) tokens_.expect_operator(",");
    if (tokens_.is_operator("]")) break;
    node->items.push_back(expression());
  }
  tokens_.expect_operator("]");
  return node;
}

const Node* ExpressionParser::dict() {
  auto* node = make<DictNode>(NodeKind::kDict, tokens_.line());
  tokens_.expect_operator("{");
  while (!tokens_.is_operator("}")) {
    if (!node->entries.empty()) tokens_.expect_operator(",");
    if (tokens_.is_operator("}")) break;
    const Node* key = expression();
    tokens_.expect_operator(":");
    node->entries.emplace_back(key, expression());
  }
  tokens_.expect_operator("}");
  return node;
}

const Node* ExpressionParser::postfix(const Node* node) {
  while (true) {
    if (tokens_.is_operator(".") || tokens_.is_operator("[")) {
      node = subscript(node);
    } else if (tokens_.is_operator("(")) {
      node = call(node);
    } else {
      return node;
    }
  }
}

const Node* ExpressionParser::filter_or_test(const Node* node) {
  while (true) {
    if (tokens_.is_operator("|")) {
      node = filters(node);
    } else if (tokens_.is_name("is")) {
      node = test(node);
    } else if (tokens_.is_operator("(")) {
      node = call(node);
    } else {
      return node;
    }
  }
}

const Node* ExpressionParser::subscript(const Node* object) {
  const int line = tokens_.line();
  if (!tokens_.skip_operator(".")) return element(object);
  if (tokens_.is(TokenKind::kInteger)) {
    auto* node = make<ElementNode>(NodeKind::kElement, line);
    node->object = object;
    node->index = constant(int_value(tokens_.take().integer), line);
    return node;
  }
  auto* node = make<AttributeNode>(NodeKind::kAttribute, line);
  node->object = object;
  node->name = keep(tokens_.take_name());
  return node;
}

// "[index]", "[start:stop:step]", or "[a, b]", which is a tuple as the index.
const Node* ExpressionParser::element(const Node* object) {
  const int line = tokens_.line();
  tokens_.expect_operator("[");
  std::vector<const Node*> items;
  while (!tokens_.is_operator("]")) {
    if (!items.empty()) tokens_.expect_operator(",");
    const Node* first = tokens_.is_operator(":") ? nullptr : expression();
    if (tokens_.is_operator(":")) {
      const Node* node = slice(object, first, line);
      if (!items.empty() || !tokens_.is_operator("]")) {
        problem("a slice together with other indices is not supported");
      }
      tokens_.take();
      return node;
    }
    items.push_back(first);
  }
  tokens_.expect_operator("]");
  auto* node = make<ElementNode>(NodeKind::kElement, line);
  node->object = object;
  if (items.size() == 1) {
    node->index = items[0];
  } else {
    auto* index = make<ItemsNode>(NodeKind::kTuple, line);
    index->items = std::move(items);
    node->index = index;
  }
  return node;
}

bool ExpressionParser::at_slice_end() const {
  return tokens_.is_operator(":") || tokens_.is_operator("]") || tokens_.is_operator(",");
}

const Node* ExpressionParser::slice(const Node* object, const Node* start, int line) {
  auto* node = make<SliceNode>(NodeKind::kSlice, line);
  node->object = object;
  node->start = start;
  tokens_.expect_operator(":");
  if (!at_slice_end()) node->stop = expression();
  if (tokens_.skip_operator(":") && !at_slice_end()) node->step = expression();
  return node;
}

const Node* ExpressionParser::call(const Node* callee) {
  auto* node = make<CallNode>(NodeKind::kCall, tokens_.line());
  node->callee = callee;
  node->arguments = call_arguments();
  return node;
}

CallArguments ExpressionParser::call_arguments() {
  CallArguments arguments;
  tokens_.expect_operator("(");
  bool comma_due = false;
  while (!tokens_.is_operator(")")) {
    if (comma_due) {
      tokens_.expect_operator(",");
      if (tokens_.is_operator(")")) break;
    }
    argument(arguments);
    comma_due = true;
  }
  tokens_.expect_operator(")");
  return arguments;
}

void ExpressionParser::argument(CallArguments& arguments) {
  const auto require = [](bool in_order) {
    if (!in_order) problem("the arguments of a call are in the wrong order");
  };
  if (tokens_.skip_operator("*")) {
    require(!arguments.more_positional && !arguments.more_keywords);
    arguments.more_positional = expression();
  } else if (tokens_.skip_operator("**")) {
    require(!arguments.more_keywords);
    arguments.more_keywords = expression();
  } else if (tokens_.is(TokenKind::kName) &&
             TokenStream::matches(tokens_.look(), TokenKind::kOperator, "=")) {
    require(!arguments.more_keywords);
    const std::string_view name = keep(tokens_.take().text);
    tokens_.take();
    const bool twice = std::any_of(arguments.keywords.begin(), arguments.keywords.end(),
                                   [&](const auto& keyword) { return keyword.first == name; });
    if (twice) problem("the argument '{}' is there twice", name);
    arguments.keywords.emplace_back(name, expression());
  } else {
    require(!arguments.more_positional && !arguments.more_keywords && arguments.keywords.empty());
    arguments.positional.push_back(expression());
  }
}

std::string ExpressionParser::dotted_name() {
  std::string name = tokens_.take_name();
  while (tokens_.skip_operator(".")) name.append(".").append(tokens_.take_name());
  return name;
}

const FilterNode* ExpressionParser::filters(const Node* operand, bool inline_first) {
  const FilterNode* result = nullptr;
  while (inline_first || tokens_.skip_operator("|")) {
    inline_first = false;
    auto* node = make<FilterNode>(NodeKind::kFilter, tokens_.line());
    node->operand = operand;
    node->name = keep(dotted_name());
    node->filter = find_filter(node->name);
    if (!node->filter) {
      unknown.add(node->line, fmt::format("the filter '{}' is not supported", node->name));
    }
    if (tokens_.is_operator("(")) node->arguments = call_arguments();
    operand = node;
    result = node;
  }
  return result;
}

const Node* ExpressionParser::test(const Node* operand) {
  auto* node = make<TestNode>(NodeKind::kTest, tokens_.line());
  tokens_.expect_name("is");
  node->operand = operand;
  node->negated = tokens_.skip_name("not");
  node->name = keep(dotted_name());
  node->test = find_test(node->name);
  if (!node->test) {
    unknown.add(node->line, fmt::format("the test '{}' is not supported", node->name));
  }
  if (tokens_.is_operator("(")) {
    node->arguments = call_arguments();
    return node;
  }
  const bool argument_follows = tokens_.is(TokenKind::kString) || tokens_.is(TokenKind::kInteger) ||
                                tokens_.is(TokenKind::kFloat) || tokens_.is_operator("[") ||
                                tokens_.is_operator("{") ||
                                (tokens_.is(TokenKind::kName) && !tokens_.is_name("else") &&
                                 !tokens_.is_name("or") && !tokens_.is_name("and"));
  if (!argument_follows) return node;
  if (tokens_.is_name("is")) problem("tests cannot be chained with 'is'");
  node->arguments.positional.push_back(postfix(primary()));
  return node;
}

}  // namespace braid::jinja

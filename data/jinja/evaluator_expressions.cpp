// Expressions.
#include <vector>

#include "data/jinja/attributes.h"
#include "data/jinja/dict.h"
#include "data/jinja/evaluator.h"
#include "data/jinja/operators.h"
#include "data/jinja/print.h"
#include "data/jinja/problem.h"

namespace braid::jinja {

Value Evaluator::evaluate(const Node& node) {
  runtime_.step();
  if (node.kind == NodeKind::kConstant) return static_cast<const ConstantNode&>(node).value;
  if (node.kind == NodeKind::kName) return load(static_cast<const NameNode&>(node).name);
  const Level level(runtime_);
  return evaluate_compound(node);
}

Value Evaluator::evaluate_compound(const Node& node) {
  switch (node.kind) {
    case NodeKind::kTuple:
    case NodeKind::kList:
      return evaluate_items(static_cast<const ItemsNode&>(node));
    case NodeKind::kDict:
      return evaluate_dict(static_cast<const DictNode&>(node));
    case NodeKind::kBinary:
    case NodeKind::kAnd:
    case NodeKind::kOr:
      return evaluate_binary(static_cast<const BinaryNode&>(node));
    case NodeKind::kConcat:
      return evaluate_concat(static_cast<const ItemsNode&>(node));
    case NodeKind::kNegative:
      return negative(evaluate(*static_cast<const UnaryNode&>(node).operand));
    case NodeKind::kPositive:
      return positive(evaluate(*static_cast<const UnaryNode&>(node).operand));
    case NodeKind::kNot:
      return bool_value(!is_true(runtime_, evaluate(*static_cast<const UnaryNode&>(node).operand)));
    case NodeKind::kCompare:
      return evaluate_compare(static_cast<const CompareNode&>(node));
    case NodeKind::kConditional:
      return evaluate_conditional(static_cast<const ConditionalNode&>(node));
    case NodeKind::kAttribute: {
      const auto& attribute = static_cast<const AttributeNode&>(node);
      const Value object = evaluate(*attribute.object);
      runtime_.line = node.line;
      return get_attribute(runtime_, object, attribute.name);
    }
    case NodeKind::kElement: {
      const auto& element = static_cast<const ElementNode&>(node);
      const Value object = evaluate(*element.object);
      const Value index = evaluate(*element.index);
      runtime_.line = node.line;
      return get_element(runtime_, object, index);
    }
    case NodeKind::kSlice:
      return evaluate_slice(static_cast<const SliceNode&>(node));
    case NodeKind::kFilter:
      return evaluate_filter(static_cast<const FilterNode&>(node), {});
    case NodeKind::kTest:
      return evaluate_test(static_cast<const TestNode&>(node));
    case NodeKind::kCall:
      return evaluate_call(static_cast<const CallNode&>(node), {});
    default:
      problem("a statement stands where an expression should");
  }
}

Value Evaluator::evaluate_binary(const BinaryNode& node) {
  const Value left = evaluate(*node.left);
  if (node.kind == NodeKind::kAnd) return is_true(runtime_, left) ? evaluate(*node.right) : left;
  if (node.kind == NodeKind::kOr) return is_true(runtime_, left) ? left : evaluate(*node.right);
  const Value right = evaluate(*node.right);
  runtime_.line = node.line;
  return operate(runtime_, node.operation, left, right);
}

Value Evaluator::evaluate_concat(const ItemsNode& node) {
  TextBuilder result(runtime_);
  for (const Node* item : node.items) print(result, evaluate(*item));
  return text_value(result.finish());
}

Value Evaluator::evaluate_items(const ItemsNode& node) {
  std::vector<Value> items;
  items.reserve(node.items.size());
  for (const Node* item : node.items) items.push_back(evaluate(*item));
  return node.kind == NodeKind::kList ? list_value(runtime_, items) : tuple_value(runtime_, items);
}

Value Evaluator::evaluate_dict(const DictNode& node) {
  DictBuilder builder(runtime_);
  for (const auto& [key_node, value_node] : node.entries) {
    const Value key = evaluate(*key_node);
    const Value value = evaluate(*value_node);
    builder.set(key, value);
  }
  return dict_value(builder.finish());
}

// a < b < c holds when both comparisons do; b is evaluated once, c only when needed.
Value Evaluator::evaluate_compare(const CompareNode& node) {
  Value left = evaluate(*node.first);
  for (const CompareNode::Link& link : node.links) {
    const Value right = evaluate(*link.operand);
    runtime_.line = node.line;
    const bool holds = link.membership ? contains(runtime_, right, left) != link.negated
                                       : compare(runtime_, link.comparison, left, right);
    if (!holds) return bool_value(false);
    left = right;
  }
  return bool_value(true);
}

Value Evaluator::evaluate_conditional(const ConditionalNode& node) {
  if (is_true(runtime_, evaluate(*node.condition))) return evaluate(*node.then);
  if (node.otherwise) return evaluate(*node.otherwise);
  return undefined_value(runtime_, Undefined::Reason::kHint,
                         "an inline 'if' without 'else' was false");
}

Value Evaluator::evaluate_slice(const SliceNode& node) {
  const Value object = evaluate(*node.object);
  const auto part = [&](const Node* bound) { return bound ? evaluate(*bound) : none_value(); };
  const Value start = part(node.start);
  const Value stop = part(node.stop);
  const Value step = part(node.step);
  runtime_.line = node.line;
  return slice(runtime_, object, start, stop, step);
}

// `body` is what the first filter of a block works on.
Value Evaluator::evaluate_filter(const FilterNode& node, const Value& body) {
  const Level level(runtime_);
  Value operand = body;
  if (node.operand && body.given() && node.operand->kind == NodeKind::kFilter) {
    operand = evaluate_filter(static_cast<const FilterNode&>(*node.operand), body);
  } else if (node.operand) {
    operand = evaluate(*node.operand);
  }
  const EvaluatedArguments arguments(*this, node.arguments, {});
  runtime_.line = node.line;
  if (!node.filter) problem("the filter '{}' is not supported", node.name);
  return node.filter(runtime_, operand, arguments.get());
}

Value Evaluator::evaluate_test(const TestNode& node) {
  const Value operand = evaluate(*node.operand);
  const EvaluatedArguments arguments(*this, node.arguments, {});
  runtime_.line = node.line;
  if (!node.test) problem("the test '{}' is not supported", node.name);
  return bool_value(node.test(runtime_, operand, arguments.get()) != node.negated);
}

Value Evaluator::evaluate_call(const CallNode& node, const Value& caller) {
  const Value callee = evaluate(*node.callee);
  const EvaluatedArguments arguments(*this, node.arguments, caller);
  runtime_.line = node.line;
  return call(callee, arguments.get());
}

}  // namespace braid::jinja

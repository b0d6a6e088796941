// Statements and variables.
#include "data/jinja/evaluator.h"

#include <algorithm>
#include <utility>

#include "data/jinja/iterate.h"
#include "data/jinja/loop.h"
#include "data/jinja/print.h"
#include "data/jinja/problem.h"

namespace braid::jinja {

// The items of a loop that its `if` lets through. Each is tested only when the loop asks for it.
class ConditionalItems final : public Iterator {
 public:
  ConditionalItems(Evaluator& evaluator, const ForNode& node, const Cursor& source, Scope* scope)
      : evaluator_(evaluator), node_(node), source_(source), scope_(scope) {}

  bool next(Runtime& runtime, Value* item) override {
    Scope* const outer = evaluator_.scope_;
    bool holds = false;
    while (!holds && source_.next(item)) {
      scope_->count = 0;
      evaluator_.scope_ = scope_;
      evaluator_.assign_to(node_.target, *item);
      holds = is_true(runtime, evaluator_.evaluate(*node_.condition));
    }
    evaluator_.scope_ = outer;
    return holds;
  }

 private:
  Evaluator& evaluator_;
  const ForNode& node_;
  Cursor source_;
  Scope* scope_;
};

void Evaluator::run(TextBuilder& out) {
  out_ = &out;
  execute(program_.body);
}

Evaluator::Flow Evaluator::execute(const Body& body) {
  for (const Node* node : body) {
    const Flow flow = execute(*node);
    if (flow != Flow::kNext) return flow;
  }
  return Flow::kNext;
}

Evaluator::Flow Evaluator::execute(const Node& node) {
  runtime_.step();
  if (node.kind == NodeKind::kText) {
    out_->append(*static_cast<const TextNode&>(node).text);
    return Flow::kNext;
  }
  runtime_.line = node.line;
  const Level level(runtime_);
  switch (node.kind) {
    case NodeKind::kPrint: {
      const Value value = evaluate(*static_cast<const UnaryNode&>(node).operand);
      print(*out_, value);
      break;
    }
    case NodeKind::kIf:
      return execute_if(static_cast<const IfNode&>(node));
    case NodeKind::kFor:
      return execute_for(static_cast<const ForNode&>(node));
    case NodeKind::kWith:
      return execute_with(static_cast<const WithNode&>(node));
    case NodeKind::kSetBlock:
      return execute_set_block(static_cast<const SetBlockNode&>(node));
    case NodeKind::kFilterBlock:
      return execute_filter_block(static_cast<const FilterBlockNode&>(node));
    case NodeKind::kSet:
      execute_set(static_cast<const SetNode&>(node));
      break;
    case NodeKind::kMacro:
      execute_macro(static_cast<const MacroNode&>(node));
      break;
    case NodeKind::kCallBlock:
      execute_call_block(static_cast<const CallBlockNode&>(node));
      break;
    case NodeKind::kGeneration:
      execute_generation(static_cast<const MacroNode&>(node));
      break;
    case NodeKind::kBreak:
      return Flow::kBreak;
    case NodeKind::kContinue:
      return Flow::kContinue;
    default:
      problem("an expression stands where a statement should");
  }
  return Flow::kNext;
}

Evaluator::Flow Evaluator::execute_if(const IfNode& node) {
  for (const auto& [condition, body] : node.branches) {
    if (is_true(runtime_, evaluate(*condition))) return execute(body);
  }
  return execute(node.otherwise);
}

Evaluator::Flow Evaluator::execute_for(const ForNode& node) {
  Value iterable = evaluate(*node.iterable);
  runtime_.line = node.line;
  Scope* const outer = scope_;
  if (node.condition) {
    iterable = iterator_value(runtime_.arena.make<ConditionalItems>(
        *this, node, Cursor(runtime_, iterable), new_scope(outer)));
  }
  Value loop;
  loop.kind = Kind::kLoop;
  loop.loop = runtime_.arena.make<Loop>(runtime_, iterable);
  Scope* const inner = new_scope(outer);
  // As in Jinja, a round that ends early does not count for the `else`.
  bool completed = false;
  for (Value item; loop.loop->advance(&item);) {
    inner->count = 0;
    scope_ = inner;
    set(program_.loop, loop);
    assign_to(node.target, item);
    const Flow flow = execute(node.body);
    scope_ = outer;
    if (flow == Flow::kBreak) break;
    if (flow == Flow::kNext) completed = true;
  }
  inner->count = 0;  // a macro defined inside may still know the scope
  if (completed || node.otherwise.empty()) return Flow::kNext;
  scope_ = new_scope(outer);
  const Flow flow = execute(node.otherwise);
  scope_ = outer;
  return flow;
}

Evaluator::Flow Evaluator::execute_with(const WithNode& node) {
  Scope* const outer = scope_;
  Scope* const inner = new_scope(outer);
  for (const auto& [target, expression] : node.values) {
    const Value value = evaluate(*expression);
    scope_ = inner;
    assign_to(target, value);
    scope_ = outer;
  }
  scope_ = inner;
  const Flow flow = execute(node.body);
  scope_ = outer;
  return flow;
}

Evaluator::Flow Evaluator::execute_set_block(const SetBlockNode& node) {
  Scope* const outer = scope_;
  TextBuilder captured(runtime_);
  TextBuilder* const out = std::exchange(out_, &captured);
  scope_ = new_scope(outer);
  const Flow flow = execute(node.body);
  out_ = out;
  if (flow == Flow::kNext) {
    Value value = text_value(captured.finish());
    if (node.filter) value = evaluate_filter(*node.filter, value);
    scope_ = outer;
    require_namespaces(node.target);
    assign_to(node.target, value);
  }
  scope_ = outer;
  return flow;
}

Evaluator::Flow Evaluator::execute_filter_block(const FilterBlockNode& node) {
  Scope* const outer = scope_;
  TextBuilder captured(runtime_);
  TextBuilder* const out = std::exchange(out_, &captured);
  scope_ = new_scope(outer);
  const Flow flow = execute(node.body);
  out_ = out;
  if (flow == Flow::kNext) {
    const Value value = evaluate_filter(*node.filter, text_value(captured.finish()));
    out_->append(require_text(value, "what a filter block makes"));
  }
  scope_ = outer;
  return flow;
}

void Evaluator::execute_set(const SetNode& node) {
  require_namespaces(node.target);
  const Value value = evaluate(*node.value);
  runtime_.line = node.line;
  assign_to(node.target, value);
}

Value Evaluator::macro_value(const MacroDefinition& definition) {
  Value value;
  value.kind = Kind::kMacro;
  value.macro = runtime_.arena.make<Macro>(Macro{&definition, scope_});
  return value;
}

void Evaluator::execute_macro(const MacroNode& node) {
  set(node.name, macro_value(node.definition));
}

void Evaluator::execute_call_block(const CallBlockNode& node) {
  const Value value = evaluate_call(*node.call, macro_value(node.definition));
  out_->append(require_text(value, "what a call block makes"));
}

void Evaluator::execute_generation(const MacroNode& node) {
  const Value text = call(macro_value(node.definition), {});
  out_->append(*text.text, kGenerated);
}

void Evaluator::require_namespaces(const Target& target) {
  for (const Target& part : target.parts) require_namespaces(part);
  if (target.kind == Target::Kind::kAttribute && !lookup(target.name).is(Kind::kNamespace)) {
    problem("'{}' is no namespace: its attributes cannot be set", program_.names[target.name]);
  }
}

void Evaluator::assign_to(const Target& target, const Value& value) {
  switch (target.kind) {
    case Target::Kind::kName:
      return set(target.name, value);
    case Target::Kind::kAttribute: {
      const Value space = lookup(target.name);
      if (!space.is(Kind::kNamespace)) problem("only a namespace has attributes to set");
      return assign(runtime_, *space.space, target.attribute, value);
    }
    case Target::Kind::kTuple: {
      const std::vector<Value> items = items_of(runtime_, value);
      if (items.size() != target.parts.size()) {
        problem("{} values for {} names", items.size(), target.parts.size());
      }
      for (size_t i = 0; i < items.size(); ++i) assign_to(target.parts[i], items[i]);
    }
  }
}

Scope* Evaluator::new_scope(Scope* parent) {
  Scope* scope = runtime_.arena.make<Scope>();
  scope->parent = parent;
  return scope;
}

void Evaluator::set(NameId name, const Value& value) {
  if (!scope_) {
    globals_[name] = value;
    return;
  }
  Binding* const end = scope_->bindings + scope_->count;
  Binding* found = std::find_if(scope_->bindings, end,
                                [&](const Binding& binding) { return binding.name == name; });
  if (found != end) {
    found->value = value;
    return;
  }
  if (scope_->count == scope_->capacity) {
    scope_->capacity = std::max<size_t>(4, 2 * scope_->capacity);
    Binding* bindings = runtime_.arena.array<Binding>(scope_->capacity);
    std::copy(scope_->bindings, scope_->bindings + scope_->count, bindings);
    scope_->bindings = bindings;
  }
  scope_->bindings[scope_->count++] = {name, value};
}

Value Evaluator::lookup(NameId name) const {
  for (const Scope* scope = scope_; scope; scope = scope->parent) {
    runtime_.work(scope->count);
    for (size_t i = 0; i < scope->count; ++i) {
      if (scope->bindings[i].name == name) return scope->bindings[i].value;
    }
  }
  return globals_[name];
}

Value Evaluator::load(NameId name) const {
  const Value value = lookup(name);
  if (value.given()) return value;
  return undefined_value(runtime_, Undefined::Reason::kName, program_.names[name]);
}

}  // namespace braid::jinja

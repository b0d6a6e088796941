// Executes a program.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "data/jinja/ast.h"
#include "data/jinja/callables.h"
#include "data/jinja/text.h"

namespace braid::jinja {

// Variables of one block of the template. The outermost ones are kept apart, by their ids.
struct Binding {
  NameId name = 0;
  Value value;
};
struct Scope {
  Scope* parent = nullptr;  // null: the outermost variables
  Binding* bindings = nullptr;
  size_t count = 0;
  size_t capacity = 0;
};

class Evaluator {
 public:
  // `globals`: values by name id; those of kind kMissing are undefined.
  Evaluator(const Program& program, Runtime& runtime, std::span<Value> globals)
      : program_(program), runtime_(runtime), globals_(globals) {}

  void run(TextBuilder& out);

 private:
  friend class ConditionalItems;
  friend class EvaluatedArguments;
  enum class Flow : uint8_t { kNext, kBreak, kContinue };

  // statements
  Flow execute(const Body& body);
  Flow execute(const Node& node);
  Flow execute_if(const IfNode& node);
  Flow execute_for(const ForNode& node);
  Flow execute_with(const WithNode& node);
  Flow execute_set_block(const SetBlockNode& node);
  Flow execute_filter_block(const FilterBlockNode& node);
  void execute_set(const SetNode& node);
  void execute_macro(const MacroNode& node);
  void execute_call_block(const CallBlockNode& node);
  void execute_generation(const MacroNode& node);
  void assign_to(const Target& target, const Value& value);
  void require_namespaces(const Target& target);
  Value macro_value(const MacroDefinition& definition);

  // expressions
  Value evaluate(const Node& node);
  Value evaluate_compound(const Node& node);
  Value evaluate_binary(const BinaryNode& node);
  Value evaluate_concat(const ItemsNode& node);
  Value evaluate_items(const ItemsNode& node);
  Value evaluate_dict(const DictNode& node);
  Value evaluate_compare(const CompareNode& node);
  Value evaluate_conditional(const ConditionalNode& node);
  Value evaluate_slice(const SliceNode& node);
  Value evaluate_filter(const FilterNode& node, const Value& body);
  Value evaluate_test(const TestNode& node);
  Value evaluate_call(const CallNode& node, const Value& caller);
  Value call(const Value& callee, const Arguments& arguments);
  Value call_macro(const Macro& macro, const Arguments& arguments);
  void bind_parameters(const MacroDefinition& definition, const Arguments& arguments);

  // variables
  Scope* new_scope(Scope* parent);
  void set(NameId name, const Value& value);
  Value lookup(NameId name) const;  // missing when not bound
  Value load(NameId name) const;    // undefined when not bound

  const Program& program_;
  Runtime& runtime_;
  std::span<Value> globals_;
  Scope* scope_ = nullptr;
  TextBuilder* out_ = nullptr;
};

// The values of the arguments of a call; a few need no allocation.
class EvaluatedArguments {
 public:
  // `caller` is added as a keyword when given.
  EvaluatedArguments(Evaluator& evaluator, const CallArguments& arguments, const Value& caller);
  EvaluatedArguments(const EvaluatedArguments&) = delete;
  EvaluatedArguments& operator=(const EvaluatedArguments&) = delete;

  const Arguments& get() const { return arguments_; }

 private:
  void add_more(Evaluator& evaluator, const CallArguments& arguments);

  std::array<Value, 4> few_;
  std::array<Keyword, 4> few_keywords_;
  std::vector<Value> many_;
  std::vector<Keyword> many_keywords_;
  Arguments arguments_;
};

}  // namespace braid::jinja

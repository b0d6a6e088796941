// A parsed template.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/jinja/compare.h"
#include "data/jinja/filters.h"
#include "data/jinja/operators.h"
#include "data/jinja/tests.h"
#include "data/jinja/value.h"

namespace braid::jinja {

using NameId = uint32_t;  // index into Program::names

enum class NodeKind : uint8_t {
  // expressions
  kConstant,
  kName,
  kTuple,
  kList,
  kDict,
  kBinary,
  kConcat,
  kNegative,
  kPositive,
  kNot,
  kAnd,
  kOr,
  kCompare,
  kConditional,
  kAttribute,
  kElement,
  kSlice,
  kFilter,
  kTest,
  kCall,
  // statements
  kText,
  kPrint,
  kIf,
  kFor,
  kSet,
  kSetBlock,
  kMacro,
  kCallBlock,
  kFilterBlock,
  kGeneration,
  kWith,
  kBreak,
  kContinue,
};

struct Node {
  Node(NodeKind kind, int line) : kind(kind), line(line) {}
  virtual ~Node() = default;

  NodeKind kind;
  int line;
};

using Body = std::vector<const Node*>;

struct ConstantNode : Node {
  using Node::Node;
  Value value;
};

struct NameNode : Node {
  using Node::Node;
  NameId name = 0;
};

// A tuple, list or concatenation.
struct ItemsNode : Node {
  using Node::Node;
  std::vector<const Node*> items;
};

struct DictNode : Node {
  using Node::Node;
  std::vector<std::pair<const Node*, const Node*>> entries;
};

// Also `and` and `or`.
struct BinaryNode : Node {
  using Node::Node;
  Arithmetic operation = Arithmetic::kAdd;
  const Node* left = nullptr;
  const Node* right = nullptr;
};

// A sign or `not`; also what is printed.
struct UnaryNode : Node {
  using Node::Node;
  const Node* operand = nullptr;
};

struct CompareNode : Node {
  struct Link {
    bool membership = false;  // `in`, or `not in` when negated
    bool negated = false;
    Comparison comparison = Comparison::kEqual;
    const Node* operand = nullptr;
  };
  using Node::Node;
  const Node* first = nullptr;
  std::vector<Link> links;
};

struct ConditionalNode : Node {
  using Node::Node;
  const Node* condition = nullptr;
  const Node* then = nullptr;
  const Node* otherwise = nullptr;  // may be null
};

struct AttributeNode : Node {
  using Node::Node;
  const Node* object = nullptr;
  std::string_view name;
};

struct ElementNode : Node {
  using Node::Node;
  const Node* object = nullptr;
  const Node* index = nullptr;
};

struct SliceNode : Node {
  using Node::Node;
  const Node* object = nullptr;
  const Node* start = nullptr;  // these may be null
  const Node* stop = nullptr;
  const Node* step = nullptr;
};

struct CallArguments {
  std::vector<const Node*> positional;
  std::vector<std::pair<std::string_view, const Node*>> keywords;
  const Node* more_positional = nullptr;  // *values; may be null
  const Node* more_keywords = nullptr;    // **values; may be null
};

struct FilterNode : Node {
  using Node::Node;
  const Node* operand = nullptr;  // null: the body of the block around
  std::string_view name;
  Filter filter = nullptr;  // null when unknown, which matters when it is reached
  CallArguments arguments;
};

struct TestNode : Node {
  using Node::Node;
  const Node* operand = nullptr;
  std::string_view name;
  Test test = nullptr;  // as for filters
  bool negated = false;
  CallArguments arguments;
};

struct CallNode : Node {
  using Node::Node;
  const Node* callee = nullptr;
  CallArguments arguments;
};

// Where an assignment goes: a name, an attribute of a namespace, or several targets.
struct Target {
  enum class Kind : uint8_t { kName, kAttribute, kTuple };
  Kind kind = Kind::kName;
  int line = 0;
  NameId name = 0;
  const Text* attribute = nullptr;
  std::vector<Target> parts;
};

struct TextNode : Node {
  using Node::Node;
  const Text* text = nullptr;
};

struct IfNode : Node {
  using Node::Node;
  std::vector<std::pair<const Node*, Body>> branches;
  Body otherwise;
};

struct ForNode : Node {
  using Node::Node;
  Target target;
  const Node* iterable = nullptr;
  const Node* condition = nullptr;  // may be null
  Body body;
  Body otherwise;
};

struct SetNode : Node {
  using Node::Node;
  Target target;
  const Node* value = nullptr;
};

struct SetBlockNode : Node {
  using Node::Node;
  Target target;
  const FilterNode* filter = nullptr;  // the last of a chain; may be null
  Body body;
};

struct MacroDefinition {
  struct Parameter {
    NameId name = 0;
    const Node* fallback = nullptr;  // may be null
  };
  std::string name;
  std::vector<Parameter> parameters;
  Body body;
  // Whether the body reads these special variables without defining them.
  bool uses_caller = false;
  bool uses_kwargs = false;
  bool uses_varargs = false;
};

// Also a generation block, whose body is a macro of its own.
struct MacroNode : Node {
  using Node::Node;
  NameId name = 0;
  MacroDefinition definition;
};

struct CallBlockNode : Node {
  using Node::Node;
  const CallNode* call = nullptr;
  MacroDefinition definition;
};

struct FilterBlockNode : Node {
  using Node::Node;
  const FilterNode* filter = nullptr;
  Body body;
};

struct WithNode : Node {
  using Node::Node;
  std::vector<std::pair<Target, const Node*>> values;
  Body body;
};

struct Program {
  Program();

  Body body;
  std::vector<std::string> names;
  NameId caller = 0;  // names that the evaluator itself binds
  NameId kwargs = 0;
  NameId varargs = 0;
  NameId loop = 0;
  Arena arena;  // of the constants
  std::vector<std::unique_ptr<Node>> nodes;
};

}  // namespace braid::jinja

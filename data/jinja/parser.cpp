// Statements.
#include "data/jinja/parser.h"

#include <algorithm>

#include "data/jinja/expression_parser.h"
#include "data/jinja/problem.h"

namespace braid::jinja {
namespace {

constexpr size_t kNoLimit = static_cast<size_t>(-1);

using Ends = std::initializer_list<std::string_view>;

class Parser {
 public:
  Parser(Program& program, TokenStream& tokens)
      : program_(program), tokens_(tokens), expressions_(program, tokens) {}

  void run(int& line) {
    for (auto [id, name] : {std::pair(&program_.caller, "caller"),
                            {&program_.kwargs, "kwargs"},
                            {&program_.varargs, "varargs"},
                            {&program_.loop, "loop"}}) {
      *id = expressions_.names.id(name);
    }
    program_.body = statements({});
    if (!tokens_.is(TokenKind::kEnd)) tokens_.unexpected("the end of the template");
    expressions_.unknown.require_none(line);
  }

 private:
  template <typename T>
  T* make(NodeKind kind, int line) {
    return expressions_.make<T>(kind, line);
  }

  // Up to a statement that begins with one of `ends`, whose name is then the current token, or to
  // the end of the template.
  Body statements(Ends ends) {
    const ExpressionParser::Nesting nesting(expressions_);
    Body body;
    while (!tokens_.is(TokenKind::kEnd)) {
      const int line = tokens_.line();
      if (tokens_.is(TokenKind::kData)) {
        auto* node = make<TextNode>(NodeKind::kText, line);
        node->text = expressions_.keep_text(tokens_.take().text);
        body.push_back(node);
      } else if (tokens_.is(TokenKind::kVariableBegin)) {
        tokens_.take();
        print(body, expressions_.tuple(), line);
        tokens_.expect(TokenKind::kVariableEnd);
      } else {
        tokens_.expect(TokenKind::kBlockBegin);
        if (std::any_of(ends.begin(), ends.end(),
                        [&](std::string_view end) { return tokens_.is_name(end); })) {
          return body;
        }
        statement(body);
        tokens_.expect(TokenKind::kBlockEnd);
      }
    }
    if (ends.size() > 0) tokens_.unexpected(fmt::format("'{}'", *(ends.end() - 1)));
    return body;
  }

  // The body of a statement whose tag ends here.
  Body block(Ends ends) {
    tokens_.skip_operator(":");
    tokens_.expect(TokenKind::kBlockEnd);
    return statements(ends);
  }

  Body block_until(std::string_view end) {
    Body body = block({end});
    tokens_.take();
    return body;
  }

  void print(Body& body, const Node* value, int line) {
    auto* node = make<UnaryNode>(NodeKind::kPrint, line);
    node->operand = value;
    body.push_back(node);
  }

  void statement(Body& body) {
    const int line = tokens_.line();
    const std::string name = tokens_.take_name();
    if (name == "if") return body.push_back(if_statement(line));
    if (name == "for") return body.push_back(for_statement(line));
    if (name == "set") return body.push_back(set_statement(line));
    if (name == "macro") return body.push_back(macro_statement(line));
    if (name == "call") return body.push_back(call_statement(line));
    if (name == "filter") return body.push_back(filter_statement(line));
    if (name == "with") return body.push_back(with_statement(line));
    if (name == "generation") return body.push_back(generation_statement(line));
    if (name == "print") return print_statement(body, line);
    if (name == "break" || name == "continue") return body.push_back(jump(name, line));
    problem("the statement '{}' is not supported", name);
  }

  void print_statement(Body& body, int line) {
    bool first = true;
    while (!tokens_.is(TokenKind::kBlockEnd)) {
      if (!first) tokens_.expect_operator(",");
      print(body, expressions_.expression(), line);
      first = false;
    }
  }

  const Node* jump(std::string_view name, int line) {
    if (loops_ == 0) problem("'{}' stands outside a loop", name);
    return make<Node>(name == "break" ? NodeKind::kBreak : NodeKind::kContinue, line);
  }

  const Node* if_statement(int line) {
    const size_t mark = expressions_.unknown.mark();
    auto* node = make<IfNode>(NodeKind::kIf, line);
    while (true) {
      const Node* condition = expressions_.tuple(false);
      node->branches.emplace_back(condition, block({"elif", "else", "endif"}));
      const std::string next = tokens_.take_name();
      if (next == "elif") continue;
      if (next == "else") node->otherwise = block_until("endif");
      break;
    }
    expressions_.unknown.forgive(mark);
    return node;
  }

  const Node* for_statement(int line) {
    auto* node = make<ForNode>(NodeKind::kFor, line);
    ++expressions_.loops;
    node->target = expressions_.target(false);
    tokens_.expect_name("in");
    node->iterable = expressions_.tuple(false);
    const size_t mark = expressions_.unknown.mark();
    if (tokens_.skip_name("if")) node->condition = expressions_.expression();
    if (tokens_.is_name("recursive")) problem("a recursive loop is not supported");
    ++loops_;
    node->body = block({"endfor", "else"});
    --loops_;
    if (tokens_.take_name() == "else") node->otherwise = block_until("endfor");
    --expressions_.loops;
    expressions_.unknown.hold(mark);
    return node;
  }

  const Node* set_statement(int line) {
    Target target = expressions_.target(true);
    if (tokens_.skip_operator("=")) {
      auto* node = make<SetNode>(NodeKind::kSet, line);
      node->target = std::move(target);
      node->value = expressions_.tuple();
      return node;
    }
    const size_t mark = expressions_.unknown.mark();
    auto* node = make<SetBlockNode>(NodeKind::kSetBlock, line);
    node->target = std::move(target);
    node->filter = expressions_.filters(nullptr);
    node->body = block_until("endset");
    expressions_.unknown.hold(mark);
    return node;
  }

  // "(name, name=default)". The defaults are evaluated in the scope of the macro.
  void signature(MacroDefinition& definition) {
    tokens_.expect_operator("(");
    while (!tokens_.is_operator(")")) {
      if (!definition.parameters.empty()) tokens_.expect_operator(",");
      MacroDefinition::Parameter parameter;
      const std::string name = tokens_.take_name();
      parameter.name = expressions_.names.id(name);
      expressions_.names.stored(name);
      for (const auto& other : definition.parameters) {
        if (other.name == parameter.name) problem("the parameter '{}' is there twice", name);
      }
      if (tokens_.skip_operator("=")) {
        parameter.fallback = expressions_.expression();
      } else if (!definition.parameters.empty() && definition.parameters.back().fallback) {
        problem("the parameter '{}' needs a default, as the one before has one", name);
      }
      definition.parameters.push_back(parameter);
    }
    tokens_.expect_operator(")");
  }

  // A body that is a function of its own: no loop around reaches into it.
  void macro_body(MacroDefinition& definition, std::string_view end) {
    const int loops = std::exchange(loops_, 0);
    expressions_.names.open_macro();
    definition.body = block_until(end);
    expressions_.names.close_macro(definition);
    loops_ = loops;
    require_caller_default(definition);
  }

  void require_caller_default(const MacroDefinition& definition) {
    if (!definition.uses_caller) return;
    for (const auto& parameter : definition.parameters) {
      if (parameter.name == program_.caller && !parameter.fallback) {
        problem("the parameter 'caller' of a macro needs a default");
      }
    }
  }

  const Node* macro_statement(int line) {
    const size_t mark = expressions_.unknown.mark();
    auto* node = make<MacroNode>(NodeKind::kMacro, line);
    const Target target = expressions_.target(false);
    if (target.kind != Target::Kind::kName) problem("a macro needs a name");
    node->name = target.name;
    node->definition.name = program_.names[target.name];
    signature(node->definition);
    macro_body(node->definition, "endmacro");
    expressions_.unknown.hold(mark);
    return node;
  }

  const Node* call_statement(int line) {
    auto* node = make<CallBlockNode>(NodeKind::kCallBlock, line);
    const size_t mark = expressions_.unknown.mark();
    if (tokens_.is_operator("(")) signature(node->definition);
    const Node* call = expressions_.expression();
    if (call->kind != NodeKind::kCall) problem("the statement 'call' needs a call");
    node->call = static_cast<const CallNode*>(call);
    macro_body(node->definition, "endcall");
    expressions_.unknown.hold(mark);
    return node;
  }

  const Node* generation_statement(int line) {
    const size_t mark = expressions_.unknown.mark();
    auto* node = make<MacroNode>(NodeKind::kGeneration, line);
    macro_body(node->definition, "endgeneration");
    expressions_.unknown.hold(mark);
    return node;
  }

  const Node* filter_statement(int line) {
    const size_t mark = expressions_.unknown.mark();
    auto* node = make<FilterBlockNode>(NodeKind::kFilterBlock, line);
    node->filter = expressions_.filters(nullptr, true);
    node->body = block_until("endfilter");
    expressions_.unknown.hold(mark);
    return node;
  }

  const Node* with_statement(int line) {
    auto* node = make<WithNode>(NodeKind::kWith, line);
    while (!tokens_.is(TokenKind::kBlockEnd)) {
      if (!node->values.empty()) tokens_.expect_operator(",");
      Target target = expressions_.target(false);
      tokens_.expect_operator("=");
      node->values.emplace_back(std::move(target), expressions_.expression());
    }
    const size_t mark = expressions_.unknown.mark();
    node->body = block_until("endwith");
    expressions_.unknown.hold(mark);
    return node;
  }

  Program& program_;
  TokenStream& tokens_;
  ExpressionParser expressions_;
  int loops_ = 0;  // for loops that `break` could leave
};

}  // namespace

Program::Program() : arena(kNoLimit) {}

std::unique_ptr<Program> parse(std::string_view source, int& line) {
  auto program = std::make_unique<Program>();
  TokenStream tokens(tokenize(source, line), line);
  Parser(*program, tokens).run(line);
  return program;
}

}  // namespace braid::jinja

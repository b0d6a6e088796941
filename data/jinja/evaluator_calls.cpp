// Calls: arguments, functions, macros.
#include <algorithm>
#include <utility>

#include "data/jinja/dict.h"
#include "data/jinja/evaluator.h"
#include "data/jinja/iterate.h"
#include "data/jinja/problem.h"

namespace braid::jinja {

EvaluatedArguments::EvaluatedArguments(Evaluator& evaluator, const CallArguments& arguments,
                                       const Value& caller) {
  const size_t count = arguments.positional.size();
  const size_t keyword_count = arguments.keywords.size() + (caller.given() ? 1 : 0);
  if (count > few_.size()) many_.resize(count);
  if (keyword_count > few_keywords_.size()) many_keywords_.resize(keyword_count);
  Value* values = count > few_.size() ? many_.data() : few_.data();
  Keyword* keywords =
      keyword_count > few_keywords_.size() ? many_keywords_.data() : few_keywords_.data();
  for (size_t i = 0; i < count; ++i) values[i] = evaluator.evaluate(*arguments.positional[i]);
  for (size_t i = 0; i < arguments.keywords.size(); ++i) {
    const auto& [name, node] = arguments.keywords[i];
    keywords[i] = {name, evaluator.evaluate(*node)};
  }
  if (caller.given()) keywords[keyword_count - 1] = {"caller", caller};
  arguments_ = {{values, count}, {keywords, keyword_count}};
  if (arguments.more_positional || arguments.more_keywords) add_more(evaluator, arguments);
}

// The items of *values and **values.
void EvaluatedArguments::add_more(Evaluator& evaluator, const CallArguments& arguments) {
  Runtime& runtime = evaluator.runtime_;
  many_.assign(arguments_.positional.begin(), arguments_.positional.end());
  many_keywords_.assign(arguments_.keywords.begin(), arguments_.keywords.end());
  if (arguments.more_positional) {
    const std::vector<Value> more =
        items_of(runtime, evaluator.evaluate(*arguments.more_positional));
    many_.insert(many_.end(), more.begin(), more.end());
  }
  if (arguments.more_keywords) {
    const Value more = evaluator.evaluate(*arguments.more_keywords);
    if (!more.is(Kind::kDict)) problem("'**' needs a dict, not {}", type_name(more.kind));
    for (const Entry& entry : more.dict->entries) {
      const std::string_view name = require_text(entry.key, "the name of an argument").bytes;
      if (std::any_of(many_keywords_.begin(), many_keywords_.end(),
                      [&](const Keyword& keyword) { return keyword.name == name; })) {
        problem("the argument '{}' is there twice", name);
      }
      runtime.work(many_keywords_.size() * sizeof(Keyword));
      many_keywords_.push_back({name, entry.value});
    }
  }
  arguments_ = {many_, many_keywords_};
}

Value Evaluator::call(const Value& callee, const Arguments& arguments) {
  runtime_.step();
  switch (callee.kind) {
    case Kind::kMacro:
      return call_macro(*callee.macro, arguments);
    case Kind::kFunction:
      return callee.function->call(runtime_, arguments);
    case Kind::kMethod:
      return callee.method->entry->call(runtime_, callee.method->self, arguments);
    case Kind::kJoiner: {
      require_positional("a joiner", arguments, 0, 0);
      const bool used = std::exchange(callee.joiner->used, true);
      return text_value(used ? callee.joiner->separator : borrow(runtime_.arena, ""));
    }
    case Kind::kUndefined:
      undefined_problem(callee);
    case Kind::kLoop:
      problem("a recursive loop is not supported");
    default:
      problem("a {} cannot be called", type_name(callee.kind));
  }
}

Value Evaluator::call_macro(const Macro& macro, const Arguments& arguments) {
  const Level level(runtime_);
  Scope* const outer = scope_;
  TextBuilder captured(runtime_);
  TextBuilder* const out = std::exchange(out_, &captured);
  scope_ = new_scope(macro.scope);
  bind_parameters(*macro.definition, arguments);
  execute(macro.definition->body);
  scope_ = outer;
  out_ = out;
  return text_value(captured.finish());
}

// Binds the parameters in the current scope: positional arguments, then named ones, then defaults,
// which see all parameters. What is left goes to the special variables that the body asks for.
void Evaluator::bind_parameters(const MacroDefinition& definition, const Arguments& arguments) {
  const auto& parameters = definition.parameters;
  const auto positional = arguments.positional;
  std::vector<Keyword> left(arguments.keywords.begin(), arguments.keywords.end());
  const auto take = [&](std::string_view name) {
    const auto found = std::find_if(left.begin(), left.end(),
                                    [&](const Keyword& keyword) { return keyword.name == name; });
    if (found == left.end()) return Value();
    const Value value = found->value;
    left.erase(found);
    return value;
  };
  std::vector<Value> values(parameters.size());
  bool has_caller = false;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const std::string& name = program_.names[parameters[i].name];
    values[i] = i < positional.size() ? positional[i] : take(name);
    has_caller = has_caller || parameters[i].name == program_.caller;
    set(parameters[i].name,
        values[i].given() ? values[i] : undefined_value(runtime_, Undefined::Reason::kName, name));
  }
  if (definition.uses_caller && !has_caller) {
    const Value caller = take("caller");
    set(program_.caller,
        caller.given() && !caller.is_none()
            ? caller
            : undefined_value(runtime_, Undefined::Reason::kHint, "there is no caller"));
  }
  if (definition.uses_kwargs) {
    DictBuilder kwargs(runtime_);
    for (const Keyword& keyword : left) {
      kwargs.set(text_value(borrow(runtime_.arena, keyword.name)), keyword.value);
    }
    set(program_.kwargs, dict_value(kwargs.finish()));
  } else if (!left.empty()) {
    problem("the macro '{}' has no argument '{}'", definition.name, left.front().name);
  }
  if (definition.uses_varargs) {
    const size_t used = std::min(parameters.size(), positional.size());
    set(program_.varargs, tuple_value(runtime_, positional.subspan(used)));
  } else if (positional.size() > parameters.size()) {
    problem("the macro '{}' takes at most {} arguments", definition.name, parameters.size());
  }
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (!values[i].given() && parameters[i].fallback) {
      set(parameters[i].name, evaluate(*parameters[i].fallback));
    }
  }
}

}  // namespace braid::jinja

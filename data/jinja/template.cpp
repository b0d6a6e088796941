#include "data/jinja/template.h"

#include <utility>

#include "data/jinja/evaluator.h"
#include "data/jinja/from_json.h"
#include "data/jinja/globals.h"
#include "data/jinja/parser.h"
#include "data/jinja/problem.h"
#include "data/jinja/unicode.h"

namespace braid {
namespace {

using jinja::Span;
using jinja::Value;

Value initial_value(jinja::Runtime& runtime, const std::string& name, const Json& own,
                    const Json& foreign) {
  if (const auto found = own.find(name); found != own.end()) {
    return jinja::from_json(runtime, *found, 0);
  }
  if (const auto found = foreign.find(name); found != foreign.end()) {
    return jinja::from_json(runtime, *found, jinja::kForeign);
  }
  Value value;
  if (const jinja::Function* function = jinja::find_function(name)) {
    value.kind = jinja::Kind::kFunction;
    value.function = function;
  }
  return value;
}

std::vector<ByteRange> ranges_with(const std::vector<Span>& spans, jinja::Marks mark) {
  std::vector<ByteRange> ranges;
  for (const Span& span : spans) {
    if ((span.marks & mark) == 0) continue;
    if (!ranges.empty() && ranges.back().end == span.begin) {
      ranges.back().end = span.end;
    } else {
      ranges.push_back({span.begin, span.end});
    }
  }
  return ranges;
}

}  // namespace

struct JinjaTemplate::Program {
  std::string where;
  std::unique_ptr<const jinja::Program> parsed;
};

JinjaTemplate::JinjaTemplate(std::string_view source, std::string where) {
  int line = 1;
  try {
    if (!jinja::is_valid_utf8(source)) jinja::problem("the template is not UTF-8");
    auto parsed = jinja::parse(source, line);
    program_ = std::make_unique<Program>(Program{std::move(where), std::move(parsed)});
  } catch (const jinja::Problem& problem) {
    fail("{}:{}: {}", where, line, problem.what());
  }
}

JinjaTemplate::~JinjaTemplate() = default;
JinjaTemplate::JinjaTemplate(JinjaTemplate&&) noexcept = default;
JinjaTemplate& JinjaTemplate::operator=(JinjaTemplate&&) noexcept = default;

RenderedText JinjaTemplate::render(const Json& own, const Json& foreign, std::time_t now,
                                   const RenderLimits& limits) const {
  const jinja::Program& program = *program_->parsed;
  jinja::Runtime runtime(limits, now);
  try {
    std::vector<Value> globals;
    globals.reserve(program.names.size());
    for (const std::string& name : program.names) {
      globals.push_back(initial_value(runtime, name, own, foreign));
    }
    jinja::TextBuilder out(runtime);
    jinja::Evaluator(program, runtime, globals).run(out);
    RenderedText result;
    result.foreign = ranges_with(out.spans(), jinja::kForeign);
    result.generated = ranges_with(out.spans(), jinja::kGenerated);
    result.text = out.take_bytes();
    return result;
  } catch (const jinja::Problem& problem) {
    fail("{}:{}: {}", program_->where, runtime.line, problem.what());
  }
}

}  // namespace braid

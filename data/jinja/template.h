// Chat templates: the subset of Jinja2 that published templates use, evaluated by an interpreter of
// our own. Templates are untrusted: they see the values given here and nothing else, and every
// loop, recursion and output is bounded.
//
// Follows Jinja2 3.1 as transformers sets it up: trim_blocks, lstrip_blocks, loop controls, the
// `generation` block, `raise_exception`, `strftime_now`, and a `tojson` that does not escape HTML.
#pragma once

#include <ctime>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "data/jinja/rendered_text.h"

namespace braid {

// The template itself asked to stop: `raise_exception(message)`. The message is the template's, as
// it stands: it may have several lines and hold text from feedback.
class TemplateRefusal : public Error {
 public:
  using Error::Error;
};

struct RenderLimits {
  size_t output_bytes = size_t{1} << 26;  // of the result and of every text on the way to it
  size_t memory_bytes = size_t{1} << 28;  // of all values made on the way, together
  size_t steps = size_t{1} << 24;         // statements, loop rounds, calls; long texts count more
  int depth = 1000;  // nested statements, expressions, calls and values at one time
};

class JinjaTemplate {
 public:
  // Parses. Error "WHERE:LINE: what" on a syntax error or a construct outside the subset. Line
  // ends are normalised, and one at the very end is dropped, as Jinja does it.
  JinjaTemplate(std::string_view source, std::string where);
  ~JinjaTemplate();
  JinjaTemplate(JinjaTemplate&&) noexcept;
  JinjaTemplate& operator=(JinjaTemplate&&) noexcept;

  // Renders with the members of `own` and `foreign` as variables (two objects without common keys).
  // Strings in `foreign` keep their origin through every operation: a slice, a concatenation or a
  // filter of foreign text is foreign, and so is everything printed for a list or object in it. A
  // number or boolean that is printed on its own counts as the template's: it spells no token. So
  // does the value of a member `role` that is one of system, user, assistant and tool, because
  // templates spell tokens with it: '<|' + message.role + '|>'.
  // `now` is what strftime_now formats, in UTC. Safe to call from several threads at once.
  // Errors: TemplateRefusal; otherwise "WHERE:LINE: what" for an undefined value that is used, a
  // wrong type, an unknown filter or method, or a limit that was passed.
  RenderedText render(const Json& own, const Json& foreign, std::time_t now,
                      const RenderLimits& limits = {}) const;

 private:
  struct Program;
  std::unique_ptr<const Program> program_;
};

}  // namespace braid

// Text with placeholders: "{instruction}[[\n\nInput: {input}]]".
//
// - {path} stands for the text of a scalar; of several, one per line. Absent is an Error, blank is
//   fine.
// - A stretch in [[ ]] is left out when one of its values is absent or blank. Stretches do not
// nest.
// - {{ and }} are braces. White space at both ends of the result is taken off.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/feedback/mapping/field_path.h"

namespace braid {

class TextTemplate {
 public:
  static TextTemplate parse(std::string_view text);

  std::string render(const Scope& scope) const;

 private:
  struct Part {
    std::string text;             // literal text, when there is no path
    std::vector<FieldPath> path;  // one or none
    size_t stretch = 0;           // 0 outside of [[ ]], else the number of the stretch
  };
  friend class TemplateParser;

  std::vector<Part> parts_;
};

}  // namespace braid

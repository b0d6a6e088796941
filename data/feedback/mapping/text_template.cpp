// Parsing and rendering of text templates.
#include "data/feedback/mapping/text_template.h"

#include "base/error.h"
#include "data/feedback/conversation.h"
#include "data/feedback/mapping/scalars.h"

namespace braid {

class TemplateParser {
 public:
  explicit TemplateParser(std::string_view text) : text_(text), rest_(text) {}

  TextTemplate parse() {
    while (!rest_.empty()) parse_piece();
    if (inside_) stop("[[ has no ]]");
    finish_literal();
    return std::move(result_);
  }

 private:
  [[noreturn]] void stop(std::string_view problem) const {
    fail("template {}: {}", quote(text_), problem);
  }

  bool take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  void parse_piece() {
    if (take("{{")) {
      literal_ += '{';
    } else if (take("}}")) {
      literal_ += '}';
    } else if (take("{")) {
      parse_placeholder();
    } else if (take("}")) {
      stop("} without {; write }} for a brace");
    } else if (!inside_ && take("[[")) {
      finish_literal();
      inside_ = true;
      ++stretch_;
    } else if (inside_ && take("]]")) {
      finish_literal();
      inside_ = false;
    } else {
      literal_ += rest_.front();
      rest_.remove_prefix(1);
    }
  }

  void parse_placeholder() {
    finish_literal();
    const size_t end = rest_.find('}');
    if (end == std::string_view::npos) stop("{ has no }; write {{ for a brace");
    result_.parts_.push_back({"", {FieldPath::parse(rest_.substr(0, end))}, stretch()});
    rest_.remove_prefix(end + 1);
  }

  void finish_literal() {
    if (!literal_.empty()) result_.parts_.push_back({std::move(literal_), {}, stretch()});
    literal_.clear();
  }

  size_t stretch() const { return inside_ ? stretch_ : 0; }

  std::string_view text_, rest_;
  std::string literal_;
  bool inside_ = false;
  size_t stretch_ = 0;
  TextTemplate result_;
};

namespace {

// nullopt when the path leads nowhere.
std::optional<std::string> joined_text(const FieldPath& path, const Scope& scope) {
  std::vector<const Json*> values;
  path.select(scope, values);
  if (values.empty()) return std::nullopt;
  std::string result;
  for (const Json* value : values) {
    const auto text = scalar_text(*value);
    if (!text) fail("{}: expected text, got {}", path.text(), describe_value(*value));
    if (value != values.front()) result += '\n';
    result += *text;
  }
  return result;
}

}  // namespace

TextTemplate TextTemplate::parse(std::string_view text) { return TemplateParser(text).parse(); }

std::string TextTemplate::render(const Scope& scope) const {
  std::string result;
  std::string stretch_text;  // of the stretch at hand, which may yet be left out
  bool complete = true;
  for (size_t i = 0; i < parts_.size(); ++i) {
    const Part& part = parts_[i];
    std::string& target = part.stretch == 0 ? result : stretch_text;
    if (part.path.empty()) {
      target += part.text;
    } else {
      const auto text = joined_text(part.path.front(), scope);
      if (!text && part.stretch == 0) fail("{}: is missing", part.path.front().text());
      if (!text || trimmed(*text).empty()) complete = complete && part.stretch == 0;
      target += text.value_or("");
    }
    const bool ends = i + 1 == parts_.size() || parts_[i + 1].stretch != part.stretch;
    if (part.stretch != 0 && ends) {
      if (complete) result += stretch_text;
      stretch_text.clear();
      complete = true;
    }
  }
  return std::string(trimmed(result));
}

}  // namespace braid

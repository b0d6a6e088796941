// Parsing of paths and walking along them.
#include "data/feedback/mapping/field_path.h"

#include <charconv>

#include "base/error.h"

namespace braid {

class PathParser {
 public:
  explicit PathParser(std::string_view text) : text_(text), rest_(text) {}

  FieldPath parse() {
    path_.text_ = text_;
    if (rest_.empty()) stop("is empty");
    if (rest_ == ".") return std::move(path_);
    const bool rooted = parse_root();
    if (path_.root_ == FieldPath::Root::kKey || path_.root_ == FieldPath::Root::kIndex) {
      if (!rest_.empty()) stop("goes on behind @key or @index");
      return std::move(path_);
    }
    for (bool first = !rooted; !rest_.empty(); first = false) parse_step(first);
    return std::move(path_);
  }

 private:
  [[noreturn]] void stop(std::string_view problem) const {
    fail("path {}: {} at character {}; see docs/feedback.md for the form of paths", quote(text_),
         problem, text_.size() - rest_.size() + 1);
  }

  bool take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  bool parse_root() {
    if (take("@key")) {
      path_.root_ = FieldPath::Root::kKey;
    } else if (take("@index")) {
      path_.root_ = FieldPath::Root::kIndex;
    } else if (take("^")) {
      path_.root_ = FieldPath::Root::kRow;
    } else {
      return false;
    }
    return true;
  }

  void parse_step(bool first) {
    using Kind = FieldPath::Step::Kind;
    if (path_.steps_.size() == FieldPath::kMaxSteps) stop("has too many steps");
    if (take("[]")) {
      path_.steps_.push_back({Kind::kElements, "", 0});
    } else if (take("{}")) {
      path_.steps_.push_back({Kind::kMembers, "", 0});
    } else if (take("[")) {
      path_.steps_.push_back({Kind::kAt, "", parse_index()});
    } else {
      if (!first && !take(".")) stop("needs a dot before a name");
      path_.steps_.push_back({Kind::kMember, parse_name(), 0});
    }
  }

  int64_t parse_index() {
    int64_t index = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), index);
    if (error != std::errc()) stop("expects a number or ] behind [");
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    if (!take("]")) stop("expects ]");
    return index;
  }

  std::string parse_name() {
    if (rest_.starts_with('"') || rest_.starts_with('\'')) {
      const size_t end = rest_.find(rest_.front(), 1);
      if (end == std::string_view::npos) stop("has a quote that does not end");
      std::string name(rest_.substr(1, end - 1));
      rest_.remove_prefix(end + 1);
      return name;
    }
    const size_t end = std::min(rest_.find_first_of(".[]{}"), rest_.size());
    if (end == 0) stop("expects a name");
    std::string name(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return name;
  }

  std::string_view text_, rest_;
  FieldPath path_;
};

FieldPath FieldPath::parse(std::string_view text) { return PathParser(text).parse(); }

template <typename Visit>
void FieldPath::walk(const Json& value, size_t step, const std::string* key,
                     const Visit& visit) const {
  if (value.is_null()) return;
  if (step == steps_.size()) return visit(value, key);
  const Step& at = steps_[step];
  switch (at.kind) {
    case Step::Kind::kMember:
      if (!value.is_object()) return;
      if (const auto found = value.find(at.name); found != value.end()) {
        walk(*found, step + 1, key, visit);
      }
      return;
    case Step::Kind::kAt: {
      if (!value.is_array()) return;
      const auto size = static_cast<int64_t>(value.size());
      const int64_t index = at.index < 0 && at.index >= -size ? at.index + size : at.index;
      if (index >= 0 && index < size) walk(value[static_cast<size_t>(index)], step + 1, key, visit);
      return;
    }
    case Step::Kind::kElements:
      if (!value.is_array()) return;
      for (const Json& element : value) walk(element, step + 1, nullptr, visit);
      return;
    case Step::Kind::kMembers:
      if (!value.is_object()) return;
      for (const auto& [name, member] : value.items()) walk(member, step + 1, &name, visit);
  }
}

void FieldPath::select(const Scope& scope, std::vector<const Json*>& matches) const {
  switch (root_) {
    case Root::kKey:
      if (!scope.key.is_null()) matches.push_back(&scope.key);
      return;
    case Root::kIndex:
      if (!scope.index.is_null()) matches.push_back(&scope.index);
      return;
    case Root::kElement:
    case Root::kRow:
      walk(root_ == Root::kRow ? scope.row : scope.element, 0, nullptr,
           [&](const Json& value, const std::string*) { matches.push_back(&value); });
  }
}

void FieldPath::elements(const Scope& scope, std::vector<Scope>& elements) const {
  if (root_ == Root::kKey || root_ == Root::kIndex) return;
  walk(root_ == Root::kRow ? scope.row : scope.element, 0, nullptr,
       [&](const Json& value, const std::string* key) {
         Scope element(scope.row, value);
         if (key != nullptr) element.key = *key;
         element.index = elements.size();
         elements.push_back(std::move(element));
       });
}

}  // namespace braid

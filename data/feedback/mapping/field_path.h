// Paths into rows.
//
//   name            a member of the row, or of the element while a list is walked
//   a.b             a member of a member
//   a[]             every element of a list
//   a{}             every member of an object
//   a[0] a[-1]      one element, counted from the front or from the end
//   "odd.name".b    a name in double or single quotes may hold . [ ] { }
//   .               the element itself
//   ^.name          a member of the row while a list is walked
//   @key @index     the name of the element in its object; its position, from 0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace braid {

// What paths are looked up in: a row, and the element at hand (the row itself outside of lists).
struct Scope {
  explicit Scope(const Json& row) : row(row), element(row) {}
  Scope(const Json& row, const Json& element) : row(row), element(element) {}

  const Json& row;
  const Json& element;
  Json key = nullptr;    // of the element in its object
  Json index = nullptr;  // of the element among its fellows
};

class FieldPath {
 public:
  static constexpr size_t kMaxSteps = 32;

  // Error that quotes the path and says what is wrong with it.
  static FieldPath parse(std::string_view text);

  // Appends the values the path leads to, in the order of the row. Absent members, null, and steps
  // that do not fit the value lead nowhere. The pointers live as long as the scope.
  void select(const Scope& scope, std::vector<const Json*>& matches) const;

  // The values as elements of `scope`, with key and index. Indices go on from `elements.size()`.
  void elements(const Scope& scope, std::vector<Scope>& elements) const;

  const std::string& text() const { return text_; }

 private:
  enum class Root { kElement, kRow, kKey, kIndex };
  struct Step {
    enum class Kind { kMember, kAt, kElements, kMembers } kind;
    std::string name;   // of a member
    int64_t index = 0;  // of an element; negative counts from the end
  };
  friend class PathParser;

  template <typename Visit>
  void walk(const Json& value, size_t step, const std::string* key, const Visit& visit) const;

  std::string text_;
  Root root_ = Root::kElement;
  std::vector<Step> steps_;
};

}  // namespace braid

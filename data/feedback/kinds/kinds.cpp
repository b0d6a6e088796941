// The table of kinds.
#include <fmt/ranges.h>

#include "base/error.h"
#include "data/feedback/kinds/kind.h"

namespace braid {
namespace {

struct KindEntry {
  const char* name;
  std::unique_ptr<Kind> (*make)(ObjectReader& object);
};

constexpr KindEntry kKinds[] = {
    {"pairwise", make_pairwise}, {"rating", make_rating},
    {"ranking", make_ranking},   {"label", make_label},
    {"cloze", make_cloze},       {"choice", make_choice},
    {"edit", make_edit},         {"demonstration", make_demonstration},
};

}  // namespace

std::unique_ptr<Kind> make_kind(const std::string& name, ObjectReader& object) {
  std::vector<std::string_view> names;
  for (const KindEntry& kind : kKinds) {
    if (name == kind.name) return kind.make(object);
    names.push_back(kind.name);
  }
  object.error("kind",
               fmt::format("unknown kind {}; use one of {}", quote(name), fmt::join(names, ", ")));
}

void Kind::judge_on(const std::string& name) {
  Axis axis;
  axis.name = name;
  rules_.axes = {std::move(axis)};
}

}  // namespace braid

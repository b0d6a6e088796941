// Instructions from ids and kwargs.
#include "data/instructions/instruction.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/error.h"
#include "data/instructions/characters.h"
#include "data/instructions/check_kinds.h"

namespace braid {
namespace {

using MakeKinds = std::span<const CheckKind> (*)();
constexpr std::array<MakeKinds, 7> kFamilies{keyword_checks,    language_checks, length_checks,
                                             content_checks,    format_checks,   combination_checks,
                                             letter_case_checks};

const CheckKind* find_kind(std::string_view id) {
  for (const MakeKinds family : kFamilies) {
    for (const CheckKind& kind : family()) {
      if (kind.id == id) return &kind;
    }
  }
  return nullptr;
}

// The published data repeats the members of all types in every row, null where they do not belong.
Json without_nulls(const Json& kwargs, const std::string& where) {
  if (!kwargs.is_object()) fail("{}: expected an object of kwargs", where);
  Json present = Json::object();
  for (const auto& [key, value] : kwargs.items()) {
    if (!value.is_null()) present[key] = value;
  }
  return present;
}

}  // namespace

Instruction::Instruction(std::string id, Check check)
    : id_(std::move(id)), check_(std::move(check)) {}

bool Instruction::follows(std::string_view answer) const {
  return !is_blank(answer) && check_(answer);
}

Instruction make_instruction(const std::string& id, const Json& kwargs, const std::string& where) {
  const std::string here = fmt::format("{}: instruction {}", where, quote(id));
  const CheckKind* kind = find_kind(id);
  if (kind == nullptr) {
    fail("{}: unknown; known are {}", here, fmt::join(instruction_ids(), ", "));
  }
  const Json present = without_nulls(kwargs, here);
  ObjectReader reader(present, here);
  Instruction::Check check = kind->make(reader);
  reader.reject_unknown();
  return Instruction(id, std::move(check));
}

std::vector<Instruction> read_instructions(const Json& row, const std::string& where) {
  ObjectReader reader(row, where);
  const std::vector<std::string> ids = reader.strings("instruction_id_list");
  if (ids.empty()) reader.error("instruction_id_list", "is missing or empty");
  const Json* kwargs = reader.find("kwargs");
  if (kwargs == nullptr || !kwargs->is_array() || kwargs->size() != ids.size()) {
    reader.error("kwargs", fmt::format("expected {} objects, one per instruction", ids.size()));
  }
  std::vector<Instruction> instructions;
  for (size_t i = 0; i < ids.size(); ++i) {
    instructions.push_back(
        make_instruction(ids[i], (*kwargs)[i], fmt::format("{}: kwargs[{}]", where, i)));
  }
  return instructions;
}

std::vector<std::string> instruction_ids() {
  std::vector<std::string> ids;
  for (const MakeKinds family : kFamilies) {
    for (const CheckKind& kind : family()) ids.emplace_back(kind.id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace braid

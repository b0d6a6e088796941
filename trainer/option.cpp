// One option: reading, printing and judging a value whatever its type.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/file_members.h"
#include "trainer/options.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

template <typename... Cases>
struct Overload : Cases... {
  using Cases::operator()...;
};

// "auto, cpu or cuda".
std::string enumerate(const std::vector<std::string>& words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

// A list written on the command line: JSON when it begins like it, else separated by commas.
Json parse_list(const std::string& key, const std::string& word) {
  if (word.starts_with('[')) return parse_json(word, "command line: " + key);
  Json list = Json::array();
  for (size_t begin = 0; begin < word.size();) {
    const size_t end = std::min(word.find(',', begin), word.size());
    if (end > begin) list.push_back(word.substr(begin, end - begin));
    begin = end + 1;
  }
  return list;
}

std::vector<std::string> read_list(ObjectReader& reader, const std::string& key) {
  const Json* value = reader.find(key);
  if (value->is_string()) return {value->get<std::string>()};
  return reader.strings(key);
}

uint64_t read_count(ObjectReader& reader, const std::string& key) {
  const int64_t value = reader.require_integer(key);
  if (value < 0) reader.error(key, fmt::format("{}; at least 0", value));
  return static_cast<uint64_t>(value);
}

}  // namespace

Option::Option(std::string key, Member member, std::string help)
    : key_(std::move(key)), member_(member), help_(std::move(help)) {
  if (std::holds_alternative<uint64_t*>(member_) ||
      std::holds_alternative<std::optional<uint64_t>*>(member_)) {
    low_ = 0;
  }
}

Option& Option::one_of(std::vector<std::string> choices) {
  choices_ = std::move(choices);
  return *this;
}

Option& Option::at_least(double low) {
  low_ = low;
  low_open_ = false;
  return *this;
}

Option& Option::above(double low) {
  low_ = low;
  low_open_ = true;
  return *this;
}

Option& Option::at_most(double high) {
  high_ = high;
  high_open_ = false;
  return *this;
}

Option& Option::below(double high) {
  high_ = high;
  high_open_ = true;
  return *this;
}

Option& Option::path(std::vector<std::string> names) {
  is_path_ = true;
  path_names_ = std::move(names);
  return *this;
}

Option& Option::path_with_extension(std::string extension) {
  is_path_ = true;
  path_extension_ = std::move(extension);
  return *this;
}

std::string Option::kind() const {
  return std::visit(
      Overload{[](std::string*) { return "string"; }, [](int64_t*) { return "integer"; },
               [](uint64_t*) { return "integer"; }, [](double*) { return "number"; },
               [](bool*) { return "boolean"; }, [](std::vector<std::string>*) { return "list"; },
               [](std::optional<double>*) { return "number"; },
               [](std::optional<uint64_t>*) { return "integer"; },
               [](const Choice&) { return "string"; }, [](Json*) { return "list of objects"; }},
      member_);
}

std::string Option::valid() const {
  if (!choices_.empty()) return enumerate(choices_);
  std::string text;
  if (std::isfinite(low_)) text = fmt::format("{} {}", low_open_ ? "above" : "at least", low_);
  if (std::isfinite(high_)) {
    text +=
        fmt::format("{}{} {}", text.empty() ? "" : ", ", high_open_ ? "below" : "at most", high_);
  }
  if (!path_names_.empty()) text = enumerate(path_names_) + " or a path";
  return text;
}

Json Option::value() const {
  return std::visit(
      Overload{
          [](std::optional<double>* value) { return *value ? Json(**value) : Json(nullptr); },
          [](std::optional<uint64_t>* value) { return *value ? Json(**value) : Json(nullptr); },
          [](const Choice& value) { return Json(value.name()); },
          [](auto* value) { return Json(*value); }},
      member_);
}

std::string Option::value_text() const {
  const Json now = value();
  if (now.is_null()) return "";
  if (now.is_string()) return now.get<std::string>();
  if (!now.is_array() || std::holds_alternative<Json*>(member_)) {
    return now.empty() ? "" : now.dump();
  }
  std::string text;
  for (const Json& item : now) {
    if (!text.empty()) text += ',';
    text += item.get_ref<const std::string&>();
  }
  return text;
}

void Option::check_choice(const std::string& name, const ObjectReader& reader) const {
  if (std::ranges::find(choices_, name) != choices_.end()) return;
  reader.error(key_, fmt::format("{}; {}", quote(name), valid()));
}

void Option::read(ObjectReader& reader) const {
  if (reader.find(key_) == nullptr) return;
  std::visit(Overload{[&](std::string* target) { *target = reader.require_string(key_); },
                      [&](int64_t* target) { *target = reader.require_integer(key_); },
                      [&](uint64_t* target) { *target = read_count(reader, key_); },
                      [&](double* target) { *target = reader.number(key_, 0); },
                      [&](bool* target) { *target = reader.boolean(key_, false); },
                      [&](std::vector<std::string>* target) { *target = read_list(reader, key_); },
                      [&](std::optional<double>* target) { *target = reader.number(key_, 0); },
                      [&](std::optional<uint64_t>* target) { *target = read_count(reader, key_); },
                      [&](const Choice& target) {
                        const std::string name = reader.require_string(key_);
                        check_choice(name, reader);
                        target.choose(name);
                      },
                      [&](Json* target) {
                        reader.objects(key_);  // throws on what is no list of objects
                        *target = *reader.find(key_);
                      }},
             member_);
}

Json Option::parse_word(const std::string& word) const {
  const std::string type = kind();
  if (type == "string") return word;
  if (type == "list") return parse_list(key_, word);
  const Json value = Json::parse(word, nullptr, /*allow_exceptions=*/false);
  // As text it fails later with the usual words on what was expected.
  return value.is_discarded() || value.is_null() ? Json(word) : value;
}

void Option::resolve_path(const fs::path& directory) const {
  if (!is_path_) return;
  const auto resolve = [&](std::string& path) {
    const bool is_name = std::ranges::find(path_names_, path) != path_names_.end();
    if (path.empty() || is_name || fs::path(path).is_absolute()) return;
    if (!path.ends_with(path_extension_)) return;
    path = (directory / path).lexically_normal().string();
  };
  if (auto* const* one = std::get_if<std::string*>(&member_)) resolve(**one);
  if (auto* const* many = std::get_if<std::vector<std::string>*>(&member_)) {
    for (std::string& path : **many) resolve(path);
  }
  if (auto* const* sources = std::get_if<Json*>(&member_)) {
    for (Json& source : **sources) resolve_file_members(source, directory);
  }
}

bool Option::in_range(double value) const {
  return (low_open_ ? value > low_ : value >= low_) &&
         (high_open_ ? value < high_ : value <= high_);
}

std::optional<std::string> Option::problem() const {
  const bool ok = std::visit(
      Overload{[&](std::string* value) {
                 return choices_.empty() || std::ranges::find(choices_, *value) != choices_.end();
               },
               [&](int64_t* value) { return in_range(static_cast<double>(*value)); },
               [&](double* value) { return in_range(*value); },
               [&](std::optional<double>* value) { return !*value || in_range(**value); },
               [](auto*) { return true; }, [](const Choice&) { return true; }},
      member_);
  if (ok) return std::nullopt;
  const Json now = value();
  return fmt::format("{}: {}; valid: {}", key_,
                     now.is_string() ? quote(now.get_ref<const std::string&>()) : now.dump(),
                     valid());
}

}  // namespace braid

// The table of run options: key, where the value lives, what is valid and what it means.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/json.h"
#include "trainer/configuration.h"

namespace braid {

// A member with a few values that have names.
struct Choice {
  std::function<std::string()> name;
  std::function<void(const std::string&)> choose;
};

// One row. Built in options.cpp by chaining: Option(...).above(0).
class Option {
 public:
  using Member =
      std::variant<std::string*, int64_t*, uint64_t*, double*, bool*, std::vector<std::string>*,
                   std::optional<double>*, std::optional<uint64_t>*, Choice, Json*>;

  Option(std::string key, Member member, std::string help);

  Option& one_of(std::vector<std::string> choices);
  Option& at_least(double low);
  Option& above(double low);
  Option& at_most(double high);
  Option& below(double high);
  // A path, or a list of them, or the files of a list of sources; `names` are values that are not
  // paths ("base").
  Option& path(std::vector<std::string> names = {});
  // A path when it ends so; otherwise a name.
  Option& path_with_extension(std::string extension);

  const std::string& key() const { return key_; }    // dotted, e.g. "loss.beta"
  const std::string& help() const { return help_; }  // one sentence, no full stop
  std::string kind() const;   // "string", "integer", "number", "boolean", "list", "list of objects"
  std::string valid() const;  // "above 0", "auto, cpu or cuda"; "" when anything goes
  Json value() const;         // of the member now
  std::string value_text() const;  // the same as a word on the command line; "" when unset

  // Reads the member from `reader` (flat, dotted keys); absent and null leave it as it is.
  void read(ObjectReader& reader) const;
  // What a command-line word stands for, by the option's kind; Error on a list that is broken JSON.
  Json parse_word(const std::string& word) const;
  void resolve_path(const std::filesystem::path& directory) const;
  // "key: value; valid values" when the member is out of range.
  std::optional<std::string> problem() const;

 private:
  bool in_range(double value) const;
  void check_choice(const std::string& name, const ObjectReader& reader) const;

  std::string key_;
  Member member_;
  std::string help_;
  std::vector<std::string> choices_;
  double low_ = -std::numeric_limits<double>::infinity();
  double high_ = std::numeric_limits<double>::infinity();
  bool low_open_ = false, high_open_ = false;
  bool is_path_ = false;
  std::vector<std::string> path_names_;
  std::string path_extension_;
};

// All options over the members of `config`, in the order of the reference page. The rows point into
// `config`.
std::vector<Option> option_table(RunConfiguration& config);

// Keys that somebody who typed `key` may have meant, best first, at most three.
std::vector<std::string> near_misses(const std::string& key, const std::vector<std::string>& known);

}  // namespace braid

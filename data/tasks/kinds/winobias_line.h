// A line of WinoBias (Zhao et al. 2018): "N The [entity] ... [pronoun] ... ."
#pragma once

#include <string>
#include <string_view>

namespace braid {

struct WinobiasLine {
  std::string number;    // in front of the sentence
  std::string sentence;  // without brackets, and without a space in front of the last full stop
  std::string article;   // "the", "a", "an" as it stands there, or empty
  std::string occupation;
  std::string pronoun;
};

// The pronoun may come before the entity. Error "field: expected ..." without two brackets.
WinobiasLine parse_winobias_line(std::string_view line, const std::string& field);

}  // namespace braid

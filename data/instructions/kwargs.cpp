// Typed members of kwargs.
#include "data/instructions/kwargs.h"

#include <fmt/format.h>

#include "base/error.h"
#include "data/instructions/characters.h"

namespace braid {
namespace {

constexpr size_t kMaxPhraseBytes = 256;
constexpr size_t kMaxPhrases = 64;

std::string checked_phrase(const ObjectReader& kwargs, const std::string& key,
                           const std::string& text) {
  const std::string_view phrase = strip(text);
  if (phrase.empty()) kwargs.error(key, "has nothing to look for");
  if (phrase.size() > kMaxPhraseBytes) {
    kwargs.error(key, fmt::format("has {} bytes; at most {} are looked for", phrase.size(),
                                  kMaxPhraseBytes));
  }
  return std::string(phrase);
}

}  // namespace

size_t read_count(ObjectReader& kwargs, const std::string& key, int64_t smallest) {
  const int64_t count = kwargs.require_integer(key);
  if (count < smallest) {
    kwargs.error(key, fmt::format("is {}; expected {} or more", count, smallest));
  }
  return static_cast<size_t>(count);
}

Threshold read_threshold(ObjectReader& kwargs, const std::string& count_key,
                         const std::string& relation_key) {
  const std::string relation = kwargs.require_string(relation_key);
  if (relation != "at least" && relation != "less than") {
    kwargs.error(relation_key, R"(expected "at least" or "less than", got )" + quote(relation));
  }
  return {relation == "at least", read_count(kwargs, count_key)};
}

std::string read_phrase(ObjectReader& kwargs, const std::string& key) {
  return checked_phrase(kwargs, key, kwargs.require_string(key));
}

std::vector<std::string> read_phrases(ObjectReader& kwargs, const std::string& key) {
  std::vector<std::string> phrases = kwargs.strings(key);
  if (phrases.empty() || phrases.size() > kMaxPhrases) {
    kwargs.error(key, fmt::format("expected 1 to {} strings, got {}", kMaxPhrases, phrases.size()));
  }
  for (std::string& phrase : phrases) phrase = checked_phrase(kwargs, key, phrase);
  return phrases;
}

}  // namespace braid

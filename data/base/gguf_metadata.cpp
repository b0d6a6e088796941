// Typed access to GGUF metadata.
#include <array>
#include <cmath>
#include <cstring>
#include <fstream>

#include "base/error.h"
#include "base/gguf.h"

namespace braid {
namespace {

constexpr const char* kTypeNames[] = {
    "a boolean",           "an integer",         "a number", "a string", "an array of integers",
    "an array of numbers", "an array of strings"};
static_assert(std::size(kTypeNames) == std::variant_size_v<GgufValue>);

// The value under `key`, or null when absent.
const GgufValue* lookup(const GgufFile& file, const std::string& key) {
  const auto found = file.metadata().find(key);
  return found == file.metadata().end() ? nullptr : &found->second;
}

const GgufValue& require(const GgufFile& file, const std::string& key) {
  const GgufValue* value = lookup(file, key);
  if (value == nullptr) fail("{}: metadata key {} is missing", file.path().string(), quote(key));
  return *value;
}

[[noreturn]] void wrong_type(const GgufFile& file, const std::string& key, const char* expected,
                             const GgufValue& value) {
  fail("{}: metadata key {}: expected {}, got {}", file.path().string(), quote(key), expected,
       kTypeNames[value.index()]);
}

template <typename T>
const T& expect(const GgufFile& file, const std::string& key, const char* expected) {
  const GgufValue& value = require(file, key);
  const T* result = std::get_if<T>(&value);
  if (result == nullptr) wrong_type(file, key, expected, value);
  return *result;
}

}  // namespace

int64_t GgufFile::integer(const std::string& key) const {
  return expect<int64_t>(*this, key, "an integer");
}

int64_t GgufFile::integer_or(const std::string& key, int64_t fallback) const {
  return has(key) ? integer(key) : fallback;
}

double GgufFile::number(const std::string& key) const {
  const GgufValue& value = require(*this, key);
  if (const auto* whole = std::get_if<int64_t>(&value)) return static_cast<double>(*whole);
  const auto* number = std::get_if<double>(&value);
  if (number == nullptr) wrong_type(*this, key, "a number", value);
  if (!std::isfinite(*number)) {
    fail("{}: metadata key {}: {} is not a finite number", path().string(), quote(key), *number);
  }
  return *number;
}

double GgufFile::number_or(const std::string& key, double fallback) const {
  return has(key) ? number(key) : fallback;
}

bool GgufFile::boolean_or(const std::string& key, bool fallback) const {
  return has(key) ? expect<bool>(*this, key, "a boolean") : fallback;
}

std::string GgufFile::string(const std::string& key) const {
  return expect<std::string>(*this, key, "a string");
}

std::string GgufFile::string_or(const std::string& key, const std::string& fallback) const {
  return has(key) ? string(key) : fallback;
}

const std::vector<std::string>& GgufFile::strings(const std::string& key) const {
  return expect<std::vector<std::string>>(*this, key, "an array of strings");
}

const std::vector<int64_t>& GgufFile::integers(const std::string& key) const {
  return expect<std::vector<int64_t>>(*this, key, "an array of integers");
}

bool is_gguf(const std::filesystem::path& path) {
  std::array<char, 4> magic = {};
  std::ifstream file(path, std::ios::binary);
  return file.read(magic.data(), magic.size()) && std::memcmp(magic.data(), "GGUF", 4) == 0;
}

}  // namespace braid

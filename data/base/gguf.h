// The GGUF container, versions 2 and 3 (torch-free): metadata and a validated tensor table over a
// mapped file. Untrusted input: counts, lengths, offsets and alignment are checked against the file
// before anything is allocated.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/file.h"

namespace braid {

enum class GgufType : uint32_t {
  F32 = 0,
  F16 = 1,
  Q4_0 = 2,
  Q4_1 = 3,
  Q5_0 = 6,
  Q5_1 = 7,
  Q8_0 = 8,
  Q4_K = 12,
  Q5_K = 13,
  Q6_K = 14,
  BF16 = 30,
};

std::string_view gguf_type_name(GgufType type);
int64_t gguf_block_elements(GgufType type);  // elements of one block: 1, 32 or 256
int64_t gguf_block_bytes(GgufType type);

struct GgufTensor {
  std::string name;
  GgufType type;
  std::vector<int64_t> shape;  // row-major (GGUF's dimensions reversed): [rows, columns]
  std::span<const std::byte> bytes;
};

// Integers of all widths become int64 (u64 above 2^63-1 is refused), floats double.
using GgufValue = std::variant<bool, int64_t, double, std::string, std::vector<int64_t>,
                               std::vector<double>, std::vector<std::string>>;

class GgufFile {
 public:
  explicit GgufFile(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return file_.path(); }
  const std::map<std::string, GgufValue>& metadata() const { return metadata_; }
  const std::vector<GgufTensor>& tensors() const { return tensors_; }
  const GgufTensor* find_tensor(std::string_view name) const;

  // Typed metadata; `optional_*` return the fallback when the key is absent, Error on another type.
  bool has(const std::string& key) const { return metadata_.contains(key); }
  int64_t integer(const std::string& key) const;
  int64_t integer_or(const std::string& key, int64_t fallback) const;
  double number(const std::string& key) const;
  double number_or(const std::string& key, double fallback) const;
  bool boolean_or(const std::string& key, bool fallback) const;
  std::string string(const std::string& key) const;
  std::string string_or(const std::string& key, const std::string& fallback) const;
  const std::vector<std::string>& strings(const std::string& key) const;
  const std::vector<int64_t>& integers(const std::string& key) const;

 private:
  MappedFile file_;
  std::map<std::string, GgufValue> metadata_;
  std::vector<GgufTensor> tensors_;
};

// True when the file begins with the GGUF magic.
bool is_gguf(const std::filesystem::path& path);

}  // namespace braid

// The safetensors container (torch-free): a validated table of contents over a mapped file, and a
// writer. Format: u64 little-endian header length, JSON header, raw row-major tensor bytes. The
// input is untrusted: offsets must tile the data without gaps or overlap, sizes must match shapes,
// names must be unique, header at most 100 MB.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace braid {

struct SafetensorsEntry {
  std::string name;
  std::string dtype;  // "F32", "BF16", ...
  std::vector<int64_t> shape;
  std::span<const std::byte> bytes;
};

// Bytes of one element; Error names an unknown dtype.
int64_t safetensors_dtype_size(std::string_view dtype);

class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::filesystem::path& path);

  const std::vector<SafetensorsEntry>& entries() const { return entries_; }
  const SafetensorsEntry* find(std::string_view name) const;  // null when absent
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const std::filesystem::path& path() const { return file_.path(); }

 private:
  MappedFile file_;
  std::vector<SafetensorsEntry> entries_;
  std::map<std::string, std::string> metadata_;
};

// The bytes of a safetensors file with these tensors, in the given order, header padded so that
// data is 8-byte aligned.
std::string safetensors_bytes(const std::vector<SafetensorsEntry>& entries,
                              const std::map<std::string, std::string>& metadata);

}  // namespace braid

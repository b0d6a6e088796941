// The safetensors container: checks of the table of contents, and the writer.
#include "base/safetensors.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <unordered_set>

#include "base/error.h"
#include "base/json.h"

namespace braid {
namespace {

constexpr size_t kLengthBytes = 8;
constexpr size_t kMaxHeaderBytes = 100'000'000;  // the format's own limit
constexpr size_t kAlignment = 8;
constexpr const char* kMetadataKey = "__metadata__";

struct Dtype {
  std::string_view name;
  int64_t size;
};
constexpr Dtype kDtypes[] = {{"F64", 8}, {"F32", 4}, {"F16", 2},  {"BF16", 2},    {"I64", 8},
                             {"I32", 4}, {"I16", 2}, {"I8", 1},   {"U64", 8},     {"U32", 4},
                             {"U16", 2}, {"U8", 1},  {"BOOL", 1}, {"F8_E4M3", 1}, {"F8_E5M2", 1}};

// 0 for an unknown dtype.
int64_t find_dtype_size(std::string_view dtype) {
  for (const auto& known : kDtypes) {
    if (known.name == dtype) return known.size;
  }
  return 0;
}

uint64_t load_u64(const std::byte* bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < kLengthBytes; ++i) value |= std::to_integer<uint64_t>(bytes[i]) << (8 * i);
  return value;
}

// Reads the entries of one header; `where` names file and tensor in errors.
class HeaderReader {
 public:
  HeaderReader(std::string where, std::span<const std::byte> data)
      : where_(std::move(where)), data_(data) {}

  SafetensorsEntry entry(const std::string& name, const Json& json) const {
    const std::string where = where_ + ": tensor " + quote(name);
    ObjectReader reader(json, where);
    SafetensorsEntry result{name, reader.require_string("dtype"), {}, {}};
    result.shape = integers(reader, "shape");
    const auto offsets = integers(reader, "data_offsets");
    reader.reject_unknown();
    const int64_t expected = byte_count(where, result);
    if (offsets.size() != 2 || offsets[0] > offsets[1] ||
        static_cast<uint64_t>(offsets[1]) > data_.size()) {
      fail(
          "{}: data_offsets {} are not [begin, end] inside the {} data bytes; the file is "
          "damaged or cut off",
          where, json.at("data_offsets").dump().substr(0, 60), data_.size());
    }
    if (offsets[1] - offsets[0] != expected) {
      fail("{}: {} bytes of data, but dtype and shape need {}", where, offsets[1] - offsets[0],
           expected);
    }
    result.bytes = data_.subspan(static_cast<size_t>(offsets[0]), static_cast<size_t>(expected));
    return result;
  }

  // Tensors must cover the data from first to last byte, each byte once.
  void require_tiling(const std::vector<SafetensorsEntry>& entries) const {
    std::vector<const SafetensorsEntry*> ordered;
    ordered.reserve(entries.size());
    for (const auto& entry : entries) ordered.push_back(&entry);
    std::sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) {
      // An empty tensor sits before the tensor that begins where it is.
      return a->bytes.data() != b->bytes.data() ? a->bytes.data() < b->bytes.data()
                                                : a->bytes.size() < b->bytes.size();
    });
    const std::byte* position = data_.data();
    for (const auto* entry : ordered) {
      if (entry->bytes.data() != position) {
        fail("{}: tensor {}: {} at data offset {}", where_, quote(entry->name),
             entry->bytes.data() < position ? "overlaps the tensor before it" : "gap before it",
             entry->bytes.data() - data_.data());
      }
      position += entry->bytes.size();
    }
    if (position != data_.data() + data_.size()) {
      fail("{}: {} bytes after the last tensor belong to no tensor", where_,
           data_.data() + data_.size() - position);
    }
  }

 private:
  // Non-negative integers only: no exponent, no fraction.
  static std::vector<int64_t> integers(ObjectReader& reader, const std::string& key) {
    const Json* value = reader.find(key);
    if (value == nullptr || !value->is_array()) reader.error(key, "expected an array of integers");
    std::vector<int64_t> result;
    result.reserve(value->size());
    for (const Json& element : *value) {
      if (!element.is_number_unsigned() ||
          element.get<uint64_t>() > uint64_t{std::numeric_limits<int64_t>::max()}) {
        reader.error(key, "expected integers from 0 to 2^63 - 1");
      }
      result.push_back(element.get<int64_t>());
    }
    return result;
  }

  static int64_t byte_count(const std::string& where, const SafetensorsEntry& entry) {
    int64_t bytes = find_dtype_size(entry.dtype);
    if (bytes == 0) fail("{}: unknown dtype {}", where, quote(entry.dtype));
    for (const int64_t extent : entry.shape) {
      if (__builtin_mul_overflow(bytes, extent, &bytes)) fail("{}: shape overflows 64 bits", where);
    }
    return bytes;
  }

  std::string where_;
  std::span<const std::byte> data_;
};

std::map<std::string, std::string> read_metadata(const Json& json, const std::string& where) {
  const ObjectReader reader(json, where, kMetadataKey);
  std::map<std::string, std::string> metadata;
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) reader.error(key, "expected a string");
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

// The JSON text of the header; checks that it fits the file.
std::string_view header_text(std::span<const std::byte> bytes, const std::string& where) {
  if (bytes.size() < kLengthBytes) {
    fail("{}: {} bytes, too short for a safetensors file", where, bytes.size());
  }
  const uint64_t length = load_u64(bytes.data());
  if (length > kMaxHeaderBytes) {
    fail("{}: header of {} bytes, the format allows {}; not a safetensors file?", where, length,
         kMaxHeaderBytes);
  }
  if (length > bytes.size() - kLengthBytes) {
    fail("{}: header of {} bytes, but the file ends after {}; the file is cut off", where, length,
         bytes.size() - kLengthBytes);
  }
  return {reinterpret_cast<const char*>(bytes.data() + kLengthBytes), static_cast<size_t>(length)};
}

}  // namespace

int64_t safetensors_dtype_size(std::string_view dtype) {
  if (const int64_t size = find_dtype_size(dtype); size != 0) return size;
  fail("unknown safetensors dtype {}", quote(dtype));
}

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path) : file_(path) {
  const std::string where = path.string();
  const std::string_view text = header_text(file_.bytes(), where);
  const Json header = parse_json(text, where + ": header");
  if (!header.is_object()) fail("{}: header is not a JSON object", where);
  const HeaderReader reader(where, file_.bytes().subspan(kLengthBytes + text.size()));
  entries_.reserve(header.size());
  for (const auto& [name, value] : header.items()) {
    if (name == kMetadataKey) {
      metadata_ = read_metadata(value, where);
    } else {
      entries_.push_back(reader.entry(name, value));
    }
  }
  reader.require_tiling(entries_);
}

const SafetensorsEntry* SafetensorsFile::find(std::string_view name) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const auto& entry) { return entry.name == name; });
  return found == entries_.end() ? nullptr : &*found;
}

std::string safetensors_bytes(const std::vector<SafetensorsEntry>& entries,
                              const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  if (!metadata.empty()) header[kMetadataKey] = metadata;
  size_t offset = 0;
  std::unordered_set<std::string_view> names;
  for (const auto& entry : entries) {
    BRAID_ASSERT(entry.name != kMetadataKey && names.insert(entry.name).second);
    int64_t expected = safetensors_dtype_size(entry.dtype);
    for (const int64_t extent : entry.shape) expected *= extent;
    BRAID_ASSERT(expected >= 0 && static_cast<size_t>(expected) == entry.bytes.size());
    header[entry.name] = {{"dtype", entry.dtype},
                          {"shape", entry.shape},
                          {"data_offsets", {offset, offset + entry.bytes.size()}}};
    offset += entry.bytes.size();
  }
  std::string text = header.dump();
  text.resize((text.size() + kAlignment - 1) / kAlignment * kAlignment, ' ');

  std::string result;
  result.reserve(kLengthBytes + text.size() + offset);
  for (size_t i = 0; i < kLengthBytes; ++i) {
    result += static_cast<char>((uint64_t{text.size()} >> (8 * i)) & 0xff);
  }
  result += text;
  for (const auto& entry : entries) {
    result.append(reinterpret_cast<const char*>(entry.bytes.data()), entry.bytes.size());
  }
  return result;
}

}  // namespace braid

// The GGUF container: checks of the header and the tensor table.
#include "base/gguf.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <set>

#include "base/error.h"
#include "base/gguf_reader.h"

namespace braid {
namespace {

constexpr int64_t kDefaultAlignment = 32;
constexpr int64_t kMaxAlignment = int64_t{1} << 20;
constexpr uint32_t kMaxDimensions = 4;
constexpr const char* kAlignmentKey = "general.alignment";
// The fewest bytes that an entry can take; a larger count cannot be true.
constexpr size_t kMinMetadataBytes = 8 + 4 + 1;
constexpr size_t kMinTensorBytes = 8 + 4 + 4 + 8;

struct TypeTraits {
  GgufType type;
  std::string_view name;
  int64_t elements;
  int64_t bytes;
};
constexpr TypeTraits kTypes[] = {
    {GgufType::F32, "F32", 1, 4},       {GgufType::F16, "F16", 1, 2},
    {GgufType::BF16, "BF16", 1, 2},     {GgufType::Q4_0, "Q4_0", 32, 18},
    {GgufType::Q4_1, "Q4_1", 32, 20},   {GgufType::Q5_0, "Q5_0", 32, 22},
    {GgufType::Q5_1, "Q5_1", 32, 24},   {GgufType::Q8_0, "Q8_0", 32, 34},
    {GgufType::Q4_K, "Q4_K", 256, 144}, {GgufType::Q5_K, "Q5_K", 256, 176},
    {GgufType::Q6_K, "Q6_K", 256, 210}};

const TypeTraits* find_traits(uint32_t type) {
  for (const auto& traits : kTypes) {
    if (static_cast<uint32_t>(traits.type) == type) return &traits;
  }
  return nullptr;
}

const TypeTraits& traits_of(GgufType type) {
  const TypeTraits* traits = find_traits(static_cast<uint32_t>(type));
  BRAID_ASSERT(traits != nullptr);
  return *traits;
}

// A tensor as the table gives it; its bytes are cut out of the file once the start of the data is
// known.
struct TableEntry {
  GgufTensor tensor;
  uint64_t offset = 0;
  size_t bytes = 0;
};

void read_shape(GgufReader& reader, const std::string& where, TableEntry& entry) {
  const auto dimensions = reader.scalar<uint32_t>();
  if (dimensions > kMaxDimensions) {
    fail("{}: {} dimensions, at most {} exist", where, dimensions, kMaxDimensions);
  }
  auto& shape = entry.tensor.shape;
  for (uint32_t i = 0; i < dimensions; ++i) {
    const auto extent = reader.scalar<uint64_t>();
    if (extent == 0 || extent > uint64_t{std::numeric_limits<int64_t>::max()}) {
      fail("{}: dimension {} is {}, expected 1 to 2^63 - 1", where, i, extent);
    }
    shape.push_back(static_cast<int64_t>(extent));
  }
  std::reverse(shape.begin(), shape.end());
}

TableEntry read_table_entry(GgufReader& reader) {
  TableEntry entry;
  entry.tensor.name = reader.string();
  const std::string where = reader.where() + ": tensor " + quote(entry.tensor.name);
  read_shape(reader, where, entry);
  const auto type = reader.scalar<uint32_t>();
  entry.offset = reader.scalar<uint64_t>();

  const TypeTraits* traits = find_traits(type);
  if (traits == nullptr) {
    fail(
        "{}: quantisation type {} is not supported; supported are F32, F16, BF16, Q4_0, Q4_1, "
        "Q5_0, Q5_1, Q8_0, Q4_K, Q5_K and Q6_K",
        where, type);
  }
  entry.tensor.type = traits->type;
  // Blocks lie along a row; they never span two.
  const auto& shape = entry.tensor.shape;
  const int64_t columns = shape.empty() ? 1 : shape.back();
  if (columns % traits->elements != 0) {
    fail("{}: rows of {} elements are not whole {} blocks of {}", where, columns, traits->name,
         traits->elements);
  }
  int64_t bytes = traits->bytes;
  bool overflow = __builtin_mul_overflow(bytes, columns / traits->elements, &bytes);
  for (size_t i = 0; i + 1 < shape.size(); ++i) {
    overflow = overflow || __builtin_mul_overflow(bytes, shape[i], &bytes);
  }
  if (overflow) fail("{}: shape overflows 64 bits", where);
  entry.bytes = static_cast<size_t>(bytes);
  return entry;
}

std::map<std::string, GgufValue> read_metadata(GgufReader& reader, size_t count) {
  std::map<std::string, GgufValue> metadata;
  for (size_t i = 0; i < count; ++i) {
    std::string key = reader.string();
    reader.set_context(" of key " + quote(key));
    GgufValue value = reader.value();
    if (metadata.contains(key))
      fail("{}: metadata key {} is there twice", reader.where(), quote(key));
    metadata.emplace(std::move(key), std::move(value));
    reader.set_context("");
  }
  return metadata;
}

std::vector<TableEntry> read_table(GgufReader& reader, size_t count) {
  std::vector<TableEntry> table;
  table.reserve(count);
  std::set<std::string> names;
  for (size_t i = 0; i < count; ++i) {
    reader.set_context(fmt::format(" of tensor {}", i));
    table.push_back(read_table_entry(reader));
    const std::string& name = table.back().tensor.name;
    if (!names.insert(name).second)
      fail("{}: tensor {} is there twice", reader.where(), quote(name));
  }
  return table;
}

// Points every tensor at its bytes.
void place(std::vector<TableEntry>& table, std::span<const std::byte> data, uint64_t alignment,
           const std::string& file) {
  for (auto& entry : table) {
    const std::string where = file + ": tensor " + quote(entry.tensor.name);
    if (entry.offset % alignment != 0) {
      fail("{}: offset {} is not a multiple of the alignment {}", where, entry.offset, alignment);
    }
    if (entry.offset > data.size() || entry.bytes > data.size() - entry.offset) {
      fail(
          "{}: {} bytes at offset {}, but the file has {} data bytes; the file is damaged or cut "
          "off",
          where, entry.bytes, entry.offset, data.size());
    }
    entry.tensor.bytes = data.subspan(static_cast<size_t>(entry.offset), entry.bytes);
  }
  std::vector<const TableEntry*> ordered;
  for (const auto& entry : table) ordered.push_back(&entry);
  std::sort(ordered.begin(), ordered.end(),
            [](const auto* a, const auto* b) { return a->offset < b->offset; });
  for (size_t i = 1; i < ordered.size(); ++i) {
    if (ordered[i]->offset - ordered[i - 1]->offset < ordered[i - 1]->bytes) {
      fail("{}: tensors {} and {} overlap", file, quote(ordered[i - 1]->tensor.name),
           quote(ordered[i]->tensor.name));
    }
  }
}

uint64_t checked_alignment(const std::map<std::string, GgufValue>& metadata,
                           const std::string& where) {
  const auto found = metadata.find(kAlignmentKey);
  if (found == metadata.end()) return kDefaultAlignment;
  const int64_t* value = std::get_if<int64_t>(&found->second);
  if (value == nullptr || *value < 8 || *value > kMaxAlignment ||
      !std::has_single_bit(static_cast<uint64_t>(*value))) {
    fail("{}: {} must be a power of two from 8 to {}", where, kAlignmentKey, kMaxAlignment);
  }
  return static_cast<uint64_t>(*value);
}

}  // namespace

std::string_view gguf_type_name(GgufType type) { return traits_of(type).name; }
int64_t gguf_block_elements(GgufType type) { return traits_of(type).elements; }
int64_t gguf_block_bytes(GgufType type) { return traits_of(type).bytes; }

GgufFile::GgufFile(const std::filesystem::path& path) : file_(path) {
  const std::string where = path.string();
  GgufReader reader(file_.bytes(), where);
  reader.magic();
  const size_t tensor_count = reader.count(kMinTensorBytes, "tensor count");
  const size_t metadata_count = reader.count(kMinMetadataBytes, "metadata count");
  metadata_ = read_metadata(reader, metadata_count);
  std::vector<TableEntry> table = read_table(reader, tensor_count);

  const uint64_t alignment = checked_alignment(metadata_, where);
  const size_t begin = (reader.position() + alignment - 1) / alignment * alignment;
  // A file without tensors may end before the padding.
  const auto data =
      begin < file_.bytes().size() ? file_.bytes().subspan(begin) : std::span<const std::byte>();
  place(table, data, alignment, where);
  tensors_.reserve(table.size());
  for (auto& entry : table) tensors_.push_back(std::move(entry.tensor));
}

const GgufTensor* GgufFile::find_tensor(std::string_view name) const {
  const auto found = std::find_if(tensors_.begin(), tensors_.end(),
                                  [&](const auto& tensor) { return tensor.name == name; });
  return found == tensors_.end() ? nullptr : &*found;
}

}  // namespace braid

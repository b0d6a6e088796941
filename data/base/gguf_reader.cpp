// Bounds-checked reading of GGUF scalars, strings and metadata values.
#include "base/gguf_reader.h"

#include <bit>
#include <limits>

#include "base/error.h"

namespace braid {
namespace {

static_assert(std::endian::native == std::endian::little, "GGUF is read as little-endian memory");

constexpr char kMagic[] = {'G', 'G', 'U', 'F'};
// Vocabularies have a few hundred thousand entries. The bound keeps a false count from turning
// tensor data into a vector many times the size of the file.
constexpr size_t kMaxArrayElements = size_t{1} << 24;

// Type tags of metadata values.
enum : uint32_t {
  kU8 = 0,
  kI8 = 1,
  kU16 = 2,
  kI16 = 3,
  kU32 = 4,
  kI32 = 5,
  kF32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kU64 = 10,
  kI64 = 11,
  kF64 = 12,
};

size_t min_size(uint32_t type) {
  switch (type) {
    case kU8:
    case kI8:
    case kBool:
      return 1;
    case kU16:
    case kI16:
      return 2;
    case kU32:
    case kI32:
    case kF32:
      return 4;
    default:
      return 8;  // strings begin with their 8-byte length
  }
}

}  // namespace

const std::byte* GgufReader::take(size_t count) {
  if (count > bytes_.size() - position_) {
    fail("{}: cut off at byte {}{}: {} bytes wanted, {} left", where_, position_, context_, count,
         bytes_.size() - position_);
  }
  const std::byte* result = bytes_.data() + position_;
  position_ += count;
  return result;
}

void GgufReader::magic() {
  if (bytes_.size() < sizeof(kMagic) || std::memcmp(bytes_.data(), kMagic, sizeof(kMagic)) != 0) {
    fail("{}: not a GGUF file", where_);
  }
  take(sizeof(kMagic));
  const auto version = scalar<uint32_t>();
  if (version == 2 || version == 3) return;
  if ((version & 0xffff) == 0) fail("{}: big-endian GGUF is not supported", where_);
  fail("{}: GGUF version {} is not supported; 2 and 3 are", where_, version);
}

size_t GgufReader::count(size_t min_bytes, const char* what) {
  const auto value = scalar<uint64_t>();
  if (value > (bytes_.size() - position_) / min_bytes) {
    fail("{}: {} {}{} does not fit the {} bytes left in the file", where_, what, value, context_,
         bytes_.size() - position_);
  }
  return static_cast<size_t>(value);
}

std::string GgufReader::string() {
  const size_t length = count(1, "string length");
  return {reinterpret_cast<const char*>(take(length)), length};
}

bool GgufReader::boolean() {
  const auto value = scalar<uint8_t>();
  if (value > 1) fail("{}: boolean{} holds {}, expected 0 or 1", where_, context_, int{value});
  return value == 1;
}

int64_t GgufReader::integer(uint32_t type) {
  switch (type) {
    case kU8:
      return scalar<uint8_t>();
    case kI8:
      return scalar<int8_t>();
    case kU16:
      return scalar<uint16_t>();
    case kI16:
      return scalar<int16_t>();
    case kU32:
      return scalar<uint32_t>();
    case kI32:
      return scalar<int32_t>();
    case kI64:
      return scalar<int64_t>();
    case kBool:
      return boolean();
    default:
      break;
  }
  const auto value = scalar<uint64_t>();
  if (value > uint64_t{std::numeric_limits<int64_t>::max()}) {
    fail("{}: integer {}{} is larger than 2^63 - 1", where_, value, context_);
  }
  return static_cast<int64_t>(value);
}

double GgufReader::number(uint32_t type) {
  return type == kF32 ? double{scalar<float>()} : scalar<double>();
}

GgufValue GgufReader::array() {
  const auto type = scalar<uint32_t>();
  if (type == kArray) fail("{}: array of arrays{} is not supported", where_, context_);
  if (type > kF64) fail("{}: unknown element type {}{}", where_, type, context_);
  const size_t size = count(min_size(type), "array length");
  if (size > kMaxArrayElements) {
    fail("{}: array{} has {} elements, at most {} are accepted", where_, context_, size,
         kMaxArrayElements);
  }
  if (type == kString) {
    std::vector<std::string> result;
    result.reserve(size);
    for (size_t i = 0; i < size; ++i) result.push_back(string());
    return result;
  }
  if (type == kF32 || type == kF64) {
    std::vector<double> result;
    result.reserve(size);
    for (size_t i = 0; i < size; ++i) result.push_back(number(type));
    return result;
  }
  std::vector<int64_t> result;
  result.reserve(size);
  for (size_t i = 0; i < size; ++i) result.push_back(integer(type));
  return result;
}

GgufValue GgufReader::value() {
  const auto type = scalar<uint32_t>();
  switch (type) {
    case kBool:
      return boolean();
    case kString:
      return string();
    case kArray:
      return array();
    case kF32:
    case kF64:
      return number(type);
    default:
      break;
  }
  if (type > kF64) fail("{}: unknown value type {}{}", where_, type, context_);
  return integer(type);
}

}  // namespace braid

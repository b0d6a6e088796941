// The wire format of protocol buffers.
#include "data/text/protobuf.h"

#include <bit>
#include <cstring>

#include "base/error.h"

namespace braid {

static_assert(std::endian::native == std::endian::little,
              "fixed-width fields are read as they are");

namespace {

void put_varint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

}  // namespace

void ProtobufReader::malformed() const {
  fail("{}: not a SentencePiece model, or truncated; fetch the file again", where_);
}

uint64_t ProtobufReader::varint() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const auto byte = static_cast<unsigned char>(take(1)[0]);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  malformed();
}

std::string_view ProtobufReader::take(uint64_t count) {
  if (count > rest_.size()) malformed();
  const std::string_view taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

bool ProtobufReader::next() {
  if (rest_.empty()) return false;
  const std::string_view start = rest_;
  const uint64_t tag = varint();
  if (tag >> 3 == 0 || tag >> 32 != 0) malformed();
  field_ = static_cast<uint32_t>(tag >> 3);
  type_ = static_cast<Wire>(tag & 7);
  read_value();
  encoded_ = start.substr(0, start.size() - rest_.size());
  return true;
}

void ProtobufReader::read_value() {
  switch (type_) {
    case Wire::kVarint:
      varint_ = varint();
      return;
    case Wire::kFixed64:
      bytes_ = take(8);
      return;
    case Wire::kBytes:
      bytes_ = take(varint());
      return;
    case Wire::kFixed32:
      bytes_ = take(4);
      return;
  }
  malformed();
}

void ProtobufReader::expect(Wire type) const {
  if (type_ != type) malformed();
}

int64_t ProtobufReader::integer() const {
  expect(Wire::kVarint);
  return static_cast<int64_t>(varint_);
}

float ProtobufReader::number() const {
  expect(Wire::kFixed32);
  float value = 0;
  std::memcpy(&value, bytes_.data(), sizeof(value));
  return value;
}

std::string_view ProtobufReader::bytes() const {
  expect(Wire::kBytes);
  return bytes_;
}

void put_integer(std::string& out, uint32_t field, uint64_t value) {
  put_varint(out, field << 3);
  put_varint(out, value);
}

void put_number(std::string& out, uint32_t field, float value) {
  put_varint(out, field << 3 | 5);
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void put_bytes(std::string& out, uint32_t field, std::string_view value) {
  put_varint(out, field << 3 | 2);
  put_varint(out, value.size());
  out += value;
}

}  // namespace braid

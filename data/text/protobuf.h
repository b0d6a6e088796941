// The wire format of protocol buffers, as far as SentencePiece's model file needs it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace braid {

// Walks the fields of one message. Every length is checked against the message; Error beginning
// with `where` when the message is malformed.
class ProtobufReader {
 public:
  ProtobufReader(std::string_view message, const std::string& where)
      : rest_(message), where_(where) {}

  // Moves to the next field; false at the end of the message.
  bool next();

  uint32_t field() const { return field_; }
  std::string_view encoded() const { return encoded_; }  // the current field with its tag

  // The value of the current field. Error when it has another wire type.
  int64_t integer() const;
  float number() const;  // 32 bit
  std::string_view bytes() const;

 private:
  enum class Wire : uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

  void read_value();
  uint64_t varint();
  std::string_view take(uint64_t count);
  void expect(Wire type) const;
  [[noreturn]] void malformed() const;

  std::string_view rest_;
  const std::string& where_;
  uint32_t field_ = 0;
  Wire type_ = Wire::kVarint;
  uint64_t varint_ = 0;
  std::string_view bytes_;
  std::string_view encoded_;
};

// Appends fields to `out`.
void put_integer(std::string& out, uint32_t field, uint64_t value);
void put_number(std::string& out, uint32_t field, float value);
void put_bytes(std::string& out, uint32_t field, std::string_view value);

}  // namespace braid

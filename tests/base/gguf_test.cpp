// The GGUF container against files that are cut, forged or merely unusual.
#include "base/gguf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "tests/support.h"

namespace braid {
namespace {

using ::testing::HasSubstr;

template <typename T>
std::string raw(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}
std::string text(const std::string& value) { return raw(uint64_t{value.size()}) + value; }
std::string member(const std::string& key, uint32_t type, const std::string& value) {
  return text(key) + raw(type) + value;
}
std::string array(uint32_t type, uint64_t count, const std::string& elements) {
  return raw(type) + raw(count) + elements;
}
std::string tensor(const std::string& name, const std::vector<uint64_t>& dimensions, uint32_t type,
                   uint64_t offset) {
  std::string bytes = text(name) + raw(static_cast<uint32_t>(dimensions.size()));
  for (const uint64_t extent : dimensions) bytes += raw(extent);
  return bytes + raw(type) + raw(offset);
}

struct Parts {
  std::vector<std::string> metadata;
  std::vector<std::string> tensors;
  size_t data = 0;
  size_t alignment = 32;
  uint32_t version = 3;
};

std::string container(const Parts& parts) {
  std::string bytes = "GGUF" + raw(parts.version) + raw(uint64_t{parts.tensors.size()}) +
                      raw(uint64_t{parts.metadata.size()});
  for (const auto& part : parts.metadata) bytes += part;
  for (const auto& part : parts.tensors) bytes += part;
  if (parts.data == 0) return bytes;
  bytes.resize((bytes.size() + parts.alignment - 1) / parts.alignment * parts.alignment);
  return bytes + std::string(parts.data, 'd');
}

enum : uint32_t {
  kU8 = 0,
  kU32 = 4,
  kI32 = 5,
  kF32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kU64 = 10,
  kF64 = 12
};

class Gguf : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& bytes) {
    const auto path = scratch_.path() / "x.gguf";
    write_file_atomic(path, bytes);
    return path;
  }

  void expect_refused(const std::string& bytes, const std::string& message) {
    const auto path = write(bytes);
    try {
      GgufFile file(path);
      ADD_FAILURE() << "accepted, expected: " << message;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(message));
      EXPECT_THAT(error.what(), HasSubstr(path.string()));
    }
  }

  test::TemporaryDirectory scratch_;
};

Parts sample() {
  return {{member("name", kString, text("tiny")), member("u8", kU8, raw(uint8_t{200})),
           member("i32", kI32, raw(int32_t{-5})), member("f32", kF32, raw(0.5f)),
           member("flag", kBool, raw(uint8_t{1})),
           member("tokens", kArray, array(kString, 2, text("a") + text(""))),
           member("types", kArray, array(kI32, 3, raw(1) + raw(-2) + raw(3))),
           member("scores", kArray, array(kF32, 1, raw(-1.5f))),
           member("flags", kArray, array(kBool, 2, std::string("\1\0", 2)))},
          {tensor("w", {64, 3}, 8, 0), tensor("b", {3}, 0, 224)},
          224 + 12};
}

TEST_F(Gguf, ReadsMetadataAndTensors) {
  for (const uint32_t version : {2u, 3u}) {
    Parts parts = sample();
    parts.version = version;
    const auto path = write(container(parts));
    EXPECT_TRUE(is_gguf(path));
    const GgufFile file(path);
    EXPECT_EQ(file.string("name"), "tiny");
    EXPECT_EQ(file.integer("u8"), 200);
    EXPECT_EQ(file.integer("i32"), -5);
    EXPECT_EQ(file.number("f32"), 0.5);
    EXPECT_EQ(file.number("i32"), -5.0);
    EXPECT_TRUE(file.boolean_or("flag", false));
    EXPECT_EQ(file.strings("tokens"), (std::vector<std::string>{"a", ""}));
    EXPECT_EQ(file.integers("types"), (std::vector<int64_t>{1, -2, 3}));
    EXPECT_EQ(file.integers("flags"), (std::vector<int64_t>{1, 0}));
    EXPECT_EQ(file.integer_or("absent", 4), 4);
    EXPECT_EQ(file.string_or("absent", "x"), "x");
    ASSERT_EQ(file.tensors().size(), 2u);
    EXPECT_EQ(file.find_tensor("w")->shape, (std::vector<int64_t>{3, 64}));
    EXPECT_EQ(file.find_tensor("w")->bytes.size(), 3u * 2 * 34);
    EXPECT_EQ(file.find_tensor("b")->bytes.size(), 12u);
    EXPECT_EQ(file.find_tensor("absent"), nullptr);
  }
}

TEST_F(Gguf, WrongMetadataTypesAreErrors) {
  Parts parts;
  parts.metadata = {member("s", kString, text("x")), member("nan", kF32, raw(std::nanf("")))};
  const GgufFile file(write(container(parts)));
  EXPECT_THROW(file.integer("s"), Error);
  EXPECT_THROW(file.integer_or("s", 1), Error);
  EXPECT_THROW(file.boolean_or("s", true), Error);
  EXPECT_THROW(file.strings("s"), Error);
  EXPECT_THROW(file.string("absent"), Error);
  EXPECT_THROW(file.number("nan"), Error);
}

TEST_F(Gguf, RefusesEveryTruncation) {
  const std::string whole = container(sample());
  for (size_t length = 0; length < whole.size(); ++length) {
    const auto path = write(whole.substr(0, length));
    EXPECT_THROW(GgufFile{path}, Error) << length;
  }
}

TEST_F(Gguf, RefusesFalseCounts) {
  const std::string head = "GGUF" + raw(3u);
  expect_refused("GGML" + std::string(20, '\0'), "not a GGUF file");
  expect_refused("GGUF" + raw(1u) + std::string(16, '\0'), "version 1");
  expect_refused("GGUF" + raw(0x03000000u) + std::string(16, '\0'), "big-endian");
  expect_refused(head + raw(~uint64_t{0}) + raw(uint64_t{0}), "tensor count");
  expect_refused(head + raw(uint64_t{0}) + raw(uint64_t{1} << 60), "metadata count");
  expect_refused(
      head + raw(uint64_t{0}) + raw(uint64_t{1}) + raw(~uint64_t{0}) + std::string(64, 'x'),
      "string length");
  Parts parts;
  parts.data = 64;
  for (const uint32_t type : {kU8, kU32, kF32, kBool, kString, kU64, kF64}) {
    parts.metadata = {member("k", kArray, array(type, ~uint64_t{0} / 2, ""))};
    expect_refused(container(parts), "array length");
  }
}

TEST_F(Gguf, RefusesBadMetadata) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{member("k", 13, "        ")}, "unknown value type 13"},
      {{member("k", kArray, array(13, 0, ""))}, "unknown element type 13"},
      {{member("k", kArray, array(kArray, 1, array(kU8, 1, "x")))}, "array of arrays"},
      {{member("k", kBool, "\2")}, "expected 0 or 1"},
      {{member("k", kU64, raw(~uint64_t{0}))}, "larger than 2^63"},
      {{member("k", kU8, "a"), member("k", kU8, "b")}, "there twice"},
      {{member("general.alignment", kU32, raw(0u))}, "power of two"},
      {{member("general.alignment", kU32, raw(48u))}, "power of two"},
      {{member("general.alignment", kString, text("32"))}, "power of two"}};
  for (const auto& [metadata, message] : cases) {
    Parts parts;
    parts.metadata = metadata;
    parts.data = 64;
    expect_refused(container(parts), message);
  }
}

TEST_F(Gguf, RefusesBadTensors) {
  const uint64_t huge = uint64_t{1} << 40;
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{tensor("w", {1, 1, 1, 1, 1}, 0, 0)}, "5 dimensions"},
      {{tensor("w", {0}, 0, 0)}, "dimension 0 is 0"},
      {{tensor("w", {~uint64_t{0}}, 0, 0)}, "dimension 0 is"},
      {{tensor("w", {huge, huge}, 0, 0)}, "overflows"},
      {{tensor("w", {uint64_t{1} << 62}, 0, 0)}, "overflows"},
      {{tensor("w", {33}, 8, 0)}, "not whole Q8_0 blocks of 32"},
      {{tensor("w", {128, 2}, 12, 0)}, "not whole Q4_K blocks of 256"},
      {{tensor("w", {4}, 10, 0)}, "type 10 is not supported"},
      {{tensor("w", {4}, 0, 4)}, "multiple of the alignment"},
      {{tensor("w", {17}, 0, 0)}, "damaged or cut off"},
      {{tensor("w", {1}, 0, 64)}, "damaged or cut off"},
      {{tensor("w", {8}, 0, ~uint64_t{0} - 31)}, "damaged or cut off"},
      {{tensor("w", {9}, 0, 0), tensor("v", {8}, 0, 32)}, "overlap"},
      {{tensor("w", {8}, 0, 0), tensor("w", {8}, 0, 32)}, "there twice"}};
  for (const auto& [tensors, message] : cases) {
    Parts parts;
    parts.tensors = tensors;
    parts.data = 64;
    expect_refused(container(parts), message);
  }
}

TEST_F(Gguf, HonoursAlignment) {
  Parts parts;
  parts.metadata = {member("general.alignment", kU32, raw(256u))};
  parts.tensors = {tensor("w", {4}, 0, 256)};
  parts.data = 256 + 16;
  parts.alignment = 256;
  EXPECT_EQ(GgufFile(write(container(parts))).find_tensor("w")->bytes[0], std::byte{'d'});
  parts.tensors = {tensor("w", {4}, 0, 32)};
  expect_refused(container(parts), "multiple of the alignment 256");
}

TEST(IsGguf, OtherFiles) {
  const test::TemporaryDirectory scratch;
  write_file_atomic(scratch.path() / "short", "GG");
  EXPECT_FALSE(is_gguf(scratch.path() / "short"));
  EXPECT_FALSE(is_gguf(scratch.path() / "absent"));
  EXPECT_FALSE(is_gguf(scratch.path()));
}

}  // namespace
}  // namespace braid

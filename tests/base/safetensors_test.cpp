// The safetensors container against files that are cut, forged or merely unusual.
#include "base/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "base/error.h"
#include "tests/support.h"

namespace braid {
namespace {

using ::testing::HasSubstr;

std::string little_endian(uint64_t value) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

std::string container(const std::string& header, size_t data_bytes) {
  return little_endian(header.size()) + header + std::string(data_bytes, 'd');
}

class Safetensors : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& bytes) {
    const auto path = scratch_.path() / "x.safetensors";
    write_file_atomic(path, bytes);
    return path;
  }

  void expect_refused(const std::string& bytes, const std::string& message) {
    const auto path = write(bytes);
    try {
      SafetensorsFile file(path);
      ADD_FAILURE() << "accepted, expected: " << message;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(message));
      EXPECT_THAT(error.what(), HasSubstr(path.string()));
    }
  }

  test::TemporaryDirectory scratch_;
};

TEST_F(Safetensors, RoundTrip) {
  const float weights[] = {1, 2, 3, 4, 5, 6};
  const uint8_t flags[] = {7};
  const std::vector<SafetensorsEntry> entries = {
      {"b.weight", "F32", {2, 3}, std::as_bytes(std::span(weights))},
      {"a \"ü\"", "U8", {}, std::as_bytes(std::span(flags))},
      {"none", "BF16", {0, 4}, {}}};
  const std::string bytes = safetensors_bytes(entries, {{"format", "pt"}});
  uint64_t header = 0;
  std::memcpy(&header, bytes.data(), 8);
  EXPECT_EQ(header % 8, 0u) << "data would not be aligned";

  const SafetensorsFile file(write(bytes));
  EXPECT_EQ(file.metadata().at("format"), "pt");
  ASSERT_EQ(file.entries().size(), 3u);
  for (const auto& expected : entries) {
    const auto* entry = file.find(expected.name);
    ASSERT_NE(entry, nullptr);
    EXPECT_EQ(entry->dtype, expected.dtype);
    EXPECT_EQ(entry->shape, expected.shape);
    EXPECT_TRUE(std::equal(entry->bytes.begin(), entry->bytes.end(), expected.bytes.begin(),
                           expected.bytes.end()));
  }
  EXPECT_EQ(file.find("absent"), nullptr);
}

TEST_F(Safetensors, EmptyFileOfTensors) {
  EXPECT_TRUE(SafetensorsFile(write(safetensors_bytes({}, {}))).entries().empty());
}

TEST_F(Safetensors, RefusesEveryTruncation) {
  const float weights[] = {1, 2, 3};
  const std::string whole =
      safetensors_bytes({{"w", "F32", {3}, std::as_bytes(std::span(weights))}}, {{"k", "v"}});
  for (size_t length = 0; length < whole.size(); ++length) {
    const auto path = write(whole.substr(0, length));
    EXPECT_THROW(SafetensorsFile{path}, Error) << length;
  }
  expect_refused(whole + "x", "belong to no tensor");
}

TEST_F(Safetensors, RefusesFalseHeaderLengths) {
  expect_refused(little_endian(~uint64_t{0}) + "{}", "not a safetensors file?");
  expect_refused(little_endian(100'000'001) + "{}", "the format allows");
  expect_refused(little_endian(3) + "{}", "cut off");
  expect_refused(little_endian(0), "not valid JSON");
}

TEST_F(Safetensors, RefusesBadHeaders) {
  expect_refused(container("{\"a\":", 0), "not valid JSON");
  expect_refused(container("[]", 0), "not a JSON object");
  expect_refused(container(std::string(100000, '['), 0), "nested");
  expect_refused(container("{\"a\":1}", 0), "tensor \"a\": expected an object");
  expect_refused(container("{\"__metadata__\":{\"a\":1}}", 0), "__metadata__.a: expected a string");
  expect_refused(container("{\"__metadata__\":[]}", 0), "__metadata__: expected an object");
  const std::string entry = R"({"dtype":"U8","shape":[1],"data_offsets":[0,1]})";
  expect_refused(container("{\"a\":" + entry + ",\"a\":" + entry + "}", 1), "twice");
}

TEST_F(Safetensors, RefusesBadEntries) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"dtype":"U9","shape":[4],"data_offsets":[0,4]})", "unknown dtype"},
      {R"({"shape":[4],"data_offsets":[0,4]})", "dtype: is missing"},
      {R"({"dtype":"U8","data_offsets":[0,4]})", "shape"},
      {R"({"dtype":"U8","shape":[4]})", "data_offsets"},
      {R"({"dtype":"U8","shape":[4],"data_offsets":[0,4],"extra":1})", "unknown key"},
      {R"({"dtype":"U8","shape":[-4],"data_offsets":[0,4]})", "from 0 to 2^63"},
      {R"({"dtype":"U8","shape":[4.0],"data_offsets":[0,4]})", "from 0 to 2^63"},
      {R"({"dtype":"U8","shape":[NaN],"data_offsets":[0,4]})", "not valid JSON"},
      {R"({"dtype":"U8","shape":[18446744073709551615],"data_offsets":[0,4]})", "from 0 to 2^63"},
      {R"({"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,4]})", "overflows"},
      {R"({"dtype":"F64","shape":[4611686018427387904],"data_offsets":[0,4]})", "overflows"},
      {R"({"dtype":"F16","shape":[4],"data_offsets":[0,4]})", "need 8"},
      {R"({"dtype":"U8","shape":[2],"data_offsets":[0,4]})", "need 2"},
      {R"({"dtype":"U8","shape":[5],"data_offsets":[0,5]})", "damaged or cut off"},
      {R"({"dtype":"U8","shape":[4],"data_offsets":[4,0]})", "damaged or cut off"},
      {R"({"dtype":"U8","shape":[4],"data_offsets":[0,4,4]})", "not [begin, end]"},
      {R"({"dtype":"U8","shape":[4],"data_offsets":[-1,3]})", "from 0 to 2^63"}};
  for (const auto& [entry, message] : cases) {
    SCOPED_TRACE(entry);
    expect_refused(container("{\"a\":" + entry + "}", 4), message);
  }
}

TEST_F(Safetensors, RefusesGapsAndOverlap) {
  const auto two = [](int begin0, int end0, int begin1, int end1) {
    const auto entry = [](int begin, int end) {
      return fmt::format(R"({{"dtype":"U8","shape":[{}],"data_offsets":[{},{}]}})", end - begin,
                         begin, end);
    };
    return container("{\"a\":" + entry(begin0, end0) + ",\"b\":" + entry(begin1, end1) + "}", 8);
  };
  EXPECT_EQ(SafetensorsFile(write(two(4, 8, 0, 4))).entries().size(), 2u);
  expect_refused(two(0, 4, 3, 8), "overlaps");
  expect_refused(two(0, 8, 0, 8), "overlaps");
  expect_refused(two(0, 8, 2, 2), "overlaps");
  expect_refused(two(0, 3, 4, 8), "gap");
  expect_refused(two(1, 4, 4, 8), "gap");
  expect_refused(two(0, 4, 4, 7), "belong to no tensor");
}

TEST(SafetensorsDtype, Sizes) {
  EXPECT_EQ(safetensors_dtype_size("BF16"), 2);
  EXPECT_EQ(safetensors_dtype_size("I64"), 8);
  EXPECT_THROW(safetensors_dtype_size("bf16"), Error);
}

}  // namespace
}  // namespace braid

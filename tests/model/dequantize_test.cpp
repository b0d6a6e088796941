// De-quantisation against blocks decoded by the Python `gguf` package
// (scripts/golden/dequantize.py).
#include "model/dequantize.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "base/json.h"
#include "tests/support.h"

namespace braid {
namespace {

std::vector<std::byte> from_hex(const std::string& hex) {
  std::vector<std::byte> bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

GgufType type_named(const std::string& name) {
  for (const auto type : {GgufType::F32, GgufType::F16, GgufType::BF16, GgufType::Q8_0,
                          GgufType::Q4_0, GgufType::Q4_1, GgufType::Q5_0, GgufType::Q5_1,
                          GgufType::Q4_K, GgufType::Q5_K, GgufType::Q6_K}) {
    if (gguf_type_name(type) == name) return type;
  }
  throw std::runtime_error("no type " + name);
}

TEST(Dequantize, MatchesReferenceBitForBit) {
  const Json cases = read_json_file(test::golden_path("dequantize.json"));
  ASSERT_EQ(cases.size(), 11u);
  for (const auto& one : cases) {
    const auto name = one.at("type").get<std::string>();
    const auto blocks = from_hex(one.at("blocks").get<std::string>());
    const auto expected = one.at("values").get<std::vector<double>>();
    std::vector<float> actual(expected.size());
    dequantize(type_named(name), blocks, actual);
    for (size_t i = 0; i < actual.size(); ++i) {
      // The same float32 products in the same order: no tolerance.
      ASSERT_EQ(actual[i], static_cast<float>(expected[i])) << name << " element " << i;
    }
  }
}

float half(uint16_t bits) {
  float value = 0;
  dequantize(GgufType::F16, std::as_bytes(std::span(&bits, 1)), std::span(&value, 1));
  return value;
}

TEST(Dequantize, EveryHalfIsExact) {
  for (uint32_t bits = 0; bits < 0x7c00; ++bits) {
    const int exponent = static_cast<int>(bits >> 10);
    const int fraction = static_cast<int>(bits & 1023);
    const double expected =
        exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    ASSERT_EQ(half(static_cast<uint16_t>(bits)), expected) << bits;
    ASSERT_EQ(half(static_cast<uint16_t>(bits | 0x8000)), -expected) << bits;
  }
  EXPECT_TRUE(std::signbit(half(0x8000)));
  EXPECT_EQ(half(0x7c00), std::numeric_limits<float>::infinity());
  EXPECT_EQ(half(0xfc00), -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(half(0x7e01)));
}

TEST(Dequantize, RefusesBytesThatDoNotMatchTheElements) {
  const std::vector<std::byte> block(34);
  std::vector<float> out(64);
  EXPECT_THROW(dequantize(GgufType::Q8_0, block, out), std::logic_error);
  EXPECT_THROW(dequantize(GgufType::Q8_0, block, std::span(out).first(31)), std::logic_error);
}

}  // namespace
}  // namespace braid

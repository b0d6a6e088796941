// De-quantisation of GGUF blocks. Every loop over a block has constant bounds and no branches, so
// that the compiler vectorises it; products are taken in the order of the reference (scale of the
// block times scale of the group first).
#include "model/dequantize.h"

#include <bit>
#include <cstdint>
#include <cstring>

#include "base/error.h"

namespace braid {
namespace {

using Bytes = const uint8_t*;

// Branch-free IEEE half to float; subnormals, infinities and NaN included.
inline float half_to_float(uint16_t half) {
  const uint32_t magnitude = half & 0x7fffu;
  const uint32_t sign = uint32_t{half & 0x8000u} << 16;
  const uint32_t exponent_shift = magnitude >= 0x7c00u ? (255u - 31u) << 23 : (127u - 15u) << 23;
  const uint32_t normal = (magnitude << 13) + exponent_shift;
  const auto subnormal =
      std::bit_cast<uint32_t>(static_cast<float>(static_cast<int32_t>(magnitude)) * 0x1p-24f);
  return std::bit_cast<float>(sign | (magnitude < 0x0400u ? subnormal : normal));
}

inline uint16_t load_u16(Bytes bytes) {
  uint16_t value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

inline float load_half(Bytes bytes) { return half_to_float(load_u16(bytes)); }

void decode_f16(Bytes block, float* out) { *out = load_half(block); }

void decode_bf16(Bytes block, float* out) {
  *out = std::bit_cast<float>(uint32_t{load_u16(block)} << 16);
}

void decode_f32(Bytes block, float* out) { std::memcpy(out, block, sizeof(float)); }

// 32 elements: half scale, 32 signed bytes.
void decode_q8_0(Bytes block, float* out) {
  const float scale = load_half(block);
  const auto* quants = reinterpret_cast<const int8_t*>(block + 2);
  for (int i = 0; i < 32; ++i) out[i] = static_cast<float>(quants[i]) * scale;
}

// 32 elements: half scale, 16 bytes; low nibbles are the first half of the block, high nibbles the
// second.
void decode_q4_0(Bytes block, float* out) {
  const float scale = load_half(block);
  Bytes quants = block + 2;
  for (int i = 0; i < 16; ++i) {
    out[i] = static_cast<float>((quants[i] & 15) - 8) * scale;
    out[i + 16] = static_cast<float>((quants[i] >> 4) - 8) * scale;
  }
}

// As Q4_0, unsigned, with a half minimum after the scale.
void decode_q4_1(Bytes block, float* out) {
  const float scale = load_half(block);
  const float minimum = load_half(block + 2);
  Bytes quants = block + 4;
  for (int i = 0; i < 16; ++i) {
    out[i] = static_cast<float>(quants[i] & 15) * scale + minimum;
    out[i + 16] = static_cast<float>(quants[i] >> 4) * scale + minimum;
  }
}

// Fifth bits of a Q5_0 or Q5_1 block: bit i of a 32-bit word belongs to element i.
struct FifthBits {
  explicit FifthBits(Bytes bytes) { std::memcpy(&word, bytes, sizeof(word)); }
  int of(int element) const { return static_cast<int>((word >> element) & 1) << 4; }
  uint32_t word;
};

void decode_q5_0(Bytes block, float* out) {
  const float scale = load_half(block);
  const FifthBits high(block + 2);
  Bytes quants = block + 6;
  for (int i = 0; i < 16; ++i) {
    out[i] = static_cast<float>(((quants[i] & 15) | high.of(i)) - 16) * scale;
    out[i + 16] = static_cast<float>(((quants[i] >> 4) | high.of(i + 16)) - 16) * scale;
  }
}

void decode_q5_1(Bytes block, float* out) {
  const float scale = load_half(block);
  const float minimum = load_half(block + 2);
  const FifthBits high(block + 4);
  Bytes quants = block + 8;
  for (int i = 0; i < 16; ++i) {
    out[i] = static_cast<float>((quants[i] & 15) | high.of(i)) * scale + minimum;
    out[i + 16] = static_cast<float>((quants[i] >> 4) | high.of(i + 16)) * scale + minimum;
  }
}

// Scale and minimum of each group of 32 in a Q4_K or Q5_K block. 12 bytes hold 8 + 8 values of 6
// bits: bytes 0..3 and 4..7 the low 6 bits of scales and minima 0..3; bytes 8..11 the low nibbles
// of 4..7, whose top two bits sit in the spare bits of the first eight bytes.
struct GroupScales {
  explicit GroupScales(Bytes block) {
    const float scale = load_half(block);
    const float minimum = load_half(block + 2);
    Bytes packed = block + 4;
    for (int i = 0; i < 4; ++i) {
      const int low = packed[i];
      const int middle = packed[i + 4];
      const int last = packed[i + 8];
      scales[i] = scale * static_cast<float>(low & 63);
      minima[i] = minimum * static_cast<float>(middle & 63);
      scales[i + 4] = scale * static_cast<float>((last & 15) | (low >> 6 << 4));
      minima[i + 4] = minimum * static_cast<float>((last >> 4) | (middle >> 6 << 4));
    }
  }
  float scales[8];
  float minima[8];
};

// 256 elements: half scale, half minimum, 12 bytes of group scales, 128 bytes. Each 32 bytes hold
// two groups of 32, the low nibbles the first.
void decode_q4_k(Bytes block, float* out) {
  const GroupScales groups(block);
  Bytes quants = block + 16;
  for (int pair = 0; pair < 4; ++pair, quants += 32, out += 64) {
    const float* scale = groups.scales + 2 * pair;
    const float* minimum = groups.minima + 2 * pair;
    for (int i = 0; i < 32; ++i) {
      out[i] = scale[0] * static_cast<float>(quants[i] & 15) - minimum[0];
      out[i + 32] = scale[1] * static_cast<float>(quants[i] >> 4) - minimum[1];
    }
  }
}

// As Q4_K with 32 bytes of fifth bits before the nibbles: bit g of byte i belongs to element i of
// group g.
void decode_q5_k(Bytes block, float* out) {
  const GroupScales groups(block);
  Bytes high = block + 16;
  Bytes quants = block + 48;
  for (int pair = 0; pair < 4; ++pair, quants += 32, out += 64) {
    const float* scale = groups.scales + 2 * pair;
    const float* minimum = groups.minima + 2 * pair;
    for (int i = 0; i < 32; ++i) {
      const int bits = high[i] >> (2 * pair);
      const int first = (quants[i] & 15) | ((bits & 1) << 4);
      const int second = (quants[i] >> 4) | ((bits & 2) << 3);
      out[i] = scale[0] * static_cast<float>(first) - minimum[0];
      out[i + 32] = scale[1] * static_cast<float>(second) - minimum[1];
    }
  }
}

// 256 elements: 128 bytes of low nibbles, 64 bytes of top bit pairs, 16 signed group scales, half
// scale. Either half of 128 elements has four runs of 32; run r takes nibble r / 2 of bytes (r % 2)
// * 32.., and bit pair r.
void decode_q6_k(Bytes block, float* out) {
  const float scale = load_half(block + 208);
  const auto* scales = reinterpret_cast<const int8_t*>(block + 192);
  for (int run = 0; run < 8; ++run, out += 32) {
    const int half = run / 4;
    const int within = run % 4;
    Bytes low = block + 64 * half + 32 * (within % 2);
    Bytes high = block + 128 + 32 * half;
    const int low_shift = within / 2 * 4;
    const float group[2] = {scale * static_cast<float>(scales[2 * run]),
                            scale * static_cast<float>(scales[2 * run + 1])};
    for (int i = 0; i < 32; ++i) {
      const int quant = ((low[i] >> low_shift) & 15) | (((high[i] >> (2 * within)) & 3) << 4);
      out[i] = group[i / 16] * static_cast<float>(quant - 32);
    }
  }
}

template <void (*kDecode)(Bytes, float*)>
void decode_all(GgufType type, std::span<const std::byte> blocks, std::span<float> out) {
  const auto elements = static_cast<size_t>(gguf_block_elements(type));
  const auto bytes = static_cast<size_t>(gguf_block_bytes(type));
  BRAID_ASSERT(out.size() % elements == 0 && blocks.size() == out.size() / elements * bytes);
  const auto* input = reinterpret_cast<Bytes>(blocks.data());
  const size_t count = out.size() / elements;
  for (size_t i = 0; i < count; ++i) kDecode(input + i * bytes, out.data() + i * elements);
}

}  // namespace

void dequantize(GgufType type, std::span<const std::byte> blocks, std::span<float> out) {
  switch (type) {
    case GgufType::F32:
      return decode_all<decode_f32>(type, blocks, out);
    case GgufType::F16:
      return decode_all<decode_f16>(type, blocks, out);
    case GgufType::BF16:
      return decode_all<decode_bf16>(type, blocks, out);
    case GgufType::Q8_0:
      return decode_all<decode_q8_0>(type, blocks, out);
    case GgufType::Q4_0:
      return decode_all<decode_q4_0>(type, blocks, out);
    case GgufType::Q4_1:
      return decode_all<decode_q4_1>(type, blocks, out);
    case GgufType::Q5_0:
      return decode_all<decode_q5_0>(type, blocks, out);
    case GgufType::Q5_1:
      return decode_all<decode_q5_1>(type, blocks, out);
    case GgufType::Q4_K:
      return decode_all<decode_q4_k>(type, blocks, out);
    case GgufType::Q5_K:
      return decode_all<decode_q5_k>(type, blocks, out);
    case GgufType::Q6_K:
      return decode_all<decode_q6_k>(type, blocks, out);
  }
  fail("GGUF type {} cannot be de-quantised", static_cast<uint32_t>(type));
}

}  // namespace braid

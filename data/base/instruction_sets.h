// One piece of vector code for several instruction sets: the binary itself is plain x86-64 and
// chooses at run time. A file compiles the pieces with base/instruction_sets.inl.
#pragma once

// For base/lanes.inl, which stands inside namespaces and includes nothing.
#include <concepts>
#include <cstdint>
#include <cstring>
#include <vector>

namespace braid {

bool runs_avx2();    // with FMA
bool runs_avx512();  // F, BW, VL and DQ

// Of three variants of one thing those that this processor can run, fastest first.
template <typename T>
std::vector<T> runnable(const T& avx512, const T& avx2, const T& baseline) {
  std::vector<T> variants;
  if (runs_avx512()) variants.push_back(avx512);
  if (runs_avx2()) variants.push_back(avx2);
  variants.push_back(baseline);
  return variants;
}

}  // namespace braid

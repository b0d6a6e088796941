// usage: fuzz_NAME CORPUS_DIRECTORY
//
// Runs a fuzz target on every file of its corpus and on mutations of it drawn with a fixed seed, so
// that a run among the tests is short and always the same.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr int kMutations = 200;  // per file

using Bytes = std::vector<uint8_t>;

void run(const Bytes& input) { LLVMFuzzerTestOneInput(input.data(), input.size()); }

// One of: cut the end off, flip a bit, overwrite, remove or repeat a stretch.
void mutate(Bytes& input, std::mt19937& random) {
  if (input.empty()) return input.push_back(static_cast<uint8_t>(random()));
  const size_t at = random() % input.size();
  const size_t length = std::min<size_t>(1 + random() % 8, input.size() - at);
  const auto begin = input.begin() + static_cast<ptrdiff_t>(at);
  const auto end = begin + static_cast<ptrdiff_t>(length);
  switch (random() % 5) {
    case 0:
      return input.resize(at);
    case 1:
      *begin ^= static_cast<uint8_t>(1U << (random() % 8));
      return;
    case 2:
      return std::generate(begin, end, [&] { return static_cast<uint8_t>(random()); });
    case 3:
      input.erase(begin, end);
      return;
    default: {
      const Bytes stretch(begin, end);
      input.insert(begin, stretch.begin(), stretch.end());
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s CORPUS_DIRECTORY\n", argv[0]);
    return 2;
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());  // the order of a directory is not fixed
  std::mt19937 random(1);
  for (const auto& file : files) {
    std::ifstream stream(file, std::ios::binary);
    const Bytes input{std::istreambuf_iterator<char>(stream), {}};
    run(input);
    for (int i = 0; i < kMutations; ++i) {
      Bytes mutated = input;
      for (uint32_t changes = 1 + random() % 4; changes > 0; --changes) mutate(mutated, random);
      run(mutated);
    }
  }
  std::printf("%zu files, %d mutations of each\n", files.size(), kMutations);
  return files.empty() ? 1 : 0;
}

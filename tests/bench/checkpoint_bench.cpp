// usage: bench_checkpoint DIRECTORY [RANK...]
//
// Times a checkpoint of a LoRA adapter on all linears of a model shaped like Llama-3.1-8B (ranks 2
// and 16 by default) written into DIRECTORY: how long a training step waits for the copy, and how
// long the thread then writes, the copy of the best adapter and pruning left out. Three rounds;
// prints all.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "trainer/background_task.h"
#include "trainer/checkpoint.h"

namespace braid {
namespace {

ModelConfig llama_8b() {
  ModelConfig config;
  config.family = "llama";
  config.vocab_size = 128256;
  config.hidden_size = 4096;
  config.intermediate_size = 14336;
  config.layers = 32;
  config.heads = 32;
  config.kv_heads = 8;
  config.head_dim = 128;
  config.max_position = 131072;
  config.windows.assign(32, 0);
  return config;
}

class Timer {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

void measure(const std::filesystem::path& directory, int64_t rank) {
  LoraConfig lora;
  lora.rank = rank;
  Adapter adapter(llama_8b(), lora, 1, at::kCPU);
  const AdamW optimizer(adapter, {});
  for (int64_t round = 1; round <= 3; ++round) {
    BackgroundTask writing;
    const Timer blocked;
    TrainingState state;
    state.step = round;
    state.run_key = "bench";
    writing.start([&directory, content = checkpoint_content(adapter, optimizer, state)] {
      write_checkpoint(directory, content, "base");
    });
    const double waited = blocked.seconds();
    const Timer written;
    writing.wait();
    fmt::print("rank {:3}  {:6.1f} M parameters  step waits {:7.1f} ms  thread writes {:6.2f} s\n",
               rank, static_cast<double>(adapter.parameter_count()) / 1e6, 1e3 * waited,
               written.seconds());
    std::fflush(stdout);
    prune_checkpoints(directory, {.newest = 1});
  }
}

}  // namespace
}  // namespace braid

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: bench_checkpoint DIRECTORY [RANK...]\n", stderr);
    return 2;
  }
  std::vector<int64_t> ranks;
  for (int i = 2; i < argc; ++i) ranks.push_back(std::atoll(argv[i]));
  if (ranks.empty()) ranks = {2, 16};
  std::filesystem::create_directories(argv[1]);
  for (const int64_t rank : ranks) {
    const auto directory = std::filesystem::path(argv[1]) / fmt::format("bench-{}", rank);
    std::filesystem::create_directories(directory);
    braid::measure(directory, rank);
    std::filesystem::remove_all(directory);
  }
  return 0;
}

// braid inspect model, adapter and checkpoint: what is inside.
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/safetensors.h"
#include "data/text/tokenizer.h"
#include "model/adapter_io.h"
#include "model/peft_config.h"
#include "model/weights_files.h"
#include "trainer/checkpoint.h"
#include "trainer/commands/commands.h"
#include "trainer/progress.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

struct Tally {
  int64_t tensors = 0, parameters = 0, bytes = 0;
};

void add(Tally& tally, const std::vector<int64_t>& shape, size_t bytes) {
  int64_t elements = 1;
  for (const int64_t size : shape) elements *= size;
  ++tally.tensors;
  tally.parameters += elements;
  tally.bytes += static_cast<int64_t>(bytes);
}

std::string line(const std::string& name, const std::string& value) {
  return fmt::format("{:<16}{}\n", name, value);
}

std::string describe(const std::map<std::string, Tally>& by_type) {
  std::string text;
  for (const auto& [type, tally] : by_type) {
    text += line("tensors " + type,
                 fmt::format("{} ({} parameters, {:.1f} MB)", tally.tensors, tally.parameters,
                             static_cast<double>(tally.bytes) / 1e6));
  }
  return text;
}

std::string describe(const ModelConfig& c) {
  std::string text = line("family", c.family);
  text += line("layers", std::to_string(c.layers));
  text += line("hidden", fmt::format("{}, MLP {}", c.hidden_size, c.intermediate_size));
  text += line("heads",
               fmt::format("{} of {}, {} for keys and values", c.heads, c.head_dim, c.kv_heads));
  text += line("vocabulary", fmt::format("{}{}", c.vocab_size, c.tied_head ? ", tied head" : ""));
  text += line("context", fmt::format("{} tokens, RoPE theta {}", c.max_position, c.rope.theta));
  const auto windowed = std::ranges::count_if(c.windows, [](int64_t w) { return w > 0; });
  if (windowed > 0) text += line("sliding window", fmt::format("{} layers", windowed));
  return text;
}

// A model without a tokenizer can train on ids, so its absence is a finding, not a failure.
std::string describe_tokenizer(const fs::path& model) {
  try {
    const auto tokenizer = load_tokenizer(model);
    const SpecialTokens& special = tokenizer->special();
    std::vector<std::string> stop;
    for (const int32_t id : special.stop) {
      stop.push_back(fmt::format("{} {}", id, quote(tokenizer->piece(id))));
    }
    return line("tokenizer",
                fmt::format("{} tokens, {}", tokenizer->vocab_size(), tokenizer->fingerprint())) +
           line("stop tokens", fmt::format("{}", fmt::join(stop, ", "))) +
           line("chat template", special.chat_template.empty()
                                     ? "none"
                                     : fmt::format("{} characters", special.chat_template.size()));
  } catch (const Error& e) {
    return line("tokenizer", fmt::format("not usable: {}", e.what()));
  }
}

std::string describe(const TrainingState& state) {
  std::string text =
      fmt::format("step {}, {} pairs, {} tokens, {} of training, run {}", state.step, state.pairs,
                  state.tokens, format_duration(state.seconds), state.run_key);
  if (state.best && state.best->step > 0) text += ", best " + state.best->describe();
  return text;
}

}  // namespace

int inspect_model(const fs::path& path) {
  const ModelConfig config = load_model_config(path);
  const auto files = open_weights(path);
  std::map<std::string, Tally> by_type;
  for (const StoredTensor& tensor : files->tensors()) {
    add(by_type[tensor.type], tensor.shape, tensor.bytes.size());
  }
  print(line("model", path.string()) + describe(config) + describe(by_type) +
        describe_tokenizer(path));
  return kExitOk;
}

int inspect_adapter(const fs::path& directory, const std::string& model) {
  const LoraConfig lora = read_peft_config(directory / "adapter_config.json", say);
  const SafetensorsFile file(directory / "adapter_model.safetensors");
  std::map<std::string, Tally> by_type;
  for (const SafetensorsEntry& entry : file.entries()) {
    add(by_type[entry.dtype], entry.shape, entry.bytes.size());
  }
  std::string text = line("adapter", directory.string());
  text += line("rank", std::to_string(lora.rank));
  text += line("scale", fmt::format("{} (alpha {}{})", lora.scale(), lora.alpha,
                                    lora.rslora ? ", rslora" : ""));
  text += line("dropout", fmt::format("{}", lora.dropout));
  text += line("targets", fmt::format("{}", fmt::join(lora.targets, ", ")));
  text += describe(by_type);
  if (!model.empty()) {
    const Adapter adapter = load_adapter(directory, load_model_config(model), c10::kCPU, say);
    text += line("fits", fmt::format("{}: {} modules, fingerprint {}", model,
                                     adapter.pairs().size(), adapter_fingerprint(adapter)));
  }
  print(text);
  return kExitOk;
}

int inspect_checkpoint(const fs::path& directory) {
  std::vector<fs::path> checkpoints = list_checkpoints(directory);
  if (checkpoints.empty()) checkpoints.push_back(directory);
  std::vector<std::string> damaged;
  for (const fs::path& checkpoint : checkpoints) {
    if (!fs::is_directory(checkpoint)) fail("{}: no such directory", checkpoint.string());
    if (const auto damage = checkpoint_damage(checkpoint)) {
      damaged.push_back(fmt::format("{}: {}", checkpoint.string(), *damage));
    } else {
      print(fmt::format("{}: whole: {}\n", checkpoint.string(),
                        describe(read_checkpoint_state(checkpoint))));
    }
  }
  if (!damaged.empty()) fail("damaged: {}", fmt::join(damaged, "; "));
  return kExitOk;
}

}  // namespace braid

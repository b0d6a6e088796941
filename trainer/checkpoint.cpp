// Writing, finding, reading and removing checkpoints.
#include "trainer/checkpoint.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/file.h"
#include "base/fresh_directory.h"
#include "base/safetensors.h"
#include "model/adapter_io.h"
#include "trainer/best_directory.h"
#include "trainer/checkpoint_manifest.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "checkpoint-";
constexpr std::string_view kWriting = ".writing-checkpoint-";
constexpr std::string_view kRemoving = ".removing-checkpoint-";
constexpr const char* kState = "state.json";
constexpr const char* kOptimizer = "optimizer.safetensors";
constexpr const char* kAdapter = "adapter_model.safetensors";

std::optional<int64_t> step_of(const fs::path& path) {
  const std::string name = path.filename().string();
  if (!name.starts_with(kPrefix)) return std::nullopt;
  int64_t step = 0;
  const char* const end = name.data() + name.size();
  const auto result = std::from_chars(name.data() + kPrefix.size(), end, step);
  if (result.ec != std::errc() || result.ptr != end || step < 0) return std::nullopt;
  return step;
}

SafetensorsEntry entry_of(const std::string& name, const at::Tensor& tensor) {
  const auto values =
      std::span(tensor.const_data_ptr<float>(), static_cast<size_t>(tensor.numel()));
  return {name, "F32", {tensor.numel()}, std::as_bytes(values)};
}

void write_content(const fs::path& directory, const fs::path& run_directory,
                   const CheckpointContent& content, const std::string& base_model) {
  save_adapter(content.adapter, content.values, directory, base_model);
  write_file_atomic(
      directory / kOptimizer,
      safetensors_bytes(
          {entry_of("exp_avg", content.exp_avg), entry_of("exp_avg_sq", content.exp_avg_sq)}, {}));
  const TrainingState& state = content.state;
  if (state.best && state.best->step > 0) copy_best(run_directory, directory);
  Json json = state.to_json();
  json["optimizer_steps"] = content.optimizer_steps;
  write_file_atomic(directory / kState, json.dump(2) + "\n");
  write_manifest(directory);
}

// True when a whole checkpoint of this step is there already: a run that resumed there and had
// nothing left to do.
bool already_written(const fs::path& target, const TrainingState& state) {
  if (!fs::exists(target) || checkpoint_damage(target)) return false;
  const TrainingState there = read_checkpoint_state(target);
  if (there.run_key == state.run_key) return there.open == state.open;
  fail("{}: belongs to another run; choose another output directory", target.string());
}

[[noreturn]] void other_adapter(const SafetensorsFile& file, const std::string& tensor) {
  fail("{}: tensor {}: missing or of another size; this checkpoint belongs to another adapter",
       file.path().string(), quote(tensor));
}

// A flat float32 view into the mapped file.
at::Tensor flat_tensor(const SafetensorsFile& file, const std::string& name, int64_t count) {
  const SafetensorsEntry* entry = file.find(name);
  if (entry == nullptr || entry->dtype != "F32" ||
      static_cast<int64_t>(entry->bytes.size()) != 4 * count) {
    other_adapter(file, name);
  }
  return at::from_blob(const_cast<std::byte*>(entry->bytes.data()), {count}, at::kFloat);
}

}  // namespace

CheckpointContent checkpoint_content(const Adapter& adapter, const AdamW& optimizer,
                                     const TrainingState& state) {
  const auto copy = [](const at::Tensor& tensor) {
    return tensor.detach().to(at::kCPU, at::kFloat, /*non_blocking=*/false, /*copy=*/true);
  };
  return {adapter,
          copy(adapter.flat()),
          copy(optimizer.exp_avg()),
          copy(optimizer.exp_avg_sq()),
          optimizer.steps(),
          state};
}

void write_checkpoint(const fs::path& run_directory, const CheckpointContent& content,
                      const std::string& base_model) {
  const TrainingState& state = content.state;
  const fs::path target = run_directory / fmt::format("{}{}", kPrefix, state.step);
  if (already_written(target, state)) return;
  try {
    const FreshDirectory fresh(run_directory / fmt::format("{}{}", kWriting, state.step));
    write_content(fresh.path(), run_directory, content, base_model);
    replace_directory(fresh.path(), target);
  } catch (const fs::filesystem_error& e) {
    fail("{}: checkpoint not written: {}; earlier checkpoints are untouched", target.string(),
         e.code().message());
  } catch (const Error& e) {
    fail("checkpoint of step {} not written: {}; earlier checkpoints are untouched", state.step,
         e.what());
  }
}

std::optional<std::string> checkpoint_damage(const fs::path& checkpoint) {
  return manifest_damage(checkpoint, {kState, kOptimizer, kAdapter, "adapter_config.json"});
}

std::vector<fs::path> list_checkpoints(const fs::path& run_directory) {
  std::vector<std::pair<int64_t, fs::path>> found;
  std::error_code error;
  for (const auto& item : fs::directory_iterator(run_directory, error)) {
    const auto step = step_of(item.path());
    if (step && item.is_directory()) found.emplace_back(*step, item.path());
  }
  std::sort(found.rbegin(), found.rend());
  std::vector<fs::path> paths;
  for (auto& [step, path] : found) paths.push_back(std::move(path));
  return paths;
}

std::optional<fs::path> newest_valid_checkpoint(const fs::path& run_directory,
                                                const std::function<void(std::string)>& warn) {
  for (const fs::path& checkpoint : list_checkpoints(run_directory)) {
    const auto damage = checkpoint_damage(checkpoint);
    if (!damage) return checkpoint;
    warn(fmt::format("{}: not used: {}", checkpoint.string(), *damage));
  }
  return std::nullopt;
}

TrainingState read_checkpoint_state(const fs::path& checkpoint) {
  const fs::path path = checkpoint / kState;
  return TrainingState::from_json(read_json_file(path), path.string());
}

TrainingState restore_checkpoint(const fs::path& checkpoint, Adapter& adapter, AdamW& optimizer) {
  const TrainingState state = read_checkpoint_state(checkpoint);
  const Json content = read_json_file(checkpoint / kState);
  const int64_t optimizer_steps =
      ObjectReader(content, (checkpoint / kState).string()).require_integer("optimizer_steps");
  const SafetensorsFile weights(checkpoint / kAdapter), moments(checkpoint / kOptimizer);
  if (weights.entries().size() != adapter.slots().size()) {
    fail("{}: {} tensors instead of {}; this checkpoint belongs to another adapter",
         weights.path().string(), weights.entries().size(), adapter.slots().size());
  }
  // All of it is looked up before anything is changed.
  std::vector<at::Tensor> stored;
  for (const Adapter::Slot& slot : adapter.slots()) {
    stored.push_back(flat_tensor(weights, slot.name, slot.length));
  }
  const int64_t count = adapter.flat().numel();
  const at::Tensor first = flat_tensor(moments, "exp_avg", count);
  const at::Tensor second = flat_tensor(moments, "exp_avg_sq", count);

  const c10::NoGradGuard no_grad;
  for (size_t i = 0; i < stored.size(); ++i) {
    const Adapter::Slot& slot = adapter.slots()[i];
    adapter.flat().narrow(0, slot.offset, slot.length).copy_(stored[i]);
  }
  optimizer.restore(first, second, optimizer_steps);
  return state;
}

void remove_checkpoint(const fs::path& checkpoint) {
  // Under another name first: a crash half-way leaves no damaged checkpoint to warn about.
  const auto doomed =
      checkpoint.parent_path() / fmt::format("{}{}", kRemoving, *step_of(checkpoint));
  fs::remove_all(doomed);
  fs::rename(checkpoint, doomed);
  fs::remove_all(doomed);
}

void prune_checkpoints(const fs::path& run_directory, const Retention& keep) {
  const auto for_good = [&](int64_t step) {
    return (keep.every > 0 && step % keep.every == 0) || step == keep.best;
  };
  try {
    int64_t whole = 0;
    for (const fs::path& checkpoint : list_checkpoints(run_directory)) {
      if (whole >= keep.newest) {
        if (!for_good(*step_of(checkpoint))) remove_checkpoint(checkpoint);
      } else if (!checkpoint_damage(checkpoint)) {
        ++whole;
      }
    }
    for (const auto& item : fs::directory_iterator(run_directory)) {
      const std::string name = item.path().filename().string();
      if (name.starts_with(kWriting) || name.starts_with(kRemoving)) fs::remove_all(item.path());
    }
  } catch (const fs::filesystem_error& e) {
    fail("{}: old checkpoints cannot be removed: {}", run_directory.string(), e.code().message());
  }
}

}  // namespace braid

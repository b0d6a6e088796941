// Adapters on disk: tensor names, the strict comparison with the configuration, and the writer.
#include "model/adapter_io.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <array>
#include <cstdio>
#include <cstring>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/safetensors.h"
#include "model/peft_config.h"
#include "model/tensor_differences.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConfigFile = "adapter_config.json";
constexpr const char* kTensorFile = "adapter_model.safetensors";
constexpr std::string_view kPrefix = "base_model.model.";

using Warn = std::function<void(const std::string&)>;
using Shapes = std::map<std::string, std::vector<int64_t>>;
using Table = std::map<std::string, const SafetensorsEntry*>;

std::string name_a(const std::string& module) {
  return std::string(kPrefix) + module + ".lora_A.weight";
}
std::string name_b(const std::string& module) {
  return std::string(kPrefix) + module + ".lora_B.weight";
}

// Names as PEFT writes them, whatever wrapped the model when it was saved.
std::string canonical_name(const std::string& name) {
  constexpr std::array kWrappers = {std::string_view("default"), std::string_view("_orig_mod"),
                                    std::string_view("module"),
                                    std::string_view("_fsdp_wrapped_module")};
  std::string result;
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find('.', begin), name.size());
    const auto segment = std::string_view(name).substr(begin, end - begin);
    if (std::ranges::find(kWrappers, segment) == kWrappers.end()) {
      if (!result.empty()) result += '.';
      result += segment;
    }
    begin = end + 1;
  }
  return result.starts_with(kPrefix) ? result : std::string(kPrefix) + result;
}

void require_files(const fs::path& directory) {
  if (!fs::exists(directory / kConfigFile)) {
    fail(
        "{}: no {}; give the directory that PEFT or braid saved an adapter to (an adapter with a "
        "name of its own lies in a subdirectory of that name)",
        directory.string(), kConfigFile);
  }
  if (fs::exists(directory / kTensorFile)) return;
  if (fs::exists(directory / "adapter_model.bin")) {
    fail(
        "{}: adapter_model.bin is a pickle and is not read, because loading one can run code; "
        "save the adapter as safetensors",
        directory.string());
  }
  fail("{}: no {}; the adapter is incomplete", directory.string(), kTensorFile);
}

Shapes expected_shapes(const ModelConfig& model, const LoraConfig& lora, const std::string& where) {
  Shapes shapes;
  const auto linears = adaptable_linears(model);
  try {
    for (const auto& module : match_targets(model, lora.targets)) {
      const auto& linear = linears.at(module);
      shapes[name_a(module)] = {lora.rank, linear.in};
      shapes[name_b(module)] = {linear.out, lora.rank};
    }
  } catch (const Error& error) {
    fail("{}: target_modules: {}", where, error.what());
  }
  return shapes;
}

Table match_tensors(const SafetensorsFile& file, const Shapes& expected, const Warn& warn) {
  const std::string where = file.path().string();
  Table table;
  TensorDifferences differences;
  size_t renamed = 0;
  std::string example;
  for (const auto& entry : file.entries()) {
    const auto name = canonical_name(entry.name);
    if (name != entry.name && renamed++ == 0) example = quote(entry.name);
    const auto wanted = expected.find(name);
    if (wanted == expected.end() || !table.emplace(name, &entry).second) {
      differences.unexpected.push_back(quote(entry.name));
    } else if (wanted->second != entry.shape) {
      differences.add_misshapen(name, entry.shape, wanted->second);
    }
  }
  for (const auto& [name, shape] : expected) {
    if (!table.contains(name)) differences.missing.push_back(name);
  }
  differences.require_none(
      where, "the adapter must belong to this base model and to its own adapter_config.json");
  if (renamed > 0) {
    warn(fmt::format("{}: {} tensor names are not as PEFT writes them and were corrected, e.g. {}",
                     where, renamed, example));
  }
  return table;
}

at::Tensor read_values(const SafetensorsEntry& entry, const std::string& where) {
  at::ScalarType type;
  if (entry.dtype == "F32") {
    type = at::kFloat;
  } else if (entry.dtype == "BF16") {
    type = at::kBFloat16;
  } else if (entry.dtype == "F16") {
    type = at::kHalf;
  } else {
    fail("{}: tensor {} is {}; adapters must be F32, BF16 or F16", where, quote(entry.name),
         entry.dtype);
  }
  auto values = at::empty(entry.shape, at::TensorOptions(type));
  std::memcpy(values.data_ptr(), entry.bytes.data(), entry.bytes.size());
  return values;
}

// On the CPU, in one piece, and without a graph behind it.
at::Tensor plain(const at::Tensor& tensor) {
  return tensor.detach().to(at::kCPU, at::kFloat).contiguous();
}

std::span<const std::byte> bytes_of(const at::Tensor& tensor) {
  return {static_cast<const std::byte*>(tensor.const_data_ptr()), tensor.nbytes()};
}

}  // namespace

Adapter load_adapter(const fs::path& directory, const ModelConfig& config, at::Device device,
                     Warn warn) {
  if (!warn) warn = [](const std::string& text) { fmt::print(stderr, "warning: {}\n", text); };
  require_files(directory);
  const auto lora = read_peft_config(directory / kConfigFile, warn);
  const SafetensorsFile file(directory / kTensorFile);
  // Before anything is allocated: the rank in an untrusted file can be any number.
  const auto expected = expected_shapes(config, lora, (directory / kConfigFile).string());
  const auto table = match_tensors(file, expected, warn);

  Adapter adapter(config, lora, 0, device);
  const at::NoGradGuard no_grad;
  const std::string where = file.path().string();
  for (const auto& [module, pair] : adapter.pairs()) {
    pair.a.copy_(read_values(*table.at(name_a(module)), where));
    pair.b.copy_(read_values(*table.at(name_b(module)), where));
  }
  return adapter;
}

void save_adapter(const Adapter& adapter, const fs::path& directory,
                  const std::string& base_model) {
  save_adapter(adapter, adapter.flat(), directory, base_model);
}

void save_adapter(const Adapter& adapter, const at::Tensor& values, const fs::path& directory,
                  const std::string& base_model) {
  const at::Tensor flat = plain(values);  // holds the bytes that the entries point to
  std::vector<SafetensorsEntry> entries;
  auto slot = adapter.slots().begin();
  const auto add = [&](std::string name, const at::Tensor& factor) {
    const at::Tensor part = flat.narrow(0, slot->offset, slot->length);
    entries.push_back({std::move(name), "F32", factor.sizes().vec(), bytes_of(part)});
    ++slot;
  };
  for (const auto& [module, pair] : adapter.pairs()) {
    add(name_a(module), pair.a);
    add(name_b(module), pair.b);
  }
  write_file_atomic(directory / kTensorFile, safetensors_bytes(entries, {{"format", "pt"}}));
  write_file_atomic(directory / kConfigFile, peft_config_text(adapter, base_model));
}

std::string adapter_fingerprint(const Adapter& adapter) {
  Hasher hasher;
  hasher.update(
      fmt::format("rank {} scale {:a};", adapter.config().rank, adapter.config().scale()));
  for (const auto& [module, pair] : adapter.pairs()) {
    const auto a = plain(pair.a), b = plain(pair.b);
    hasher.update(fmt::format("{} {} {};", module, a.numel(), b.numel()));
    hasher.update(bytes_of(a)).update(bytes_of(b));
  }
  return hasher.hex();
}

}  // namespace braid

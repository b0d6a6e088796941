// Adapters on disk, in PEFT's format: adapter_config.json and adapter_model.safetensors.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "model/lora.h"

namespace braid {

// Reads an adapter for `config`. Error lists missing, unexpected and wrongly shaped tensors, and
// refuses features that are not implemented (DoRA, bias, modules_to_save, rank patterns, PiSSA-type
// initialisations, ...) by key. Tolerated with the same result: names without the
// "base_model.model." prefix, and segments that wrappers leave behind (".default.",
// "_orig_mod.", "module.", "_fsdp_wrapped_module."). What was tolerated goes to `warn`, or to
// standard error when there is none.
Adapter load_adapter(const std::filesystem::path& directory, const ModelConfig& config,
                     at::Device device, std::function<void(const std::string&)> warn = {});

// Writes into an existing directory; each file is there whole or not at all.
void save_adapter(const Adapter& adapter, const std::filesystem::path& directory,
                  const std::string& base_model);

// The same with `values` [N] in the place of the adapter's own, which may change meanwhile on
// another thread.
void save_adapter(const Adapter& adapter, const at::Tensor& values,
                  const std::filesystem::path& directory, const std::string& base_model);

// Hash of what an adapter computes: modules, scale and tensors. The same before and after a save.
std::string adapter_fingerprint(const Adapter& adapter);

}  // namespace braid

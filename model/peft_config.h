// adapter_config.json: PEFT's description of an adapter, as far as braid implements it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "model/lora.h"

namespace braid {

// Error on anything that changes what the tensors mean and is not implemented, by key; keys that
// nobody knows go to `warn`.
LoraConfig read_peft_config(const std::filesystem::path& path,
                            const std::function<void(const std::string&)>& warn);

// The file's text: sorted keys, and only those that every PEFT version since 2024 reads.
std::string peft_config_text(const Adapter& adapter, const std::string& base_model);

}  // namespace braid

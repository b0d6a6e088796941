// Weights in a Hugging Face directory: one safetensors file, or shards behind an index.
#include <ATen/ATen.h>

#include <array>
#include <cstring>
#include <map>
#include <set>

#include "base/error.h"
#include "base/json.h"
#include "base/safetensors.h"
#include "model/weights_files.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSingle = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";

at::ScalarType element_type(const StoredTensor& tensor, const std::string& where) {
  if (tensor.type == "F32") return at::kFloat;
  if (tensor.type == "BF16") return at::kBFloat16;
  if (tensor.type == "F16") return at::kHalf;
  if (tensor.type == "F64") return at::kDouble;
  fail(
      "{}: tensor {} is {}; weights must be F32, F16, BF16 or F64 (quantised checkpoints are not "
      "supported)",
      where, quote(tensor.name), tensor.type);
}

// Shards lie beside the index: anything but a plain file name could lead out of the directory.
bool is_plain_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." &&
         name.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos;
}

class HuggingFaceWeights : public WeightFiles {
 public:
  explicit HuggingFaceWeights(const fs::path& directory) : WeightFiles(directory.string()) {
    if (fs::exists(directory / kSingle)) {
      add_file(directory / kSingle);
    } else if (fs::exists(directory / kIndex)) {
      add_shards(directory);
    } else {
      refuse(directory);
    }
  }

  at::Tensor read(const StoredTensor& tensor, const ModelConfig&,
                  at::ScalarType dtype) const override {
    // Copied before it is converted: nothing promises that bytes in the file are aligned.
    auto copy = at::empty(tensor.shape, at::TensorOptions(element_type(tensor, where_)));
    std::memcpy(copy.data_ptr(), tensor.bytes.data(), tensor.bytes.size());
    return copy.to(dtype);
  }

 private:
  const SafetensorsFile& add_file(const fs::path& path) {
    const auto& file = files_.emplace_back(std::make_unique<SafetensorsFile>(path));
    for (const auto& entry : file->entries()) {
      tensors_.push_back({entry.name, entry.dtype, entry.shape, entry.bytes});
    }
    return *file;
  }

  void add_shards(const fs::path& directory) {
    const auto index_path = directory / kIndex;
    const Json index = read_json_file(index_path);
    ObjectReader reader(index, index_path.string());
    const Json* map = reader.find("weight_map");
    if (map == nullptr || !map->is_object()) reader.error("weight_map", "expected an object");
    std::map<std::string, std::set<std::string>> names_by_shard;
    for (const auto& [name, shard] : map->items()) {
      if (!shard.is_string() || !is_plain_name(shard.get<std::string>())) {
        fail("{}: weight_map: {} must name a file beside the index, got {}", index_path.string(),
             quote(name), quote(shard.dump(-1, ' ', true)));
      }
      names_by_shard[shard.get<std::string>()].insert(name);
    }
    for (const auto& [shard, names] : names_by_shard) {
      const auto& file = add_file(directory / shard);
      for (const auto& name : names) {
        if (file.find(name) != nullptr) continue;
        fail(
            "{}: weight_map places tensor {} in {}, which does not hold it; download the model "
            "again",
            index_path.string(), quote(name), quote(shard));
      }
    }
  }

  [[noreturn]] static void refuse(const fs::path& directory) {
    constexpr std::array kPickles = {"pytorch_model.bin", "pytorch_model.bin.index.json",
                                     "consolidated.00.pth"};
    for (const char* name : kPickles) {
      if (!fs::exists(directory / name)) continue;
      fail(
          "{}: {} is a pickle and is not read, because loading one can run code; convert the model "
          "to safetensors",
          directory.string(), name);
    }
    fail(
        "{}: no {} and no {}; give a complete Hugging Face directory, or a GGUF file by its own "
        "path",
        directory.string(), kSingle, kIndex);
  }

  std::vector<std::unique_ptr<SafetensorsFile>> files_;
};

}  // namespace

std::unique_ptr<WeightFiles> open_huggingface_weights(const fs::path& directory) {
  return std::make_unique<HuggingFaceWeights>(directory);
}

}  // namespace braid

#include "trainer/best_directory.h"

#include "base/error.h"
#include "base/file.h"
#include "model/adapter_io.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConfig = "adapter_config.json";
constexpr const char* kAdapter = "adapter_model.safetensors";
constexpr const char* kCopy = "best.safetensors";  // in a checkpoint

void copy_bytes(const fs::path& from, const fs::path& to) {
  const MappedFile file(from);
  const auto bytes = file.bytes();
  write_file_atomic(to, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void write_description(const fs::path& directory, const BestSoFar& best) {
  const Json content = {{"number", best.number},
                        {"goal", best.highest ? "max" : "min"},
                        {"step", best.step},
                        {"value", best.value}};
  write_file_atomic(directory / "best.json", content.dump(2) + "\n");
}

}  // namespace

fs::path best_directory(const fs::path& run_directory) { return run_directory / "best"; }

void save_best(const fs::path& run_directory, const Adapter& adapter, const std::string& base_model,
               const BestSoFar& best) {
  write_directory_atomic(best_directory(run_directory), [&](const fs::path& fresh) {
    save_adapter(adapter, fresh, base_model);
    write_description(fresh, best);
  });
}

void restore_best(const fs::path& run_directory, const fs::path& checkpoint,
                  const BestSoFar& best) {
  write_directory_atomic(best_directory(run_directory), [&](const fs::path& fresh) {
    copy_bytes(checkpoint / kConfig, fresh / kConfig);
    copy_bytes(checkpoint / kCopy, fresh / kAdapter);
    write_description(fresh, best);
  });
}

void remove_best(const fs::path& run_directory) {
  std::error_code error;
  fs::remove_all(best_directory(run_directory), error);
  if (error) {
    fail("{}: cannot remove: {}", best_directory(run_directory).string(), error.message());
  }
}

void copy_best(const fs::path& run_directory, const fs::path& checkpoint) {
  copy_bytes(best_directory(run_directory) / kAdapter, checkpoint / kCopy);
}

}  // namespace braid

// Checksums of the files of a checkpoint.
#include "trainer/checkpoint_manifest.h"

#include <map>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifest = "manifest.json";
constexpr int64_t kFormat = 1;

std::string file_hash(const fs::path& path) {
  const MappedFile file(path);
  return Hasher().update(file.bytes()).hex();
}

// The one spelling of a manifest: reading compares byte by byte, so that no change goes unseen.
std::string manifest_text(const Json& files) {
  return Json{{"format", kFormat}, {"files", files}, {"checksum", hash_hex(files.dump())}}.dump(2) +
         "\n";
}

std::optional<std::string> file_damage(const fs::path& directory, const std::string& name,
                                       const Json& expected) {
  if (fs::path(name).filename() != name) return "manifest.json lists " + quote(name);
  const fs::path path = directory / name;
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return name + " is missing";
  const int64_t bytes = ObjectReader(expected, kManifest, name).require_integer("bytes");
  const auto actual = static_cast<int64_t>(fs::file_size(path));
  if (actual != bytes) return fmt::format("{} has {} bytes instead of {}", name, actual, bytes);
  if (file_hash(path) != ObjectReader(expected, kManifest, name).require_string("xxh3_128")) {
    return name + " does not match its checksum";
  }
  return std::nullopt;
}

}  // namespace

void write_manifest(const fs::path& directory) {
  std::map<std::string, Json> sorted;
  for (const auto& item : fs::directory_iterator(directory)) {
    const std::string name = item.path().filename().string();
    sorted[name] = {{"bytes", item.file_size()}, {"xxh3_128", file_hash(item.path())}};
  }
  Json files = Json::object();
  for (auto& [name, entry] : sorted) files[name] = std::move(entry);
  write_file_atomic(directory / kManifest, manifest_text(files));
}

std::optional<std::string> manifest_damage(const fs::path& directory,
                                           const std::vector<std::string>& required) {
  const fs::path path = directory / kManifest;
  std::error_code error;
  if (!fs::exists(path, error)) return "manifest.json is missing";
  try {
    const std::string text = read_text_file(path, size_t{1} << 20);
    const Json manifest = parse_json(text, kManifest);
    ObjectReader reader(manifest, kManifest);
    if (const int64_t format = reader.require_integer("format"); format != kFormat) {
      return fmt::format("manifest.json has format {}, this braid reads {}", format, kFormat);
    }
    const Json* files = reader.find("files");
    if (files == nullptr || !files->is_object() || text != manifest_text(*files)) {
      return "manifest.json does not match its checksum";
    }
    for (const std::string& name : required) {
      if (!files->contains(name)) return "manifest.json does not list " + name;
    }
    for (const auto& [name, expected] : files->items()) {
      if (auto damage = file_damage(directory, name, expected)) return damage;
    }
  } catch (const Error& e) {
    return e.what();
  }
  return std::nullopt;
}

}  // namespace braid

// Reading the configuration of a source.
#include "data/feedback/sources/source.h"

#include <algorithm>

#include "base/error.h"
#include "data/feedback/sources/presets.h"

namespace braid {
namespace {

// The preset's members with those of `config` over them.
Json merge_preset(const Json& config, ObjectReader& object) {
  if (!object.has("preset")) return config;
  const std::string name = object.require_string("preset");
  const auto preset = find_preset(name);
  if (!preset) {
    object.error("preset",
                 fmt::format("unknown preset {}; docs/feedback.md lists them", quote(name)));
  }
  Json merged = *preset;
  for (const auto& [key, value] : config.items()) {
    if (value.is_null()) {
      merged.erase(key);
    } else {
      merged[key] = value;
    }
  }
  return merged;
}

// Whether some text in `value`, keys included, contains `needle`.
bool mentions(const Json& value, const std::string& needle) {
  if (value.is_string()) {
    return value.get_ref<const std::string&>().find(needle) != std::string::npos;
  }
  if (!value.is_structured()) return false;
  for (const auto& [key, member] : value.items()) {
    const bool named = value.is_object() && key.find(needle) != std::string::npos;
    if (named || mentions(member, needle)) return true;
  }
  return false;
}

std::string default_name(const Source& source, ObjectReader& object) {
  if (object.has("preset")) return object.require_string("preset");
  if (source.files.empty()) return "source";
  std::filesystem::path name = std::filesystem::path(source.files.front()).filename();
  while (name.has_extension() && name.stem() != name) name = name.stem();
  return name.string();
}

// A path or a list of them.
std::vector<std::string> read_files(ObjectReader& object) {
  const Json* files = object.find("files");
  if (files != nullptr && files->is_string()) return {files->get<std::string>()};
  return object.strings("files");
}

}  // namespace

std::vector<std::string> Source::axis_names() const {
  std::vector<std::string> names;
  for (const Axis& axis : kind->rules().axes) names.push_back(axis.name);
  return names;
}

bool Source::wants_column(const std::string& column) const { return mentions(mapping, column); }

Source read_source(const Json& config, const std::string& where, const std::string& path) {
  ObjectReader unmerged(config, where, path);
  Source source;
  source.mapping = merge_preset(config, unmerged);
  ObjectReader object(source.mapping, where, path);
  source.files = read_files(object);
  if (source.files.empty()) object.error("files", "expected at least one file");
  object.find("preset");
  source.name = object.string("name", default_name(source, unmerged));
  source.format = RowFormat::read(object);
  source.json_columns = object.strings("json_columns");
  source.each = read_paths(object, "each");
  source.filter = RowFilter::read(object);
  source.group = Field::read(object, "group");
  source.row_weight = Field::read(object, "row_weight");
  source.weight = object.number("weight", 1.0);
  if (source.weight < 0) object.error("weight", "negative; expected 0 or more");
  if (object.has("share")) source.share = object.number("share", 0);
  if (source.share.value_or(0) < 0) object.error("share", "negative; expected 0 or more");
  source.max_bad_rows = object.integer("max_bad_rows", 0);
  if (source.max_bad_rows < 0) object.error("max_bad_rows", "negative; expected 0 or more");
  source.kind = make_kind(object.require_string("kind"), object);
  const std::vector<Axis>& axes = source.kind->rules().axes;
  if (auto pairing = object.object("pairing")) {
    source.pairing = PairingOptions::read(*pairing, axes);
  } else if (axes.size() > 1) {
    source.pairing.strategy = PairingStrategy::kBestVsWorst;
  }
  object.reject_unknown();
  return source;
}

}  // namespace braid

#include "trainer/run_identity.h"

#include <set>

#include "base/error.h"
#include "base/hash.h"

namespace braid {
namespace {

// Not part of the numbers, or (paths) covered by a hash of the content. So are all keys of data and
// selection, by the hash of the training groups.
const std::set<std::string> kFree = {"model",
                                     "adapter",
                                     "output",
                                     "device",
                                     "threads",
                                     "time_budget",
                                     "evaluation",
                                     "train.reference",
                                     "train.cache_reference",
                                     "train.reference_cache",
                                     "train.recompute",
                                     "train.log_every",
                                     "train.eval_every",
                                     "train.checkpoint_every",
                                     "train.keep_checkpoints",
                                     "train.keep_every",
                                     "train.max_skipped_steps",
                                     "train.best",
                                     "train.best_goal",
                                     "train.patience"};

bool decides_numbers(const std::string& path) {
  return !kFree.contains(path) && !path.starts_with("data.") && !path.starts_with("selection.");
}

void flatten(const Json& object, const std::string& prefix, Json& into) {
  for (const auto& [key, value] : object.items()) {
    if (value.is_object()) {
      flatten(value, prefix + key + ".", into);
    } else {
      into[prefix + key] = value;
    }
  }
}

std::string hash_groups(const std::vector<EncodedGroup>& groups) {
  Hasher hasher;
  for (const EncodedGroup& group : groups) {
    hasher.update(fmt::format("{} {:a} {:a} {};", group.prompt.size(), group.margin, group.weight,
                              group.branches.size()));
    hasher.update(std::as_bytes(group.prompt));
    for (const TokenIds branch : group.branches) {
      hasher.update(fmt::format("{};", branch.size())).update(std::as_bytes(branch));
    }
  }
  return hasher.hex();
}

}  // namespace

Json run_identity(const RunConfiguration& config, const std::string& weights,
                  const std::string& adapter, const std::string& reference,
                  const std::vector<EncodedGroup>& groups) {
  Json identity = {{"base weights", weights},
                   {"starting adapter", adapter},
                   {"reference", reference},
                   {"training data", hash_groups(groups)}};
  const Json flat = flattened(config.to_json());
  for (const auto& [path, value] : flat.items()) {
    if (decides_numbers(path)) identity[path] = value;
  }
  return identity;
}

std::string run_key(const Json& identity) { return hash_hex(identity.dump()); }

Json flattened(const Json& object) {
  Json flat = Json::object();
  flatten(object, "", flat);
  return flat;
}

std::vector<std::string> differences(const Json& now, const Json& before) {
  std::set<std::string> keys;
  for (const Json* side : {&now, &before}) {
    for (const auto& [key, value] : side->items()) keys.insert(key);
  }
  // A list of sources would hide the rest.
  const auto text = [](const Json& value) {
    const std::string whole = value.dump();
    return whole.size() <= 200 ? whole : quote(whole);
  };
  std::vector<std::string> result;
  for (const std::string& key : keys) {
    const Json a = now.value(key, Json()), b = before.value(key, Json());
    if (a != b) result.push_back(fmt::format("{}: {}, was {}", key, text(a), text(b)));
  }
  return result;
}

}  // namespace braid

// Special tokens and chat template of a Hugging Face model directory.
#include "data/text/special_tokens.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/file.h"
#include "data/text/template_sources.h"

namespace braid {
namespace {

Json read_if_present(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return nullptr;
  Json json = read_json_file(path);
  if (!json.is_object()) fail("{}: expected an object", path.string());
  return json;
}

const Json* member(const Json& object, const std::string& key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

// A token is given as its name, or as an object with `content`.
std::optional<std::string> token_name(const ModelConfigs& configs, const std::string& key) {
  const Json* value = member(configs.tokenizer, key);
  const char* file = value != nullptr ? "tokenizer_config.json" : "special_tokens_map.json";
  if (value == nullptr) value = member(configs.names, key);
  if (value == nullptr) return std::nullopt;
  const Json* content = value->is_object() ? member(*value, "content") : value;
  if (content == nullptr || !content->is_string()) {
    fail("{}: {}: expected a token", (configs.directory / file).string(), key);
  }
  return content->get<std::string>();
}

// The ids that a file gives a role; -1 is how old files write "none".
std::vector<int64_t> listed_ids(const Json& config, const std::string& role) {
  const Json* value = member(config, role + "_token_id");
  std::vector<int64_t> ids;
  if (value == nullptr) return ids;
  for (const Json& entry : value->is_array() ? *value : Json::array({*value})) {
    if (entry.is_number_integer()) ids.push_back(entry.get<int64_t>());
  }
  return ids;
}

class Resolver {
 public:
  Resolver(const ModelConfigs& configs, int64_t vocab_size,
           const std::function<std::optional<int32_t>(const std::string&)>& id_of)
      : configs_(configs), vocab_size_(vocab_size), id_of_(id_of) {}

  // Ids for a role ("bos", "eos", "pad") from the file that decides; empty when none names any.
  std::vector<int32_t> ids(const std::string& role) const {
    auto ids = ids_in(configs_.generation, "generation_config.json", role);
    if (ids.empty()) {
      if (const auto id = named(role)) ids = {*id};
    }
    return ids.empty() ? ids_in(configs_.model, "config.json", role) : ids;
  }

  std::optional<int32_t> first(const std::string& role) const {
    const auto all = ids(role);
    return all.empty() ? std::nullopt : std::optional(all.front());
  }

  std::optional<int32_t> named(const std::string& role) const {
    const auto name = token_name(configs_, role + "_token");
    if (!name) return std::nullopt;
    const auto id = id_of_(*name);
    if (!id) {
      fail("{}: {}_token {} is not in the vocabulary",
           (configs_.directory / "tokenizer_config.json").string(), role, quote(*name));
    }
    return id;
  }

 private:
  std::vector<int32_t> ids_in(const Json& config, const std::string& file,
                              const std::string& role) const {
    const Json* value = member(config, role + "_token_id");
    if (value == nullptr) return {};
    const Json list = value->is_array() ? *value : Json::array({*value});
    std::vector<int32_t> ids;
    for (const Json& entry : list) {
      if (entry == -1) continue;  // how old files write "none"
      const int64_t id = entry.is_number_integer() ? entry.get<int64_t>() : -1;
      if (id < 0 || id >= vocab_size_) {
        fail("{}: {}_token_id: {} is not an id of the vocabulary of {} tokens",
             (configs_.directory / file).string(), role, quote(entry.dump()), vocab_size_);
      }
      if (std::ranges::find(ids, id) == ids.end()) ids.push_back(static_cast<int32_t>(id));
    }
    return ids;
  }

  const ModelConfigs& configs_;
  int64_t vocab_size_;
  const std::function<std::optional<int32_t>(const std::string&)>& id_of_;
};

}  // namespace

ModelConfigs::ModelConfigs(const std::filesystem::path& directory)
    : directory(directory),
      generation(read_if_present(directory / "generation_config.json")),
      tokenizer(read_if_present(directory / "tokenizer_config.json")),
      names(read_if_present(directory / "special_tokens_map.json")),
      model(read_if_present(directory / "config.json")) {}

TokenRoles read_token_roles(const ModelConfigs& configs) {
  TokenRoles roles;
  for (const char* key : {"bos_token", "eos_token", "pad_token", "unk_token"}) {
    if (auto name = token_name(configs, key)) roles.names.push_back(std::move(*name));
  }
  for (const Json* config : {&configs.generation, &configs.model}) {
    for (const char* role : {"bos", "eos"}) {
      const auto ids = listed_ids(*config, role);
      roles.ids.insert(roles.ids.end(), ids.begin(), ids.end());
    }
  }
  const Json* entries = member(configs.tokenizer, "added_tokens_decoder");
  if (entries == nullptr) return roles;
  const std::string where = (configs.directory / "tokenizer_config.json").string();
  if (!entries->is_object()) fail("{}: added_tokens_decoder: expected an object", where);
  for (const auto& [key, entry] : entries->items()) {
    const std::string path = "added_tokens_decoder." + key;
    int32_t id = -1;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
    if (error != std::errc() || end != key.data() + key.size() || id < 0) {
      fail("{}: {}: expected a token id", where, path);
    }
    ObjectReader reader(entry, where, path);
    roles.added.push_back(read_added_token(reader));
    roles.added.back().id = id;
  }
  std::ranges::sort(roles.added, {}, &AddedTokenEntry::id);
  return roles;
}

SpecialTokens read_special_tokens(
    const ModelConfigs& configs, int64_t vocab_size, SpecialTokens defaults,
    const std::function<std::optional<int32_t>(const std::string&)>& id_of) {
  const Resolver resolver(configs, vocab_size, id_of);
  SpecialTokens special = std::move(defaults);
  if (const auto bos = resolver.first("bos")) special.bos = bos;
  if (const auto pad = resolver.first("pad")) special.pad = pad;
  if (auto stop = resolver.ids("eos"); !stop.empty()) special.stop = std::move(stop);
  if (const auto eos = resolver.named("eos")) {
    const auto at = std::ranges::find(special.stop, *eos);
    if (at != special.stop.end()) std::rotate(special.stop.begin(), at, at + 1);
  }
  if (const Json* value = member(configs.tokenizer, "add_bos_token")) {
    if (!value->is_boolean()) {
      fail("{}: add_bos_token: expected true or false",
           (configs.directory / "tokenizer_config.json").string());
    }
    special.add_bos = value->get<bool>();
  }
  if (special.add_bos && !special.bos) {
    fail(
        "{}: the tokenizer adds a BOS token, but no file names it; name it in "
        "tokenizer_config.json",
        configs.directory.string());
  }
  read_chat_templates(configs, special);
  return special;
}

}  // namespace braid

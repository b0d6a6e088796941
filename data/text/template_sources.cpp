// Chat templates of a model.
#include "data/text/template_sources.h"

#include "base/error.h"
#include "base/file.h"

namespace braid {
namespace {

constexpr size_t kMostBytes = size_t{1} << 24;

void read_list(const Json& list, const std::string& where, SpecialTokens& special) {
  bool has_default = false;
  for (size_t i = 0; i < list.size(); ++i) {
    ObjectReader entry(list[i], where, fmt::format("chat_template[{}]", i));
    const std::string name = entry.require_string("name");
    const std::string source = entry.require_string("template");
    if (name == "default" && !has_default) {
      special.chat_template = source;
      has_default = true;
    } else if (name == "default" || !special.named_templates.emplace(name, source).second) {
      entry.error("name", fmt::format("{} is there twice", quote(name)));
    }
  }
  if (!has_default) {
    fail("{}: chat_template: none of its templates is named \"default\"; name one so", where);
  }
}

}  // namespace

void read_chat_templates(const ModelConfigs& configs, SpecialTokens& special) {
  const std::string where = (configs.directory / "tokenizer_config.json").string();
  const auto file = configs.directory / "chat_template.jinja";
  const bool has_file = std::filesystem::exists(file);
  if (configs.tokenizer.is_object() && !has_file) {
    ObjectReader config(configs.tokenizer, where);
    const Json* value = config.find("chat_template");
    if (value != nullptr && value->is_array()) {
      read_list(*value, where, special);
    } else if (value != nullptr && !value->is_string()) {
      config.error("chat_template", "expected a string or a list of templates");
    } else {
      special.chat_template = config.string("chat_template", "");
    }
  }
  if (has_file) special.chat_template = read_text_file(file, kMostBytes);
  const auto folder = configs.directory / "additional_chat_templates";
  if (!std::filesystem::is_directory(folder)) return;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".jinja") continue;
    special.named_templates[entry.path().stem().string()] =
        read_text_file(entry.path(), kMostBytes);
  }
}

void read_chat_templates(const GgufFile& file, SpecialTokens& special) {
  special.chat_template = file.string_or("tokenizer.chat_template", "");
  if (!file.has("tokenizer.chat_templates")) return;
  for (const std::string& name : file.strings("tokenizer.chat_templates")) {
    special.named_templates[name] = file.string("tokenizer.chat_template." + name);
  }
}

}  // namespace braid

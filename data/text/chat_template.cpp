// Choosing a template, its variables, and how it ends an answer.
#include "data/text/chat_template.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "data/text/builtin_templates.h"

namespace braid {
namespace {

constexpr size_t kMaxTemplateFile = size_t{1} << 20;
constexpr std::array<std::string_view, 4> kSetHere = {"messages", "tools", "documents",
                                                      "add_generation_prompt"};

std::time_t parse_date(const std::string& date) {
  int year = 0, month = 0, day = 0, read = 0;
  const bool matched =
      std::sscanf(date.c_str(), "%4d-%2d-%2d%n", &year, &month, &day, &read) == 3 &&
      static_cast<size_t>(read) == date.size() && date.size() == 10;
  std::tm parts = {};
  parts.tm_year = year - 1900;
  parts.tm_mon = month - 1;
  parts.tm_mday = day;
  const std::tm written = parts;
  const std::time_t time = matched ? timegm(&parts) : -1;
  // timegm turns 31 February into a day of March.
  if (!matched || parts.tm_mday != written.tm_mday || parts.tm_mon != written.tm_mon) {
    fail("data.date: {}; expected a date such as 2024-07-26", quote(date));
  }
  return time;
}

Json parse_arguments(const std::vector<std::string>& arguments) {
  Json values = Json::object();
  for (const std::string& argument : arguments) {
    const size_t equals = argument.find('=');
    if (equals == 0 || equals == std::string::npos) {
      fail("data.template_arguments: {}; expected NAME=VALUE", quote(argument));
    }
    const std::string name = argument.substr(0, equals), value = argument.substr(equals + 1);
    if (std::ranges::find(kSetHere, name) != kSetHere.end()) {
      fail("data.template_arguments: {} is set from the data and cannot be an argument", name);
    }
    Json parsed = Json::parse(value, nullptr, /*allow_exceptions=*/false);
    values[name] = parsed.is_discarded() ? Json(value) : std::move(parsed);
  }
  return values;
}

std::string available_names(const SpecialTokens& special) {
  std::vector<std::string> names = {"auto"};
  for (const std::string_view name : builtin_template_names()) names.emplace_back(name);
  for (const auto& [name, source] : special.named_templates) names.push_back(name);
  return fmt::format("{}", fmt::join(names, ", "));
}

Json message_variables(const Message& message) {
  Json variables = {{"role", message.role}, {"content", message.content}};
  if (message.fields.is_object()) variables.update(message.fields);
  return variables;
}

}  // namespace

ChatTemplate::ChatTemplate(const Tokenizer& tokenizer, const TemplateConfig& config)
    : tokenizer_(tokenizer), now_(parse_date(config.date)) {
  choose(config);
  template_ = std::make_unique<const JinjaTemplate>(source_, "chat template " + name_);
  variables_ = parse_arguments(config.arguments);
  const SpecialTokens& special = tokenizer.special();
  if (special.bos) variables_["bos_token"] = tokenizer.piece(*special.bos);
  if (!special.stop.empty()) variables_["eos_token"] = tokenizer.piece(special.stop.front());
  if (special.pad) variables_["pad_token"] = tokenizer.piece(*special.pad);
  find_stop();
}

void ChatTemplate::choose(const TemplateConfig& config) {
  const SpecialTokens& special = tokenizer_.special();
  if (config.name == "auto" && !special.chat_template.empty()) {
    name_ = "of the model";
    source_ = special.chat_template;
    return;
  }
  const std::string name = config.name == "auto" ? "none" : config.name;
  name_ = name;
  if (const auto named = special.named_templates.find(name);
      named != special.named_templates.end()) {
    source_ = named->second;
    return;
  }
  if (name.ends_with(".jinja")) {
    source_ = read_text_file(name, kMaxTemplateFile);
    return;
  }
  const BuiltinTemplate* builtin = find_builtin_template(name);
  if (builtin == nullptr) {
    fail("data.template: no template {}; there are {}, and paths that end in .jinja", quote(name),
         available_names(special));
  }
  for (const std::string_view token : builtin->tokens) {
    if (tokenizer_.special_id(token)) continue;
    fail(
        "data.template is {}, but the vocabulary has no control token {}; set it to "
        "\"question_answer\" or \"none\"",
        quote(name), quote(token));
  }
  source_ = builtin->source;
  // A BOS that the format itself begins with is not doubled (SmolLM2's is <|im_start|>).
  leading_bos_ = special.add_bos && special.bos &&
                 std::ranges::none_of(builtin->tokens, [&](std::string_view token) {
                   return tokenizer_.special_id(token) == special.bos;
                 });
}

// A small conversation, with what some templates insist on when the plain one is refused.
RenderedText ChatTemplate::render_sample() const {
  const Conversation plain = {{"user", "question"}, {"assistant", "answer"}};
  Conversation with_system = plain;
  with_system.insert(with_system.begin(), {"system", "rules"});
  const Json tools = Json::parse(
      R"([{"type": "function", "function": {"name": "f", "description": "d",
           "parameters": {"type": "object", "properties": {}}}}])");
  try {
    return render(plain, nullptr, /*generation_prompt=*/false);
  } catch (const Error&) {
    for (const Json* offered : {static_cast<const Json*>(nullptr), &tools}) {
      try {
        return render(with_system, offered ? *offered : Json(nullptr), false);
      } catch (const Error&) {  // the first refusal says most
      }
    }
    throw;
  }
}

// Looks at what stands behind the answer of a sample.
void ChatTemplate::find_stop() {
  stop_tokens_ = tokenizer_.special().stop;
  const RenderedText text = render_sample();
  if (text.foreign.empty()) fail("chat template {}: it does not render the answer", name_);
  const size_t end = text.foreign.back().end;
  for (const TokenSpan& span : tokenizer_.encode_spans(text)) {
    if (span.bytes.begin < end || span.bytes.end == span.bytes.begin) continue;
    const std::string piece = tokenizer_.piece(span.id);
    if (tokenizer_.special_id(piece) != span.id) continue;
    stop_ = span.id;
    writes_stop_ = true;
    if (std::ranges::find(stop_tokens_, stop_) == stop_tokens_.end()) stop_tokens_.push_back(stop_);
    return;
  }
  if (stop_tokens_.empty()) {
    fail(
        "chat template {}: it ends an answer with no control token, and the model's files name no "
        "stop token (eos_token_id); add it to generation_config.json",
        name_);
  }
  stop_ = stop_tokens_.front();
}

RenderedText ChatTemplate::render(const Conversation& messages, const Json& tools,
                                  bool generation_prompt) const {
  Json own = variables_;
  own["add_generation_prompt"] = generation_prompt;
  own["documents"] = nullptr;
  Json foreign = {{"messages", Json::array()}, {"tools", tools}};
  for (const Message& message : messages) foreign["messages"].push_back(message_variables(message));
  return template_->render(own, foreign, now_);
}

std::vector<int32_t> ChatTemplate::encode(const RenderedText& text) const {
  std::vector<int32_t> ids = tokenizer_.encode_rendered(text);
  const auto bos = tokenizer_.special().bos;
  if (leading_bos_) ids.insert(ids.begin(), *bos);
  // Templates that write a BOS in front of a token which is the BOS too.
  if (bos && ids.size() > 1 && ids[0] == *bos && ids[1] == *bos) ids.erase(ids.begin());
  return ids;
}

std::vector<int32_t> ChatTemplate::prompt(const Conversation& messages, const Json& tools) const {
  return encode(render(messages, tools, /*generation_prompt=*/true));
}

std::string ChatTemplate::fingerprint() const {
  Hasher hasher;
  hasher.update(fmt::format("bos {} stop {} {} now {} ", leading_bos_, stop_, writes_stop_, now_));
  hasher.update(variables_.dump(-1, ' ', false, Json::error_handler_t::replace));
  hasher.update(source_).update(tokenizer_.fingerprint());
  return hasher.hex();
}

}  // namespace braid

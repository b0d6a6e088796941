#include "trainer/evaluation/item_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "data/feedback/rows/row_source.h"
#include "data/tasks/metrics/metric.h"

namespace braid {
namespace {

constexpr std::array<const char*, 4> kRoles = {"", "target", "other", "unknown"};

Json option_json(const ScoredItem& scored, size_t i) {
  const TaskItem& item = *scored.item;
  const OptionScore& option = scored.options[i];
  Json json = {{"logp", option.logp},
               {"tokens", option.tokens},
               {"bytes", option.bytes},
               {"greedy", option.greedy}};
  if (!item.gold.empty()) json["gold"] = item.gold[i];
  if (!item.roles.empty()) json["role"] = kRoles[static_cast<size_t>(item.roles[i])];
  return json;
}

Json answer_json(const Answer& answer) {
  return {{"text", answer.text},
          {"complete", answer.complete},
          {"strict", answer.judgement.strict},
          {"loose", answer.judgement.loose}};
}

Json item_json(const ScoredItem& scored) {
  const TaskItem& item = *scored.item;
  Json row = {{"id", item.id}};
  for (const auto& [tag, value] : item.tags) row["tags"][tag] = value;
  if (!item.cluster.empty()) row["cluster"] = item.cluster;
  row["options"] = Json::array();
  for (size_t i = 0; i < scored.options.size(); ++i) {
    row["options"].push_back(option_json(scored, i));
  }
  if (item.prompts.size() > 1) {
    for (const PromptOptions& prompt : item.prompts) {
      row["options_of_prompts"].push_back(prompt.continuations.size());
    }
  }
  if (!scored.options.empty()) row["chosen"] = best_option(scored, ScoreBy::kSum);
  if (!std::isnan(scored.divergence)) row["divergence"] = scored.divergence;
  for (const Answer& answer : scored.answers) row["answers"].push_back(answer_json(answer));
  return row;
}

Role role_named(ObjectReader& option) {
  const std::string name = option.require_string("role");
  for (size_t i = 0; i < kRoles.size(); ++i) {
    if (name == kRoles[i]) return static_cast<Role>(i);
  }
  option.error("role", "unknown role");
}

void read_option(ObjectReader& option, TaskItem& item, ScoredItem& scored) {
  OptionScore score;
  score.logp = option.number("logp", 0);
  score.tokens = option.require_integer("tokens");
  if (score.tokens < 1) option.error("tokens", "expected 1 or more");
  score.bytes = option.require_integer("bytes");
  score.greedy = option.boolean("greedy", false);
  scored.options.push_back(score);
  if (option.has("gold")) item.gold.push_back(option.number("gold", 0));
  if (option.has("role")) item.roles.push_back(role_named(option));
}

std::vector<bool> read_verdicts(ObjectReader& answer, const char* key) {
  const Json* list = answer.find(key);
  const auto is_verdict = [](const Json& one) { return one.is_boolean(); };
  if (list == nullptr || !list->is_array() || list->empty() ||
      !std::ranges::all_of(*list, is_verdict)) {
    answer.error(key, "expected a list of truth values");
  }
  return list->get<std::vector<bool>>();
}

// How many options each prompt has; one prompt has them all.
void read_prompts(ObjectReader& row, TaskItem& item, size_t options) {
  size_t total = 0;
  if (const Json* counts = row.find("options_of_prompts")) {
    for (const Json& count : *counts) {
      const bool fits = count.is_number_unsigned() && count.get<size_t>() >= 1 &&
                        count.get<size_t>() <= options - total;
      if (!fits) row.error("options_of_prompts", "does not count the options");
      item.prompts.emplace_back().continuations.resize(count.get<size_t>());
      total += count.get<size_t>();
    }
  } else {
    item.prompts.emplace_back().continuations.resize(options);
    total = options;
  }
  if (total != options) row.error("options_of_prompts", "does not count the options");
}

void read_item(const Json& value, const std::string& where, StoredItems& stored) {
  ObjectReader row(value, where);
  TaskItem& item = stored.items.emplace_back();
  item.id = row.require_string("id");
  item.cluster = row.string("cluster", "");
  if (auto tags = row.object("tags")) {
    for (const auto& [tag, text] : row.find("tags")->items()) {
      item.tags[tag] = tags->require_string(tag);
    }
  }
  ScoredItem scored;
  scored.item = &item;
  for (ObjectReader& option : row.objects("options")) read_option(option, item, scored);
  const auto fits = [&](size_t count) { return count == 0 || count == scored.options.size(); };
  for (ObjectReader& answer : row.objects("answers")) {
    scored.answers.push_back({answer.string("text", ""),
                              answer.boolean("complete", false),
                              {read_verdicts(answer, "strict"), read_verdicts(answer, "loose")}});
  }
  scored.divergence = row.number("divergence", scored.divergence);
  const bool empty = scored.options.empty() && scored.answers.empty();
  if (empty || !fits(item.gold.size()) || !fits(item.roles.size())) {
    row.error("options", "expected options that all have the same members");
  }
  read_prompts(row, item, scored.options.size());
  stored.scored.push_back(std::move(scored));
}

}  // namespace

std::filesystem::path item_file(const std::filesystem::path& directory, const std::string& task,
                                const std::string& policy) {
  return directory / fmt::format("items-{}-{}.jsonl", task, policy);
}

void write_items(const std::filesystem::path& path, const std::vector<ScoredItem>& items) {
  std::string text;
  for (const ScoredItem& item : items) {
    text += item_json(item).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  write_file_atomic(path, text);
}

StoredItems read_stored_items(const std::filesystem::path& path) {
  StoredItems stored;
  const auto rows = open_json_lines(path);
  for (SourceRow row; rows->next(row);) {
    if (!row.flaw.empty()) throw Error(row.flaw);
    read_item(row.value, fmt::format("{}:{}", path.string(), row.number), stored);
  }
  return stored;
}

}  // namespace braid

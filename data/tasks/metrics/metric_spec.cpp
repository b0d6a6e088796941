// Numbers on parts of the items.
#include <algorithm>

#include "base/error.h"
#include "data/tasks/metrics/metric.h"

namespace braid {
namespace {

std::vector<std::string> values_of(const Json& value, const std::string& where) {
  if (value.is_string()) return {value.get<std::string>()};
  std::vector<std::string> values;
  if (value.is_array()) {
    for (const Json& one : value) {
      if (one.is_string()) values.push_back(one.get<std::string>());
    }
  }
  if (values.empty()) fail("{}: expected a text or a list of texts", where);
  return values;
}

ScoreBy read_by(ObjectReader& object) {
  const std::string by = object.string("by", "sum");
  if (by == "sum") return ScoreBy::kSum;
  if (by == "tokens") return ScoreBy::kTokens;
  if (by == "bytes") return ScoreBy::kBytes;
  object.error("by", "expected \"sum\", \"tokens\" or \"bytes\"");
}

bool has_tag(const ScoredItem& item, const std::string& tag, const std::string& value) {
  const auto found = item.item->tags.find(tag);
  return found != item.item->tags.end() && found->second == value;
}

}  // namespace

MetricSpec MetricSpec::read(const Json& json, const std::string& where) {
  MetricSpec spec;
  if (json.is_string()) {
    spec.name = json.get<std::string>();
    spec.metric = make_metric(spec.name, ScoreBy::kSum);
    return spec;
  }
  if (!json.is_object()) fail("{}: expected a name or an object", where);
  ObjectReader object(json, where);
  const std::string metric = object.require_string("metric");
  spec.name = object.string("name", metric);
  spec.metric = make_metric(metric, read_by(object));
  if (const Json* conditions = object.find("where")) {
    if (!conditions->is_object()) object.error("where", "expected an object {tag: value}");
    for (const auto& [tag, value] : conditions->items()) {
      spec.where[tag] = values_of(value, where + ": where." + tag);
    }
  }
  if (object.has("difference")) {
    const auto parts = object.strings("difference");
    if (parts.size() != 3) object.error("difference", "expected [tag, high, low]");
    spec.difference = {parts[0], parts[1], parts[2]};
  }
  object.reject_unknown();
  return spec;
}

double MetricSpec::value(const ScoredItems& items) const {
  ScoredItems part, low;
  for (const ScoredItem* item : items) {
    const bool counts = std::ranges::all_of(where, [&](const auto& condition) {
      return std::ranges::any_of(condition.second, [&](const std::string& value) {
        return has_tag(*item, condition.first, value);
      });
    });
    if (!counts) continue;
    if (!difference || has_tag(*item, difference->tag, difference->high)) part.push_back(item);
    if (difference && has_tag(*item, difference->tag, difference->low)) low.push_back(item);
  }
  return difference ? metric->value(part) - metric->value(low) : metric->value(part);
}

}  // namespace braid

#include "data/preparation/summary.h"

#include <fmt/format.h>

#include "data/preparation/agreement.h"

namespace braid {
namespace {

Json pairing_json(const PairingReport& report) {
  return {{"sets", report.sets},
          {"sets_paired", report.sets_paired},
          {"pairs", report.pairs},
          {"without_pair", report.without_pair}};
}

// Mean margin of all graded pairs of the source, and of those that train.
struct MeanMargins {
  double made = 0, train = 0;
  int64_t made_count = 0, train_count = 0;

  void add(double margin, bool trains) {
    made += margin;
    ++made_count;
    if (!trains) return;
    train += margin;
    ++train_count;
  }
  static Json mean(double sum, int64_t count) {
    return count == 0 ? Json(nullptr) : Json(sum / static_cast<double>(count));
  }
  Json to_json() const {
    return {{"made", mean(made, made_count)}, {"train", mean(train, train_count)}};
  }
};

std::vector<MeanMargins> mean_margins(const Preparation& preparation) {
  std::vector<MeanMargins> margins(preparation.sources.size());
  const auto& pairs = preparation.pairs;
  for (size_t i = 0; i < pairs.size(); ++i) {
    const Candidate& candidate = pairs.candidates[i];
    if (!candidate.graded) continue;
    margins[pairs.records[i].source].add(candidate.margin, pairs.trains(i));
  }
  return margins;
}

Json source_json(const Preparation& preparation, size_t i) {
  const SourceFeedback& feedback = preparation.feedback[i];
  const ConversionReport& report = feedback.report;
  return {{"name", feedback.name},
          {"kind", preparation.sources[i].mapping["kind"]},
          {"files", feedback.files},
          {"rows",
           {{"read", report.rows},
            {"used", report.used_rows},
            {"bad", report.bad_rows},
            {"bad_examples", report.bad_row_examples},
            {"dropped", report.dropped_rows}}},
          {"comparisons",
           {{"made", report.made_sets},
            {"kept", feedback.sets.size()},
            {"unpaired_labels", report.unpaired_sets},
            {"dropped", report.dropped_sets}}},
          {"answers", {{"read", report.responses}, {"dropped", report.dropped_responses}}},
          {"pairing", pairing_json(preparation.pairing[i])}};
}

Json agreement_json(const Preparation& preparation) {
  Json list = Json::array();
  for (const Agreement& agreement : source_agreement(preparation.feedback)) {
    list.push_back({{"sources",
                     {preparation.feedback[agreement.first].name,
                      preparation.feedback[agreement.second].name}},
                    {"prompts", agreement.prompts},
                    {"agree", agreement.agree},
                    {"disagree", agreement.disagree}});
  }
  return list;
}

Json clusters_json(const Prepared<PreparedPair>& pairs) {
  Json sizes = Json::array(), train = Json::array();
  for (const ClusterCounts& cluster : count_clusters(pairs)) {
    sizes.push_back(cluster.pairs);
    train.push_back(cluster.train);
  }
  return {{"count", sizes.size()},
          {"inertia", pairs.selection.inertia},
          {"pairs", sizes},
          {"train", train}};
}

Outcomes sum(const std::vector<Outcomes>& all) {
  Outcomes total;
  for (const Outcomes& one : all) {
    total.made += one.made;
    total.train += one.train;
    total.held_out += one.held_out;
    for (size_t i = 0; i < total.dropped.size(); ++i) total.dropped[i] += one.dropped[i];
  }
  return total;
}

std::string describe_outcomes(const Json& outcomes, const char* what) {
  std::string text =
      fmt::format("{} {}: {} train, {} held out", outcomes["made"].get<int64_t>(), what,
                  outcomes["train"].get<int64_t>(), outcomes["held_out"].get<int64_t>());
  for (const auto& [reason, count] : outcomes["dropped"].items()) {
    text += fmt::format(", {} {}", count.get<int64_t>(), reason);
  }
  return text;
}

}  // namespace

Json Outcomes::to_json() const {
  Json reasons = Json::object();
  for (size_t i = 0; i < dropped.size(); ++i) {
    if (dropped[i] > 0) reasons[std::string(name_of(static_cast<DropReason>(i)))] = dropped[i];
  }
  return {{"made", made}, {"train", train}, {"held_out", held_out}, {"dropped", reasons}};
}

std::vector<ClusterCounts> count_clusters(const Prepared<PreparedPair>& pairs) {
  std::vector<ClusterCounts> clusters(static_cast<size_t>(pairs.selection.centres.rows));
  for (size_t i = 0; i < pairs.size(); ++i) {
    const int32_t cluster = pairs.selection.decisions[i].cluster;
    if (cluster < 0) continue;
    ++clusters[static_cast<size_t>(cluster)].pairs;
    clusters[static_cast<size_t>(cluster)].train += pairs.trains(i);
  }
  return clusters;
}

Json summarize(const Preparation& preparation) {
  const size_t count = preparation.sources.size();
  const auto pairs = count_outcomes(preparation.pairs, count);
  const auto demonstrations = count_outcomes(preparation.demonstrations, count);
  const auto margins = mean_margins(preparation);
  Json sources = Json::array();
  for (size_t i = 0; i < count; ++i) {
    Json source = source_json(preparation, i);
    source["pairs"] = pairs[i].to_json();
    source["mean_margin"] = margins[i].to_json();
    source["demonstrations"] = demonstrations[i].to_json();
    sources.push_back(std::move(source));
  }
  return {{"totals",
           {{"pairs", sum(pairs).to_json()}, {"demonstrations", sum(demonstrations).to_json()}}},
          {"sources", sources},
          {"agreement", agreement_json(preparation)},
          {"clusters", clusters_json(preparation.pairs)}};
}

std::vector<std::string> describe(const Json& summary) {
  std::vector<std::string> lines;
  for (const Json& source : summary["sources"]) {
    std::string line =
        fmt::format("{} ({}): {} rows", source["name"].get<std::string>(),
                    source["kind"].get<std::string>(), source["rows"]["read"].get<int64_t>());
    if (source["pairs"]["made"] > 0) line += "; " + describe_outcomes(source["pairs"], "pairs");
    if (source["demonstrations"]["made"] > 0) {
      line += "; " + describe_outcomes(source["demonstrations"], "demonstrations");
    }
    lines.push_back(line);
  }
  const Json& totals = summary["totals"];
  lines.push_back("all: " + describe_outcomes(totals["pairs"], "pairs") + "; " +
                  describe_outcomes(totals["demonstrations"], "demonstrations"));
  return lines;
}

}  // namespace braid

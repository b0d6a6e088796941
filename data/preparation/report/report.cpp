// The sections of the page, in the order of reading.
#include "data/preparation/report/report.h"

#include <fmt/format.h>

#include <cmath>

#include "base/html.h"
#include "data/preparation/report/cluster_map.h"
#include "data/preparation/report/examples.h"
#include "data/preparation/report/flow.h"
#include "data/preparation/report/histogram.h"
#include "data/preparation/summary.h"

namespace braid {
namespace {

using html::number;

int64_t count(const Json& value) { return value.get<int64_t>(); }

std::string reasons(const Json& counts) {
  std::string text;
  for (const auto& [reason, how_many] : counts.items()) {
    if (!text.empty()) text += "<br>";
    text += fmt::format("{} {}", number(count(how_many)), html::escape(reason));
  }
  return text;
}

std::string tile(int64_t value, const char* what) {
  return fmt::format("<div class=\"tile\"><b>{}</b>{}</div>", number(value), what);
}

std::string tiles(const Json& summary) {
  int64_t rows = 0;
  for (const Json& source : summary["sources"]) rows += count(source["rows"]["read"]);
  const Json &pairs = summary["totals"]["pairs"], &examples = summary["totals"]["demonstrations"];
  return "<div class=\"tiles\">" + tile(rows, "rows read") +
         tile(count(pairs["made"]), "pairs made") + tile(count(pairs["train"]), "pairs train") +
         tile(count(pairs["held_out"]), "pairs held out") +
         tile(count(examples["train"]), "demonstrations train") + "</div>\n";
}

std::string rows_table(const Json& summary) {
  std::vector<std::vector<std::string>> rows;
  size_t index = 0;
  for (const Json& source : summary["sources"]) {
    rows.push_back({html::swatch(index++) + html::escape(source["name"].get<std::string>()),
                    html::escape(source["kind"].get<std::string>()),
                    reasons(source["rows"]["dropped"]), reasons(source["comparisons"]["dropped"]),
                    number(count(source["rows"]["read"])), number(count(source["rows"]["bad"])),
                    number(count(source["comparisons"]["kept"])),
                    number(count(source["comparisons"]["unpaired_labels"])),
                    number(count(source["pairing"]["pairs"])),
                    number(count(source["demonstrations"]["made"]))});
  }
  return html::table({"source", "kind", "rows left out", "comparisons left out", "rows", "bad rows",
                      "comparisons", "lone labels", "pairs", "demonstrations"},
                     rows, 4);
}

// Pairs by source, and comparisons without one, to what became of them.
std::string pair_flow(const Preparation& preparation) {
  const auto outcomes = count_outcomes(preparation.pairs, preparation.sources.size());
  std::vector<FlowNode> left, right = {{"train", "var(--after)"}, {"held out", "var(--before)"}};
  std::map<std::string, size_t> places;
  const auto place = [&](const std::string& reason) {
    const auto [found, added] = places.emplace(reason, right.size());
    if (added) right.push_back({reason, "var(--bad)"});
    return found->second;
  };
  std::vector<Flow> flows;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    left.push_back({preparation.sources[i].name, html::colour(i)});
    flows.push_back({i, 0, outcomes[i].train});
    flows.push_back({i, 1, outcomes[i].held_out});
    for (size_t reason = 0; reason < outcomes[i].dropped.size(); ++reason) {
      if (outcomes[i].dropped[reason] == 0) continue;
      const std::string name(name_of(static_cast<DropReason>(reason)));
      flows.push_back({i, place(name), outcomes[i].dropped[reason]});
    }
    for (const auto& [reason, sets] : preparation.pairing[i].without_pair) {
      flows.push_back({i, place("no pair: " + reason), sets});
    }
  }
  std::ranges::stable_sort(flows, {}, &Flow::to);
  return flow_svg(left, right, flows);
}

std::string legend() {
  return "<p class=\"soft\"><span class=\"swatch\" style=\"background:var(--before)\"></span>all "
         "pairs &nbsp; <span class=\"swatch\" style=\"background:var(--after)\"></span>those that "
         "train</p>\n";
}

std::string card(const std::string& title, const std::string& body) {
  return fmt::format("<div class=\"card\"><b>{}</b>{}</div>\n", title, body);
}

std::string margins(const Preparation& preparation) {
  constexpr size_t kBins = 20;
  std::vector<Histogram> histograms(preparation.sources.size(), Histogram::linear(0, 1, kBins));
  const auto& pairs = preparation.pairs;
  for (size_t i = 0; i < pairs.size(); ++i) {
    if (!pairs.candidates[i].graded) continue;
    histograms[pairs.records[i].source].add(pairs.candidates[i].margin, pairs.trains(i));
  }
  std::string cards;
  for (size_t i = 0; i < histograms.size(); ++i) {
    if (histograms[i].before() == 0) continue;
    cards += card(html::swatch(i) + html::escape(preparation.sources[i].name),
                  histograms[i].svg("margin, as a fraction of the scale"));
  }
  if (cards.empty()) return "<p class=\"soft\">No source has graded margins.</p>\n";
  return legend() + "<div class=\"grid\">" + cards + "</div>\n";
}

// How often the better answer is also the longer one.
class LengthBias {
 public:
  void add(const Candidate& candidate, bool trains) {
    if (candidate.chosen.size() == candidate.rejected.size()) return;
    const bool longer = candidate.chosen.size() > candidate.rejected.size();
    for (size_t side = 0; side < (trains ? 2U : 1U); ++side) {
      ++pairs_[side];
      longer_[side] += longer;
    }
  }
  std::string text() const {
    return fmt::format(
        "<p>The chosen answer is the longer one in {} of all pairs, and in {} of those that train "
        "(equal lengths left out).</p>\n",
        share(0), share(1));
  }

 private:
  std::string share(size_t side) const {
    if (pairs_[side] == 0) return "none";
    return html::percent(static_cast<double>(longer_[side]) / static_cast<double>(pairs_[side]));
  }
  std::array<int64_t, 2> pairs_{}, longer_{};
};

std::string lengths(const Preparation& preparation) {
  const auto& pairs = preparation.pairs;
  size_t longest = 256;
  for (const Candidate& candidate : pairs.candidates) {
    longest = std::max(
        {longest, candidate.prompt.size(), candidate.chosen.size(), candidate.rejected.size()});
  }
  constexpr double kShortest = 4;
  const double doublings = std::ceil(std::log2(static_cast<double>(longest) / kShortest));
  const auto fresh = Histogram::logarithmic(kShortest, kShortest * std::exp2(doublings),
                                            static_cast<size_t>(2 * doublings));
  Histogram prompt = fresh, chosen = fresh, rejected = fresh;
  LengthBias bias;
  for (size_t i = 0; i < pairs.size(); ++i) {
    const Candidate& candidate = pairs.candidates[i];
    const bool trains = pairs.trains(i);
    const auto add = [&](Histogram& histogram, std::string_view text) {
      histogram.add(static_cast<double>(text.size()), trains);
    };
    add(prompt, candidate.prompt);
    add(chosen, candidate.chosen);
    add(rejected, candidate.rejected);
    bias.add(candidate, trains);
  }
  return legend() + "<div class=\"grid\">" + card("prompt", prompt.svg("bytes")) +
         card("chosen", chosen.svg("bytes")) + card("rejected", rejected.svg("bytes")) +
         "</div>\n" + bias.text();
}

std::string agreement(const Json& summary) {
  std::vector<std::vector<std::string>> rows;
  for (const Json& entry : summary["agreement"]) {
    const int64_t agree = count(entry["agree"]), disagree = count(entry["disagree"]);
    rows.push_back({html::escape(entry["sources"][0].get<std::string>()),
                    html::escape(entry["sources"][1].get<std::string>()),
                    number(count(entry["prompts"])), number(agree), number(disagree),
                    agree + disagree == 0 ? "no answers in common"
                                          : html::percent(static_cast<double>(agree) /
                                                          static_cast<double>(agree + disagree))});
  }
  if (rows.empty()) return "<p class=\"soft\">No two sources judge the same prompt.</p>\n";
  return html::table({"", "", "prompts in both", "same order", "opposite order", "agreement"}, rows,
                     2);
}

std::string outcome_table(const Json& summary) {
  std::vector<std::vector<std::string>> rows;
  size_t index = 0;
  for (const Json& source : summary["sources"]) {
    const std::string name =
        html::swatch(index++) + html::escape(source["name"].get<std::string>());
    for (const char* form : {"pairs", "demonstrations"}) {
      const Json& outcomes = source[form];
      if (count(outcomes["made"]) == 0) continue;
      rows.push_back({name, form, reasons(outcomes["dropped"]), number(count(outcomes["made"])),
                      number(count(outcomes["train"])), number(count(outcomes["held_out"]))});
    }
  }
  return html::table({"source", "", "dropped", "made", "train", "held out"}, rows, 3);
}

std::string settings(const Json& summary) {
  const Json& configuration = summary["configuration"];
  return fmt::format(
      "<details><summary>Sources and selection as configured</summary><pre class=\"text\">{}</pre>"
      "</details>\n",
      html::escape(configuration.dump(2)));
}

}  // namespace

std::string preparation_report(const Preparation& preparation, const Json& summary) {
  std::string body = tiles(summary);
  body += html::section("From rows to pairs", rows_table(summary));
  body +=
      html::section("What became of the pairs", pair_flow(preparation) + outcome_table(summary));
  body += html::section("Margins", margins(preparation));
  body += html::section("Lengths", lengths(preparation));
  const std::string clusters = cluster_map(preparation);
  if (!clusters.empty()) {
    body += html::section(
        "Clusters of prompts",
        "<p class=\"soft\">Area: pairs. Shade: the share of them that trains. Position: first two "
        "principal components of the centres.</p>\n" +
            clusters);
  }
  body += html::section("Agreement between sources", agreement(summary));
  body += html::section("Examples", example_cards(preparation));
  body += html::section("Settings", settings(summary));
  return html::page("Prepared feedback", body);
}

}  // namespace braid

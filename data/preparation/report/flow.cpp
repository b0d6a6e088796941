#include "data/preparation/report/flow.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/html.h"

namespace braid {
namespace {

constexpr double kWidth = 1000, kBar = 14, kLeftX = 230, kRightX = 730;
constexpr double kGap = 16, kFull = 380, kTop = 12;

// One side of the diagram.
class Column {
 public:
  Column(const std::vector<FlowNode>& nodes, const std::vector<int64_t>& counts, int64_t total)
      : nodes_(nodes), counts_(counts), top_(nodes.size()), used_(nodes.size()) {
    double y = kTop;
    for (size_t i = 0; i < nodes.size(); ++i) {
      if (counts[i] == 0) continue;
      top_[i] = y;
      y += kFull * static_cast<double>(counts[i]) / static_cast<double>(total) + kGap;
    }
    bottom_ = y;
  }

  // The upper edge of the next part of a node, and moves on by `height`.
  double take(size_t node, double height) {
    const double y = top_[node] + used_[node];
    used_[node] += height;
    return y;
  }

  double bottom() const { return bottom_; }

  // The nodes; labels stand outside, their counts behind them.
  std::string svg(double x, bool labels_left, double scale) const {
    std::string text;
    double lowest_label = 0;  // small nodes must not print over one another
    for (size_t i = 0; i < nodes_.size(); ++i) {
      if (counts_[i] == 0) continue;
      const double height = std::max(1.5, static_cast<double>(counts_[i]) * scale);
      text += fmt::format(
          "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{}\" height=\"{:.1f}\" fill=\"{}\"/>\n", x,
          top_[i], kBar, height, nodes_[i].colour);
      const double y = std::max(top_[i] + height / 2 + 4, lowest_label + 14);
      lowest_label = y;
      text += fmt::format(
          "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{} <tspan class=\"soft\">{}</tspan>"
          "</text>\n",
          labels_left ? x - 8 : x + kBar + 8, y, labels_left ? "end" : "start",
          html::escape(nodes_[i].name), html::number(counts_[i]));
    }
    return text;
  }

 private:
  const std::vector<FlowNode>& nodes_;
  const std::vector<int64_t>& counts_;
  std::vector<double> top_, used_;
  double bottom_ = 0;
};

std::string ribbon(double from_y, double to_y, double height, const FlowNode& from,
                   const FlowNode& to, int64_t count) {
  const double x0 = kLeftX + kBar, x1 = kRightX, middle = (x0 + x1) / 2;
  return fmt::format(
      "<path d=\"M{0:.1f},{2:.1f} C{4:.1f},{2:.1f} {4:.1f},{3:.1f} {1:.1f},{3:.1f} "
      "L{1:.1f},{5:.1f} C{4:.1f},{5:.1f} {4:.1f},{6:.1f} {0:.1f},{6:.1f} Z\" fill=\"{7}\" "
      "opacity=\"0.45\"><title>{8} to {9}: {10}</title></path>\n",
      x0, x1, from_y, to_y, middle, to_y + height, from_y + height, from.colour,
      html::escape(from.name), html::escape(to.name), html::number(count));
}

}  // namespace

std::string flow_svg(const std::vector<FlowNode>& left, const std::vector<FlowNode>& right,
                     const std::vector<Flow>& flows) {
  std::vector<int64_t> from(left.size()), to(right.size());
  int64_t total = 0;
  for (const Flow& flow : flows) {
    from[flow.from] += flow.count;
    to[flow.to] += flow.count;
    total += flow.count;
  }
  if (total == 0) return "";
  const double scale = kFull / static_cast<double>(total);
  Column sources(left, from, total), outcomes(right, to, total);
  std::string ribbons;
  for (const Flow& flow : flows) {
    if (flow.count == 0) continue;
    const double height = static_cast<double>(flow.count) * scale;
    const double from_y = sources.take(flow.from, height);
    const double to_y = outcomes.take(flow.to, height);
    ribbons += ribbon(from_y, to_y, height, left[flow.from], right[flow.to], flow.count);
  }
  return fmt::format("<svg viewBox=\"0 0 {} {:.0f}\" role=\"img\">\n{}{}{}</svg>\n", kWidth,
                     std::max(sources.bottom(), outcomes.bottom()) + 10, ribbons,
                     sources.svg(kLeftX, true, scale), outcomes.svg(kRightX, false, scale));
}

}  // namespace braid

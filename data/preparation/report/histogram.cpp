#include "data/preparation/report/histogram.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/html.h"

namespace braid {
namespace {

constexpr double kWidth = 340, kHeight = 150, kLeft = 8, kBase = 122, kTop = 18;

std::string bar(double x, double width, double height, const char* colour, double opacity,
                const std::string& title) {
  return fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"var({})\" "
      "opacity=\"{}\"><title>{}</title></rect>\n",
      x, kBase - height, width, height, colour, opacity, title);
}

// At most four characters for what lengths and margins are.
std::string axis_label(double value) {
  if (value >= 1e6) return fmt::format("{:.3g}M", value / 1e6);
  return value >= 1e4 ? fmt::format("{:.3g}k", value / 1e3) : fmt::format("{:.4g}", value);
}

}  // namespace

Histogram Histogram::linear(double low, double high, size_t bins) {
  return {low, high, bins, false};
}

Histogram Histogram::logarithmic(double low, double high, size_t bins) {
  return {low, high, bins, true};
}

Histogram::Histogram(double low, double high, size_t bins, bool is_logarithmic)
    : low_(low), high_(high), logarithmic_(is_logarithmic), before_(bins), after_(bins) {}

double Histogram::scaled(double value) const {
  value = std::clamp(value, low_, high_);
  if (logarithmic_) return std::log(value / low_) / std::log(high_ / low_);
  return (value - low_) / (high_ - low_);
}

void Histogram::add(double value, bool after) {
  const auto bins = static_cast<double>(before_.size());
  const auto bin = static_cast<size_t>(std::min(scaled(value) * bins, bins - 1));
  ++before_[bin];
  after_[bin] += after;
}

int64_t Histogram::before() const {
  return std::accumulate(before_.begin(), before_.end(), int64_t{0});
}

int64_t Histogram::after() const {
  return std::accumulate(after_.begin(), after_.end(), int64_t{0});
}

std::string Histogram::svg(const std::string& unit) const {
  const auto most = static_cast<double>(std::max<int64_t>(1, *std::ranges::max_element(before_)));
  const double step = (kWidth - 2 * kLeft) / static_cast<double>(before_.size());
  const auto edge = [&](size_t bin) {
    const double share = static_cast<double>(bin) / static_cast<double>(before_.size());
    return logarithmic_ ? low_ * std::pow(high_ / low_, share) : low_ + share * (high_ - low_);
  };
  std::string text = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\">\n", kWidth, kHeight);
  for (size_t i = 0; i < before_.size(); ++i) {
    const std::string title =
        fmt::format("{} to {}: {} before, {} after", axis_label(edge(i)), axis_label(edge(i + 1)),
                    html::number(before_[i]), html::number(after_[i]));
    const double x = kLeft + static_cast<double>(i) * step;
    const auto height = [&](int64_t count) {
      return (kBase - kTop) * static_cast<double>(count) / most;
    };
    text += bar(x + 0.5, step - 1, height(before_[i]), "--before", 1, title);
    text += bar(x + 0.5, step - 1, height(after_[i]), "--after", 0.9, title);
  }
  text += fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"var(--line)\"/>\n",
                      kLeft, kBase, kWidth - kLeft, kBase);
  for (const size_t bin : {size_t{0}, before_.size() / 2, before_.size()}) {
    const char* anchor = bin == 0 ? "start" : bin == before_.size() ? "end" : "middle";
    text += fmt::format("<text x=\"{:.1f}\" y=\"{}\" class=\"soft\" text-anchor=\"{}\">{}</text>\n",
                        kLeft + static_cast<double>(bin) * step, kBase + 14, anchor,
                        axis_label(edge(bin)));
  }
  text +=
      fmt::format("<text x=\"{}\" y=\"12\" class=\"soft\">{}</text>\n", kLeft, html::escape(unit));
  return text + "</svg>\n";
}

}  // namespace braid

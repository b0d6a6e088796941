#include "trainer/study/trade_off_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/html.h"

namespace braid {
namespace {

constexpr double kWidth = 1000, kHeight = 460, kLeft = 70, kRight = 230, kTop = 20, kBottom = 50;

// One direction of the plane.
class Axis {
 public:
  Axis(double begin, double end) : begin_(begin), end_(end) {}

  void include(double value) {
    low_ = std::min(low_, value);
    high_ = std::max(high_, value);
  }
  void pad() {
    const double margin = std::max(0.08 * (high_ - low_), 1e-3);
    low_ -= margin;
    high_ += margin;
  }
  double place(double value) const {
    return begin_ + (value - low_) / (high_ - low_) * (end_ - begin_);
  }
  double tick(int i) const { return low_ + (high_ - low_) * i / 4; }

 private:
  double begin_, end_;
  double low_ = 1e300, high_ = -1e300;
};

class Plot {
 public:
  Plot(const Study& study, const StudyResults& results)
      : study_(study),
        results_(results),
        base_bias_(std::abs(results.base.at(study.bias) - study.unbiased)),
        base_accuracy_(results.base.at(study.accuracy)) {
    x_.include(base_bias_);
    y_.include(base_accuracy_);
    for (const GroupResult& group : results.groups) {
      for (const double value : {group.bias.low, group.bias.high}) x_.include(value);
      for (const double value : {group.accuracy.low, group.accuracy.high}) y_.include(value);
    }
    x_.pad();
    y_.pad();
  }

  std::string svg() const {
    std::string text =
        fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\">\n", kWidth, kHeight) + axes();
    text += front();
    for (size_t i = 0; i < results_.groups.size(); ++i) text += point(i);
    text += fmt::format(
        "<path d=\"M{0:.1f},{1:.1f} l7,7 l-7,7 l-7,-7 Z\" fill=\"var(--ink)\"/>"
        "<text x=\"{2:.1f}\" y=\"{3:.1f}\">base</text>\n",
        x_.place(base_bias_), y_.place(base_accuracy_) - 7, x_.place(base_bias_) + 11,
        y_.place(base_accuracy_) + 4);
    return text + "</svg>\n";
  }

 private:
  std::string axes() const {
    std::string text;
    for (int i = 0; i <= 4; ++i) {
      text += fmt::format(
          "<line x1=\"{0}\" x2=\"{1}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\" stroke=\"var(--line)\"/>"
          "<text x=\"{3}\" y=\"{4:.1f}\" class=\"soft\" text-anchor=\"end\">{5:.3f}</text>"
          "<text x=\"{6:.1f}\" y=\"{7}\" class=\"soft\" text-anchor=\"middle\">{8:.3f}</text>\n",
          kLeft, kWidth - kRight, y_.place(y_.tick(i)), kLeft - 8, y_.place(y_.tick(i)) + 4,
          y_.tick(i), x_.place(x_.tick(i)), kHeight - kBottom + 18, x_.tick(i));
    }
    return text + fmt::format(
                      "<text x=\"{}\" y=\"{}\" class=\"soft\" text-anchor=\"middle\">{}, distance "
                      "from unbiased</text><text x=\"{}\" y=\"12\" class=\"soft\">{}</text>\n",
                      (kLeft + kWidth - kRight) / 2, kHeight - 8, html::escape(study_.bias), kLeft,
                      html::escape(study_.accuracy));
  }

  // Groups that no other group beats in accuracy and bias, from the least biased on.
  std::string front() const {
    std::vector<const GroupResult*> best;
    for (const GroupResult& group : results_.groups) {
      const bool beaten = std::ranges::any_of(results_.groups, [&](const GroupResult& other) {
        return other.accuracy.mean >= group.accuracy.mean && other.bias.mean <= group.bias.mean &&
               (other.accuracy.mean > group.accuracy.mean || other.bias.mean < group.bias.mean);
      });
      if (!beaten) best.push_back(&group);
    }
    std::ranges::sort(best, {}, [](const GroupResult* group) { return group->bias.mean; });
    std::string points;
    for (const GroupResult* group : best) {
      points +=
          fmt::format("{:.1f},{:.1f} ", x_.place(group->bias.mean), y_.place(group->accuracy.mean));
    }
    return fmt::format(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"var(--soft)\" stroke-dasharray=\"4 4\"/>\n",
        points);
  }

  std::string point(size_t i) const {
    const GroupResult& group = results_.groups[i];
    const double x = x_.place(group.bias.mean), y = y_.place(group.accuracy.mean);
    const std::string colour = html::colour(i);
    const double row = kTop + 16 * static_cast<double>(i);
    return fmt::format(
        "<g stroke=\"{0}\" fill=\"{0}\"><line x1=\"{1:.1f}\" x2=\"{2:.1f}\" y1=\"{3:.1f}\" "
        "y2=\"{3:.1f}\"/><line x1=\"{4:.1f}\" x2=\"{4:.1f}\" y1=\"{5:.1f}\" y2=\"{6:.1f}\"/>"
        "<circle cx=\"{4:.1f}\" cy=\"{3:.1f}\" r=\"6\"><title>{7}</title></circle>"
        "<circle cx=\"{8}\" cy=\"{9:.1f}\" r=\"5\"/></g>"
        "<text x=\"{10}\" y=\"{11:.1f}\">{7}</text>\n",
        colour, x_.place(group.bias.low), x_.place(group.bias.high), y, x,
        y_.place(group.accuracy.low), y_.place(group.accuracy.high), html::escape(group.label),
        kWidth - kRight + 24, row, kWidth - kRight + 34, row + 4);
  }

  const Study& study_;
  const StudyResults& results_;
  double base_bias_, base_accuracy_;
  Axis x_{kLeft, kWidth - kRight}, y_{kHeight - kBottom, kTop};
};

}  // namespace

std::string trade_off_svg(const Study& study, const StudyResults& results) {
  return Plot(study, results).svg();
}

}  // namespace braid

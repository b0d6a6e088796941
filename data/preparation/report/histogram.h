// Histograms of a number before and after selection, as SVG.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace braid {

// Equal bins over [low, high] of the value, or of its logarithm; values outside count at the ends.
class Histogram {
 public:
  static Histogram linear(double low, double high, size_t bins);
  static Histogram logarithmic(double low, double high, size_t bins);  // low > 0

  void add(double value, bool after);
  int64_t before() const;
  int64_t after() const;

  // Bars of all values, and in front of them those of the values after. `unit` stands at the axis.
  std::string svg(const std::string& unit) const;

 private:
  Histogram(double low, double high, size_t bins, bool is_logarithmic);

  double scaled(double value) const;

  double low_, high_;
  bool logarithmic_;
  std::vector<int64_t> before_, after_;
};

}  // namespace braid

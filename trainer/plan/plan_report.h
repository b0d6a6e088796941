// A plan for people and for programs.
#pragma once

#include <string>

#include "base/json.h"
#include "trainer/plan/plan.h"

namespace braid {

// Time needs the device's rate, FLOP/s (`measured_peak_flops`), and the share of it that training
// reaches; docs/plan.md says where the shares come from.
struct Speed {
  double peak_flops = 0;
  double utilisation = 0;

  double seconds(double flops) const { return flops / (peak_flops * utilisation); }
};
double assumed_utilisation(c10::DeviceType device, c10::ScalarType dtype);

// Aligned tables: memory, work, time, and what fits.
std::string plan_text(const Plan& plan, const Speed& speed);

// The same numbers: bytes, FLOPs of the planned steps, seconds. Null: not known or not there.
Json plan_json(const Plan& plan, const Speed& speed);

}  // namespace braid

#include "trainer/plan/plan_report.h"

#include <fmt/format.h>

#include "trainer/progress.h"
#include "trainer/text_table.h"

namespace braid {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string mib(int64_t bytes) {
  return fmt::format("{:.0f}", static_cast<double>(bytes) / (1 << 20));
}

std::string percent(double part, double whole) {
  return fmt::format("{:.1f} %", whole > 0 ? 100 * part / whole : 0.0);
}

double per_step(const Plan& plan, double total) {
  return total / static_cast<double>(plan.work.steps);
}

// Pairs and demonstrations alike.
double per_group(const Plan& plan, double total) {
  return total / static_cast<double>(plan.work.groups);
}

double step_seconds(const Plan& plan, const Speed& speed) {
  return speed.seconds(per_step(plan, plan.planned().total()));
}

std::string tera(double flops) { return fmt::format("{:.3f}", flops / 1e12); }

std::string memory_table(const Plan& plan) {
  Rows rows = {{"memory at the peak", "MiB"}};
  for (const MemoryItem& item : plan.memory.items(plan.peak.size)) {
    if (item.bytes > 0) rows.push_back({item.name, mib(item.bytes)});
  }
  rows.push_back({"predicted peak", mib(plan.peak.bytes)});
  if (plan.limit.bytes > 0) rows.push_back({plan.limit.what, mib(plan.limit.bytes)});
  return align_columns(rows, 1);
}

std::string reference_name(ReferenceUse use) {
  if (use == ReferenceUse::kInline) return "reference forward";
  return use == ReferenceUse::kCached ? "reference forward (cached)" : "reference (none)";
}

std::string work_table(const Plan& plan) {
  const StepWork& work = plan.work;
  const Flops all = plan.planned();
  const double reference = plan.reference == ReferenceUse::kInline ? work.reference.total() : 0.0;
  Rows rows = {{"work", "a step", "a group", "share"}};
  const auto count = [&](const char* name, int64_t total) {
    const auto value = static_cast<double>(total);
    rows.push_back({name, fmt::format("{:.1f}", per_step(plan, value)),
                    fmt::format("{:.2f}", per_group(plan, value)), ""});
  };
  const auto flops = [&](const std::string& name, double value) {
    rows.push_back({name, tera(per_step(plan, value)), tera(per_group(plan, value)),
                    percent(value, all.total())});
  };
  count("micro-batches", work.micro_batches);
  count("pairs", work.pairs);
  count("tokens, prompts once", work.tokens);
  count("scored tokens", work.scored);
  flops("TFLOP", all.total());
  flops("  policy forward", work.forward.total());
  flops("  policy backward", work.backward.total());
  if (plan.recompute()) flops("  layers once more", plan.recomputed().total());
  flops("  " + reference_name(plan.reference), reference);
  flops("  of all: linears", all.linears);
  flops("  of all: adapters", all.adapters);
  flops("  of all: attention", all.attention);
  flops("  of all: head", all.head);
  return align_columns(rows, 1);
}

std::string time_table(const Plan& plan, const Speed& speed) {
  const double step = step_seconds(plan, speed);
  const auto steps = static_cast<double>(plan.workload.steps());
  Rows rows = {
      {"time", fmt::format("at {:.0f} GFLOP/s (measured) x {:.2f} (assumed)",
                           speed.peak_flops / 1e9, speed.utilisation)},
      {"a step", fmt::format("{:.2f} s", step)},
      {fmt::format("an epoch of {} steps", plan.workload.steps_per_epoch()),
       format_duration(step * static_cast<double>(plan.workload.steps_per_epoch()))},
      {fmt::format("the run of {} steps", plan.workload.steps()), format_duration(step * steps)},
  };
  if (plan.reference == ReferenceUse::kCached) {
    rows.push_back({"reference pass, once", format_duration(speed.seconds(plan.reference_pass()))});
  }
  return align_columns(rows, 2);
}

std::string recompute_line(const Plan& plan) {
  return fmt::format("train.recompute {}: layers {}\n", plan.recompute_setting,
                     plan.recompute() ? "run once more in backward" : "keep what backward needs");
}

std::string fit_lines(const Plan& plan) {
  std::string text = recompute_line(plan);
  text += plan.limit.bytes == 0 ? "fits: the memory of this machine is not known\n"
          : plan.fits()         ? "fits: yes\n"
                                : "fits: no; " + memory_advice(plan) + "\n";
  const auto budget = largest_budget(plan);
  if (!budget) return text;
  return text + fmt::format("largest train.micro_batch_tokens: {}{}\n", budget->tokens,
                            budget->whole_step ? " (a whole step; more changes nothing)" : "");
}

Json json_of(const Flops& flops) {
  return {{"linears", flops.linears},
          {"adapters", flops.adapters},
          {"attention", flops.attention},
          {"head", flops.head},
          {"total", flops.total()}};
}

Json memory_json(const Plan& plan) {
  Json items = Json::object();
  for (const MemoryItem& item : plan.memory.items(plan.peak.size)) items[item.name] = item.bytes;
  return {{"items", items},
          {"peak", plan.peak.bytes},
          {"micro_batch_tokens", plan.peak.size.tokens},
          {"recompute", plan.recompute()},
          {"limit", plan.limit.bytes > 0 ? Json(plan.limit.bytes) : Json()},
          {"fits", plan.fits()}};
}

Json work_json(const StepWork& work) {
  return {{"steps", work.steps},   {"micro_batches", work.micro_batches},
          {"groups", work.groups}, {"pairs", work.pairs},
          {"tokens", work.tokens}, {"scored", work.scored}};
}

}  // namespace

double assumed_utilisation(c10::DeviceType device, c10::ScalarType dtype) {
  if (device != c10::kCPU) return 0.4;  // not measured
  return dtype == c10::kBFloat16 ? 0.5 : 0.7;
}

std::string plan_text(const Plan& plan, const Speed& speed) {
  return memory_table(plan) + "\n" + work_table(plan) + "\n" + time_table(plan, speed) + "\n" +
         fit_lines(plan);
}

Json plan_json(const Plan& plan, const Speed& speed) {
  const auto budget = largest_budget(plan);
  const double step = step_seconds(plan, speed);
  const bool cached = plan.reference == ReferenceUse::kCached;
  return {{"memory", memory_json(plan)},
          {"largest_micro_batch_tokens", budget ? Json(budget->tokens) : Json()},
          {"steps", plan.workload.steps()},
          {"planned", work_json(plan.work)},
          {"flops", json_of(plan.planned())},
          {"reference_pass_flops", cached ? Json(plan.reference_pass()) : Json()},
          {"time",
           {{"peak_flops", speed.peak_flops},
            {"utilisation", speed.utilisation},
            {"step", step},
            {"run", step * static_cast<double>(plan.workload.steps())},
            {"reference_pass", cached ? Json(speed.seconds(plan.reference_pass())) : Json()}}}};
}

}  // namespace braid

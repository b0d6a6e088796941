#include "trainer/skipped_step.h"

#include <ATen/ATen.h>

#include <cmath>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "trainer/scoring.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(fmt::format("{}", value));
}

Json tensors_without_number(const Adapter& adapter) {
  const at::Tensor gradient = adapter.flat_grad().cpu();
  Json names = Json::array();
  for (const Adapter::Slot& slot : adapter.slots()) {
    const bool finite =
        at::isfinite(gradient.narrow(0, slot.offset, slot.length)).all().item<bool>();
    if (!finite) names.push_back(slot.name);
  }
  return names;
}

Json json_of(const EncodedGroup& group) {
  return {{"source", group.source},         {"file", group.where.file},
          {"line", group.where.line},       {"key", group.key},
          {"margin", number(group.margin)}, {"weight", number(group.weight)},
          {"prompt", group.prompt}};
}

// The groups of a step, with what they score.
Json groups_of(const StepContext& context, const std::vector<int64_t>& members) {
  std::vector<const EncodedGroup*> groups;
  for (const int64_t member : members) {
    groups.push_back(&context.groups[static_cast<size_t>(member)]);
  }
  Json list = Json::array();
  list.get_ref<Json::array_t&>().resize(members.size());
  const auto add = [&](const std::vector<int64_t>& part, const Scores& scores,
                       const PackedBatch& batch) {
    BRAID_ASSERT(part.size() == 1);
    const auto i = static_cast<size_t>(part[0]);
    const at::Tensor policy = scores.sums.cpu();
    at::Tensor reference = context.reference.sums(context.model, batch, {members[i]});
    if (reference.defined()) reference = reference.cpu();
    Json entry = json_of(*groups[i]);
    entry["branches"] = Json::array();
    for (size_t b = 0; b < groups[i]->branches.size(); ++b) {
      Json branch = {{"ids", groups[i]->branches[b]},
                     {"logp", number(policy.const_data_ptr<float>()[b])}};
      if (reference.defined()) {
        branch["reference_logp"] = number(reference.const_data_ptr<float>()[b]);
      }
      entry["branches"].push_back(std::move(branch));
    }
    list[i] = std::move(entry);
  };
  visit_scores(context.model, groups, &context.adapter, /*token_budget=*/1, add, {});
  return list;
}

}  // namespace

fs::path dump_skipped_step(const fs::path& run_directory, const StepContext& context,
                           const SkippedStep& skipped) {
  const fs::path directory = run_directory / "skipped";
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) fail("{}: cannot create: {}", directory.string(), error.message());
  const Json content = {{"step", skipped.step},
                        {"loss", number(skipped.loss)},
                        {"grad_norm", number(skipped.grad_norm)},
                        {"gradients", tensors_without_number(context.adapter)},
                        {"groups", groups_of(context, skipped.members)}};
  const fs::path path = directory / fmt::format("step-{}.json", skipped.step);
  write_file_atomic(path, content.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
  return path;
}

}  // namespace braid

// braid plan: memory, operations and time of a run before it starts.
#include <fmt/format.h>

#include <optional>

#include "base/error.h"
#include "trainer/commands/commands.h"
#include "trainer/device.h"
#include "trainer/flops.h"
#include "trainer/plan/plan_report.h"
#include "trainer/preparation.h"
#include "trainer/progress.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

struct PlannedData {
  std::optional<Dataset> groups;  // nullopt: lengths are assumed
  std::string about;
};

PlannedData assumed(const RunConfiguration& config, const std::string& why) {
  return {std::nullopt, fmt::format("assumed, pairs of {} tokens as data.max_length allows; {}",
                                    config.data.limits.max_length, why)};
}

// The groups of the run, when that takes no preparation. Tokens that a run keeps are used; a
// directory for them is not made.
PlannedData read_data(const RunConfiguration& config, const ModelConfig& model) {
  try {
    if (!config.data.sources.empty() && !is_prepared(config)) {
      return assumed(config, "run `braid prepare` first for the lengths of the data");
    }
    const fs::path cache = fs::path(config.output) / "tokens";
    std::error_code ignored;
    const bool has_cache = !config.output.empty() && fs::is_directory(cache, ignored);
    const ModelTokenizer tokenizer(config.model);
    Dataset data = load_dataset(config, model, tokenizer,
                                /*need_training=*/true, has_cache ? cache : fs::path());
    const std::string about = data.describe().front();
    return {std::move(data), about};
  } catch (const Error& error) {
    return assumed(config, error.what());
  }
}

}  // namespace

int run_plan(const RunConfiguration& config, bool json) {
  const int64_t threads = set_threads(config.threads);
  const c10::Device device = choose_device(config.device);
  const auto dtype = parse_dtype(config.dtype);
  const MemoryLimit limit = memory_limit(device);
  const ModelConfig model = load_model_config(config.model);
  const PlannedData data = read_data(config, model);
  const Plan plan =
      make_plan(config, model, data.groups ? data.groups->train : std::vector<EncodedGroup>(),
                device, threads, limit);
  const Speed speed{measured_peak_flops(dtype, device), assumed_utilisation(device.type(), dtype)};
  say(fmt::format("plan: {} in {} on {}", config.model, config.dtype, describe_device(device)));
  if (json) {
    Json numbers = plan_json(plan, speed);
    numbers["data"] = data.about;
    print(numbers.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  } else {
    print("data: " + data.about + "\n\n" + plan_text(plan, speed));
  }
  return kExitOk;
}

}  // namespace braid

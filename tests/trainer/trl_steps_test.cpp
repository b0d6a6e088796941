// Twenty optimizer steps against TRL (scripts/golden/trl_steps.py).
#include <gtest/gtest.h>

#include "tests/trainer/tiny_training.h"
#include "trainer/optimizer.h"

namespace braid {
namespace {

GroupStore golden_groups(const Json& golden) {
  std::vector<GroupTokens> groups;
  for (const Json& row : golden.at("pairs")) {
    const auto ids = [&](const char* key) { return row.at(key).get<std::vector<int32_t>>(); };
    groups.push_back(test::pair_group(ids("prompt_ids"), ids("chosen_ids"), ids("rejected_ids")));
  }
  return make_store(std::move(groups));
}

Adapter starting_adapter(const Json& golden, const ModelConfig& config) {
  LoraConfig lora;
  lora.rank = golden.at("rank").get<int64_t>();
  lora.alpha = golden.at("alpha").get<double>();
  Adapter adapter(config, lora, 0, at::kCPU);
  const at::NoGradGuard no_grad;
  for (const auto& [module, pair] : adapter.pairs()) {
    pair.a.copy_(test::formula_tensor("base_model.model." + module + ".lora_A.weight",
                                      pair.a.sizes(), golden.at("scale").get<double>()));
  }
  return adapter;
}

double value_of(const Metrics& metrics, const std::string& name) {
  for (const auto& [key, value] : metrics) {
    if (key == name) return value;
  }
  ADD_FAILURE() << "no metric " << name;
  return 0;
}

class TrlSteps : public ::testing::TestWithParam<std::string> {};

TEST_P(TrlSteps, EveryStepAgrees) {
  const Json golden = read_json_file(test::golden_path("trl_steps.json"));
  const Json& expected = golden.at("runs").at(GetParam());
  const auto model = test::formula_model(golden.at("config"), golden.at("scale").get<double>());
  const GroupStore store = golden_groups(golden);
  const auto& groups = store.groups();
  Adapter adapter = starting_adapter(golden, model.config);
  OptimizerConfig optimizer_config;
  AdamW optimizer(adapter, optimizer_config);

  ObjectiveConfig objective;
  objective.preference.beta = golden.at("beta").get<double>();
  objective.sft_weight = GetParam() == "dpo" ? 0 : golden.at("sft_weight").get<double>();
  const ReferenceSource reference{ReferencePolicy{"base", "base", nullptr}};
  const StepContext context{model.transformer,
                            adapter,
                            groups,
                            reference,
                            objective,
                            /*micro_batch_tokens=*/1000,
                            test::mean_head(model.transformer)};

  const auto batch = golden.at("batch").get<int64_t>();
  const auto steps = static_cast<int64_t>(expected.at("loss").size());
  ASSERT_EQ(steps, 20);
  for (int64_t step = 0; step < steps; ++step) {
    std::vector<int64_t> members;
    for (int64_t i = 0; i < batch; ++i) members.push_back(step * batch + i);
    const Metrics metrics = step_metrics(objective, accumulate_gradients(context, members, 0));
    const double norm = optimizer.clip(1.0);
    optimizer.step(golden.at("learning_rate").get<double>());
    // The same arithmetic in another order: float32 rounding, which twenty AdamW steps amplify to
    // some 1e-5 (AdamW divides small gradients by their own size).
    const auto near = [&](const std::string& name, double actual, double tolerance) {
      EXPECT_NEAR(actual, expected.at(name).at(static_cast<size_t>(step)).get<double>(), tolerance)
          << name << " at step " << step;
    };
    near("loss", value_of(metrics, "loss"), 1e-4);
    near("rewards/margins", value_of(metrics, "rewards/margins"), 1e-4);
    near("rewards/accuracies", value_of(metrics, "rewards/accuracies"), step == 0 ? 0.51 : 1e-9);
    near("logps/chosen", value_of(metrics, "logps/chosen"), 1e-3);
    near("grad_norm", norm, 1e-3);
    near("entropy", value_of(metrics, "entropy"), 1e-4);
    near("mean_token_accuracy", value_of(metrics, "mean_token_accuracy"), 1e-6);
    near("logits/chosen", value_of(metrics, "logits/chosen"), 1e-4);
    near("logits/rejected", value_of(metrics, "logits/rejected"), 1e-4);
  }
}

INSTANTIATE_TEST_SUITE_P(Losses, TrlSteps, ::testing::Values("dpo", "dpo+sft"),
                         [](const auto& info) {
                           return info.param == "dpo" ? std::string("dpo") : std::string("dpo_sft");
                         });

}  // namespace
}  // namespace braid

// Gradients of every LoRA tensor, from one pass over a shared prompt and two branches, against
// PEFT's autograd on the two whole sequences (scripts/golden/gradients.py).
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/model/flat_batch.h"
#include "tests/model/formula_model.h"

namespace braid {
namespace {

// Relative errors, by norm. float32: the same sums in another order, some 1e-6.
constexpr double kFloat32 = 1e-4;
// bfloat16 keeps eight bits, every operation rounds by up to 1/512. All weights are exact in it, so
// that PEFT's float32 gradients are what both programs round around. PEFT's own bfloat16 ones are
// off by 0.01 to 0.03 (most for the gemmas); half as much again is allowed where that is more.
constexpr double kBfloat16 = 2e-2, kOfPefts = 1.5;

double relative_error(const at::Tensor& actual, const at::Tensor& expected) {
  return ((actual - expected).norm() / expected.norm()).item<double>();
}

// Weighted sum of the branch's log-probabilities: the last prompt row predicts its first token.
at::Tensor branch_term(const Transformer& model, const at::Tensor& hidden, const Segment& segment,
                       int64_t prompt, const test::Tokens& tokens, const Json& weights) {
  const auto rows = at::cat(
      {hidden.narrow(0, prompt - 1, 1), hidden.narrow(0, segment.begin, segment.length - 1)});
  const auto weight = at::tensor(weights.get<std::vector<float>>(), at::kFloat);
  return (test::target_logprobs(model, rows, tokens) * weight).sum();
}

class GoldenGradients : public ::testing::TestWithParam<at::ScalarType> {
 protected:
  // Runs one case; returns the loss and leaves the gradients in the adapter.
  static double backward(const Json& one, const Transformer& model, Adapter& adapter) {
    const test::Group group{one.at("prompt"), {one.at("chosen"), one.at("rejected")}};
    const auto layout = test::layout_of({group});
    const auto hidden = test::hidden_states(model, {group}, &adapter);
    const auto prompt = static_cast<int64_t>(group.prompt.size());
    const auto loss = branch_term(model, hidden, layout.segments[1], prompt, group.branches[0],
                                  one.at("chosen_weights")) +
                      branch_term(model, hidden, layout.segments[2], prompt, group.branches[1],
                                  one.at("rejected_weights"));
    loss.backward();
    return loss.item<double>();
  }
};

TEST_P(GoldenGradients, OfEveryTensorEqualPefts) {
  const Json cases = read_json_file(test::golden_path("gradients.json"));
  ASSERT_EQ(cases.size(), 7u);
  const bool wide = GetParam() == at::kFloat;
  for (const auto& one : cases) {
    const auto name = one.at("name").get<std::string>();
    const double scale = one.at("scale").get<double>();
    const auto model = test::formula_model(one.at("config"), scale, GetParam());
    LoraConfig lora;
    lora.rank = one.at("rank").get<int64_t>();
    lora.alpha = one.at("alpha").get<double>();
    auto adapter = test::formula_adapter(model.config, lora, scale);
    const double loss = backward(one, model.transformer, adapter);
    const double expected_loss = one.at("loss").get<double>();
    EXPECT_NEAR(loss / expected_loss, 1.0, wide ? 1e-5 : 1e-2) << name;

    const double rough = std::max(kBfloat16, kOfPefts * one.at("bfloat16_error").get<double>());
    const Json& gradients = one.at("gradients");
    ASSERT_EQ(gradients.size(), adapter.slots().size()) << name;
    const auto all = adapter.flat_grad();
    for (const auto& slot : adapter.slots()) {
      const std::string prefix = "base_model.model.", suffix = ".weight";
      const auto key =
          slot.name.substr(prefix.size(), slot.name.size() - prefix.size() - suffix.size());
      const auto expected = at::tensor(gradients.at(key).get<std::vector<float>>(), at::kFloat);
      EXPECT_LE(relative_error(all.narrow(0, slot.offset, slot.length), expected),
                wide ? kFloat32 : rough)
          << name << " " << key;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Dtypes, GoldenGradients, ::testing::Values(at::kFloat, at::kBFloat16),
                         [](const auto& info) { return std::string(c10::toString(info.param)); });

}  // namespace
}  // namespace braid

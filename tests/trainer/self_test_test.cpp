// The self-tests at the start of training find what they are there to find.
#include "trainer/self_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/trainer/tiny_training.h"

namespace braid {
namespace {

using ::testing::HasSubstr;

class SelfTest : public ::testing::Test {
 protected:
  SelfTest() : adapter_(model_.config, lora(), 0, at::kCPU) {}

  static LoraConfig lora() {
    LoraConfig lora;
    lora.rank = 2;
    return lora;
  }
  std::string run(const ReferencePolicy& reference) {
    return run_self_test({model_.transformer, adapter_, store_.groups(), source_, objective_, 1000,
                          test::mean_head(model_.transformer)},
                         reference);
  }
  std::string error(const ReferencePolicy& reference) {
    return test::error_of([&] { run(reference); });
  }

  const ReferencePolicy base_{"base", "base", nullptr};
  LoadedModel model_ = test::formula_model(test::tiny_config_json("llama"), 0.25);
  Adapter adapter_;
  ReferenceSource source_;
  ObjectiveConfig objective_;
  GroupStore store_ = make_store(test::mixed_groups(8));
};

TEST_F(SelfTest, PassesOnAFreshAdapterAndLeavesNoGradient) {
  EXPECT_THAT(run(base_), HasSubstr("14 adapted linears get a gradient; policy equals reference; "
                                    "preference loss 0.693147"));
  EXPECT_EQ(adapter_.flat_grad().count_nonzero().item<int64_t>(), 0);
}

TEST_F(SelfTest, NoticesAFrozenLinear) {
  adapter_.pairs().at("model.layers.1.mlp.up_proj").b.set_requires_grad(false);
  EXPECT_THAT(error(base_), HasSubstr("model.layers.1.mlp.up_proj.lora_B.weight gets no gradient"));
}

TEST_F(SelfTest, NoticesAReferenceThatIsNotTheStart) {
  auto other = std::make_shared<Adapter>(test::formula_adapter(model_.config, lora(), 0.5));
  // It claims to be a copy of the starting adapter, but is not.
  ReferencePolicy wrong{"initial", "", other};
  wrong.fingerprint = "claimed";
  EXPECT_FALSE(policy_equals_reference(adapter_, wrong));
  EXPECT_TRUE(policy_equals_reference(adapter_, base_));
  EXPECT_FALSE(policy_equals_reference(*other, base_));
}

TEST_F(SelfTest, NoticesBadNumbers) {
  adapter_.flat().narrow(0, 0, 1).fill_(std::numeric_limits<float>::quiet_NaN());
  EXPECT_THAT(error(base_), ::testing::Not(HasSubstr("no error")));
}

}  // namespace
}  // namespace braid

// Scoring of groups, reference policies, and the cache of their log-probabilities.
#include "trainer/reference.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "base/file.h"
#include "base/stop.h"
#include "model/adapter_io.h"
#include "tests/model/formula_model.h"
#include "tests/trainer/tiny.h"

namespace braid {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

class Reference : public testing::Test {
 protected:
  Reference()
      : model_(test::formula_model(test::tiny_config_json("llama"), 0.3)),
        adapter_(test::formula_adapter(model_.config, test::tiny_lora(), 0.5)),
        groups_(test::tiny_pairs(7, 40)) {}

  at::Tensor cached(const std::string& name, const std::string& weights = "w") {
    said_.clear();
    computed_ = 0;
    const auto policy = make_reference(name, model_.config, adapter_, at::kCPU);
    return reference_logps(
        directory_.path() / "cache", weights, model_.transformer, policy,
        make_store(groups_).groups(), token_budget_,
        [&](const std::string& line) { said_.push_back(line); },
        [&](int64_t done) {
          computed_ = done;
          if (stop_after_ > 0 && done >= stop_after_) request_stop("test");
        });
  }
  std::vector<fs::path> files() const { return test::files_in(directory_.path() / "cache"); }

  test::TemporaryDirectory directory_;
  LoadedModel model_;
  Adapter adapter_;
  std::vector<GroupTokens> groups_;
  GroupStore store_ = make_store(groups_);
  std::vector<std::string> said_;
  int64_t computed_ = 0;
  int64_t token_budget_ = 64;
  int64_t stop_after_ = 0;  // groups; 0: never
};

TEST_F(Reference, PackingDoesNotChangeScores) {
  const auto all = pointers(store_.groups());
  const at::Tensor together = score_groups(model_.transformer, all, &adapter_, 10000);
  const at::Tensor apart = score_groups(model_.transformer, all, &adapter_, 1);
  ASSERT_EQ(together.numel(), 14);
  // Float32 sums of up to three log-probabilities in another order of additions.
  EXPECT_LT((together - apart).abs().max().item<double>(), 1e-4);
}

TEST_F(Reference, ScoresAreTheLogProbabilitiesOfTheAnswers) {
  // The same from the plain definition: one sequence, all logits, log-softmax. gemma2 caps its
  // logits.
  for (const std::string family : {"llama", "gemma2"}) {
    const auto model = test::formula_model(test::tiny_config_json(family), 0.3);
    const at::Tensor scores =
        score_groups(model.transformer, pointers(store_.groups()), nullptr, 10000);
    const EncodedGroup& group = store_.groups()[3];
    for (size_t b = 0; b < 2; ++b) {
      std::vector<int64_t> ids(group.prompt.begin(), group.prompt.end());
      ids.insert(ids.end(), group.branches[b].begin(), group.branches[b].end());
      const auto count = static_cast<int64_t>(ids.size());
      const SegmentLayout layout{{{0, count, -1, 0}}, count};
      const at::Tensor hidden = model.transformer.forward(
          at::tensor(ids, at::kLong), at::arange(count, at::kLong), layout, nullptr);
      const at::Tensor logps = model.transformer.logits(hidden).log_softmax(1);
      double sum = 0;
      for (size_t i = group.prompt.size(); i < ids.size(); ++i) {
        sum += logps[static_cast<int64_t>(i) - 1][ids[i]].item<double>();
      }
      EXPECT_NEAR(scores[6 + static_cast<int64_t>(b)].item<double>(), sum, 1e-4) << family;
    }
  }
}

TEST_F(Reference, NamesChooseThePolicy) {
  const auto all = pointers(store_.groups());
  const at::Tensor base = score_groups(model_.transformer, all, nullptr, 64);
  const at::Tensor adapted = score_groups(model_.transformer, all, &adapter_, 64);
  EXPECT_TRUE(at::equal(cached("base"), base));
  EXPECT_TRUE(at::equal(cached("initial"), adapted));
  save_adapter(adapter_, directory_.path(), "base");
  const auto named = make_reference(directory_.path().string(), model_.config, adapter_, at::kCPU);
  EXPECT_EQ(named.fingerprint, adapter_fingerprint(adapter_));
  EXPECT_GT((base - adapted).abs().max().item<double>(), 0.01);
}

TEST_F(Reference, TheInitialReferenceStaysWhenTheAdapterMoves) {
  const auto policy = make_reference("initial", model_.config, adapter_, at::kCPU);
  const at::Tensor before =
      score_groups(model_.transformer, pointers(store_.groups()), policy.adapter.get(), 64);
  {
    const c10::NoGradGuard no_grad;
    adapter_.flat().mul_(2);
  }
  EXPECT_TRUE(at::equal(before, score_groups(model_.transformer, pointers(store_.groups()),
                                             policy.adapter.get(), 64)));
}

TEST_F(Reference, TheSecondTimeComesFromDisk) {
  const at::Tensor first = cached("base");
  EXPECT_EQ(computed_, 7);
  const at::Tensor second = cached("base");
  EXPECT_EQ(computed_, 0);
  EXPECT_THAT(said_, IsEmpty());
  EXPECT_TRUE(at::equal(first, second));
}

TEST_F(Reference, TheKeyCoversWhatTheValuesDependOn) {
  cached("base");
  cached("initial");
  cached("base", "other weights");
  groups_[6].branches[1][0] ^= 1;
  cached("base");
  // The same tokens, one of them on the other side of a boundary.
  groups_[0].branches = {{5, 2}, {6, 2, 7}};
  cached("base");
  groups_[0].branches = {{5, 2, 6}, {2, 7}};
  cached("base");
  EXPECT_EQ(computed_, 7);
  EXPECT_EQ(files().size(), 6U);
}

TEST_F(Reference, ADamagedFileIsComputedAgain) {
  const at::Tensor first = cached("base");
  const fs::path file = files().at(0);
  const std::string whole = read_text_file(file);
  test::write_text(file, whole.substr(0, whole.size() - 4));
  EXPECT_TRUE(at::equal(cached("base"), first));
  EXPECT_EQ(computed_, 7);
  ASSERT_EQ(said_.size(), 1U);
  EXPECT_THAT(said_[0], HasSubstr("computed again"));
  EXPECT_EQ(read_text_file(file), whole);
}

TEST_F(Reference, WrongValuesDoNotPassTheSpotCheck) {
  const at::Tensor first = cached("base");
  const fs::path file = files().at(0);
  std::string content = read_text_file(file);
  // The first value is among those that are checked: 1 becomes -1, or NaN.
  for (const auto& bytes : {std::string("\0\0\x80\xbf", 4), std::string("\0\0\xc0\x7f", 4)}) {
    content.replace(content.size() - 14 * 4, 4, bytes);
    test::write_text(file, content);
    EXPECT_TRUE(at::equal(cached("base"), first));
    ASSERT_EQ(said_.size(), 1U);
    EXPECT_THAT(said_[0], HasSubstr("differs from a fresh computation"));
  }
}

TEST_F(Reference, AStoppedComputationGoesOnWithTheSameBits) {
  token_budget_ = 16;  // two groups
  const at::Tensor whole = cached("base");
  const std::string bytes = read_text_file(files().at(0));
  fs::remove_all(directory_.path() / "cache");
  stop_after_ = 4;
  EXPECT_THROW(cached("base"), Stopped);
  EXPECT_EQ(files().size(), 1U);
  // Asked to stop all the time it takes what is there and computes nothing.
  EXPECT_THROW(cached("base"), Stopped);
  EXPECT_EQ(computed_, 4);
  forget_stop();
  stop_after_ = 0;
  EXPECT_TRUE(at::equal(cached("base"), whole));
  EXPECT_EQ(files().size(), 1U);
  EXPECT_EQ(read_text_file(files().at(0)), bytes);
  EXPECT_THAT(said_, IsEmpty());
}

TEST_F(Reference, AFileInTheWayOfTheCacheIsNamed) {
  test::write_text(directory_.path() / "cache", "");
  EXPECT_THAT(test::error_of([&] { cached("base"); }), HasSubstr("cache: cannot create"));
}

}  // namespace
}  // namespace braid

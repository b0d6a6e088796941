// The whole transformer over flat batches: packing equals separate sequences, a shared prompt
// equals copies of it, and the key/value cache equals one pass.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/model/flat_batch.h"
#include "tests/model/formula_model.h"

namespace braid {
namespace {

// Of the largest value; the same float32 sums in another grouping differ by some 1e-7 per
// operation.
constexpr double kTolerance = 1e-5;

test::Tokens some_tokens(const std::string& name, int64_t count) {
  test::Tokens tokens;
  for (int64_t i = 0; i < count; ++i) {
    tokens.push_back(test::formula_byte(test::fnv1a64(name), i) % 40);
  }
  return tokens;
}

test::Tokens joined(test::Tokens first, const test::Tokens& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

std::vector<test::Group> two_groups() {
  return {
      {some_tokens("first", 9), {some_tokens("a", 6), some_tokens("b", 4)}},
      {some_tokens("second", 3), {some_tokens("c", 1), some_tokens("d", 7), some_tokens("e", 2)}},
      {some_tokens("alone", 11), {}}};
}

// Every branch behind its own copy of the prompt.
std::vector<test::Group> duplicated(const std::vector<test::Group>& groups) {
  std::vector<test::Group> result;
  for (const auto& group : groups) {
    if (group.branches.empty()) result.push_back(group);
    for (const auto& branch : group.branches) result.push_back({joined(group.prompt, branch), {}});
  }
  return result;
}

LoraConfig lora() {
  LoraConfig config;
  config.rank = 2;
  config.alpha = 3;
  return config;
}

class Layouts : public ::testing::TestWithParam<std::string> {
 protected:
  Layouts()
      : model_(test::formula_model(test::tiny_config_json(GetParam()), 0.5)),
        adapter_(test::formula_adapter(model_.config, lora(), 0.25)) {}

  at::Tensor hidden(const std::vector<test::Group>& groups) {
    return test::hidden_states(model_.transformer, groups, &adapter_);
  }

  // Gradients of the sum of the squared rows `rows` of `hidden`.
  at::Tensor gradients(const at::Tensor& rows) {
    adapter_.flat_grad().zero_();
    rows.square().sum().backward();
    return adapter_.flat_grad().clone();
  }

  LoadedModel model_;
  Adapter adapter_;
};

// Over the largest expected value.
double difference(const at::Tensor& actual, const at::Tensor& expected) {
  return ((actual - expected).abs().max() / expected.abs().max()).item<double>();
}

// Rows of the branches (or of a sequence without any), in the order of the batch.
at::Tensor branch_rows(const at::Tensor& hidden, const SegmentLayout& layout) {
  std::vector<at::Tensor> parts;
  for (size_t i = 0; i < layout.segments.size(); ++i) {
    const auto& segment = layout.segments[i];
    const bool has_branches =
        i + 1 < layout.segments.size() && layout.segments[i + 1].prefix == static_cast<int64_t>(i);
    if (!has_branches) parts.push_back(hidden.narrow(0, segment.begin, segment.length));
  }
  return at::cat(parts);
}

// The same rows out of copies: behind each prompt.
at::Tensor copied_rows(const at::Tensor& hidden, const std::vector<test::Group>& groups) {
  std::vector<at::Tensor> parts;
  int64_t begin = 0;
  for (const auto& group : groups) {
    const auto prompt = static_cast<int64_t>(group.prompt.size());
    if (group.branches.empty()) parts.push_back(hidden.narrow(0, begin, prompt));
    if (group.branches.empty()) begin += prompt;
    for (const auto& branch : group.branches) {
      const auto length = static_cast<int64_t>(branch.size());
      parts.push_back(hidden.narrow(0, begin + prompt, length));
      begin += prompt + length;
    }
  }
  return at::cat(parts);
}

TEST_P(Layouts, SharedPromptEqualsCopies) {
  const auto groups = two_groups();
  const auto shared = branch_rows(hidden(groups), test::layout_of(groups));
  const auto copies = copied_rows(hidden(duplicated(groups)), groups);
  EXPECT_LE(difference(shared, copies), kTolerance);
  const auto expected = gradients(copies), actual = gradients(shared);
  EXPECT_LE(difference(actual, expected), kTolerance);
}

TEST_P(Layouts, PackedEqualsSeparate) {
  const auto groups = duplicated(two_groups());
  const auto packed = hidden(groups);
  std::vector<at::Tensor> separate;
  for (const auto& group : groups) separate.push_back(hidden({group}));
  EXPECT_LE(difference(packed, at::cat(separate)), kTolerance);
  const auto expected = gradients(at::cat(separate)), actual = gradients(packed);
  EXPECT_LE(difference(actual, expected), kTolerance);
}

// Padding behind a sequence is one more thing that attention cannot see.
TEST_P(Layouts, PaddingChangesNothing) {
  const auto tokens = some_tokens("padded", 10);
  const auto alone = hidden({{tokens, {}}});
  const auto padded = hidden({{joined(tokens, test::Tokens(7, 0)), {}}}).narrow(0, 0, 10);
  EXPECT_LE(difference(padded, alone), kTolerance);
}

// Sequences of different lengths decoded beside one another, one of which leaves on the way.
TEST_P(Layouts, CacheEqualsOnePass) {
  const at::NoGradGuard no_grad;
  const std::vector<test::Tokens> all = {some_tokens("first", 20), some_tokens("second", 16),
                                         some_tokens("third", 22)};
  std::vector<test::Tokens> begins;
  for (const auto& [tokens, count] : {std::pair(&all[0], 7), {&all[1], 3}, {&all[2], 9}}) {
    begins.emplace_back(tokens->begin(), tokens->begin() + count);
  }
  std::vector<test::Group> prompts;
  for (const test::Tokens& begin : begins) prompts.push_back({begin, {}});
  const auto layout = test::layout_of(prompts);
  KvCache cache;
  auto last = model_.transformer.prefill(test::tokens_of(prompts), test::positions_of(layout),
                                         layout, cache, &adapter_);
  std::vector<size_t> active = {0, 1, 2};
  for (int64_t step = 0; step < 13; ++step) {
    test::Tokens next;
    for (size_t i = 0; i < active.size(); ++i) {
      const test::Tokens& tokens = all[active[i]];
      const auto length = static_cast<int64_t>(begins[active[i]].size()) + step;
      const auto whole = hidden({{tokens, {}}});
      EXPECT_EQ(cache.lengths()[i], length);
      EXPECT_LE(difference(last[static_cast<int64_t>(i)], whole[length - 1]), kTolerance)
          << active[i] << " " << step;
      next.push_back(tokens[static_cast<size_t>(length)]);
    }
    if (step == 5) {
      cache.keep({0, 2});
      active = {0, 2};
      next.erase(next.begin() + 1);
    }
    last = model_.transformer.decode(at::tensor(next, at::kLong), cache, &adapter_);
  }
}

// The reference policy is the same code without the adapter: B = 0 is exactly that.
TEST_P(Layouts, FreshAdapterEqualsBase) {
  const Adapter fresh(model_.config, lora(), 3, at::kCPU);
  const auto groups = two_groups();
  EXPECT_TRUE(at::equal(test::hidden_states(model_.transformer, groups, &fresh),
                        test::hidden_states(model_.transformer, groups)));
  EXPECT_FALSE(test::hidden_states(model_.transformer, groups).requires_grad());
}

INSTANTIATE_TEST_SUITE_P(Families, Layouts,
                         ::testing::Values("llama", "mistral", "qwen2", "qwen3", "phi3", "gemma",
                                           "gemma2", "gemma3_text"),
                         [](const auto& info) { return info.param; });

// The dynamic and longrope types depend on a sequence's length: its own, not that of its
// neighbours.
class LengthRope : public ::testing::TestWithParam<std::string> {};

TEST_P(LengthRope, PackedEqualsSeparate) {
  auto config = test::tiny_config_json("llama");
  Json rope = {{"rope_type", GetParam()}, {"factor", 2.0}};
  if (GetParam() == "longrope") {
    rope.update({{"short_factor", {1, 1.5}}, {"long_factor", {2, 6}}});
    rope["original_max_position_embeddings"] = 8;
  }
  config.update({{"max_position_embeddings", 8}, {"rope_scaling", rope}});
  const auto model = test::formula_model(config, 0.5);
  const std::vector<test::Group> groups = {
      {some_tokens("long", 20), {}}, {some_tokens("short", 5), {}}, {some_tokens("mid", 11), {}}};
  const auto packed = test::hidden_states(model.transformer, groups);
  std::vector<at::Tensor> separate;
  for (const auto& group : groups) {
    separate.push_back(test::hidden_states(model.transformer, {group}));
  }
  EXPECT_LE(difference(packed, at::cat(separate)), kTolerance);
}

INSTANTIATE_TEST_SUITE_P(Types, LengthRope, ::testing::Values("dynamic", "longrope"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace braid

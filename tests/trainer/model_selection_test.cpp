// Scores of pairs and embeddings of prompts by a model, against one forward pass per text.
#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/model/formula_model.h"
#include "tests/text/byte_tokenizer.h"
#include "trainer/selection/hidden_state_embedder.h"
#include "trainer/selection/instruction_difficulty.h"

namespace braid {
namespace {

class ModelSelectionTest : public testing::Test {
 protected:
  static Json config() {
    Json json = test::tiny_config_json("llama");
    json["vocab_size"] = 258;  // bytes and ChatML
    json["max_position_embeddings"] = 256;
    return json;
  }

  // [n, hidden] of one text alone.
  at::Tensor states(const std::vector<int32_t>& ids) const {
    const auto n = static_cast<int64_t>(ids.size());
    SegmentLayout layout;
    layout.segments = {{0, n, -1, 0}};
    layout.tokens = n;
    const at::Tensor tokens = at::tensor(ids, at::kInt).to(at::kLong);
    return model_.transformer.forward(tokens, at::arange(n, at::kLong), layout, nullptr);
  }

  // Mean log-probability of `answer` behind `prompt`.
  double mean_logp(std::vector<int32_t> prompt, const std::vector<int32_t>& answer) const {
    const auto begin = static_cast<int64_t>(prompt.size());
    prompt.insert(prompt.end(), answer.begin(), answer.end());
    const at::Tensor logits = states(prompt).matmul(model_.transformer.head_weight().t());
    const at::Tensor logps = at::log_softmax(logits, 1);
    double sum = 0;
    for (size_t i = 0; i < answer.size(); ++i) {
      sum += logps[begin + static_cast<int64_t>(i) - 1][answer[i]].item<double>();
    }
    return sum / static_cast<double>(answer.size());
  }

  const at::NoGradGuard no_grad_;
  const LoadedModel model_ = test::formula_model(config(), 0.5);
  const test::ByteTokenizer tokenizer_;
};

TEST_F(ModelSelectionTest, EmbeddingsAreMeanStatesOfEachPromptAlone) {
  const std::vector<std::string_view> texts = {"a river", "", "What is the longest river of all?",
                                               "hm"};
  constexpr int64_t kMaxTokens = 20;
  // A budget that puts some texts together and leaves the long one alone.
  const HiddenStateEmbedder embedder(model_.transformer, tokenizer_, kMaxTokens, 12);
  const Matrix rows = embedder.embed(texts);
  ASSERT_EQ(rows.rows, 4);
  ASSERT_EQ(rows.columns, 16);
  for (int64_t i = 0; i < rows.rows; ++i) {
    const auto text = texts[static_cast<size_t>(i)].substr(0, kMaxTokens);
    if (text.empty()) {
      EXPECT_THAT(std::vector<float>(rows.row(i).begin(), rows.row(i).end()), testing::Each(0.F));
      continue;
    }
    at::Tensor mean = states(tokenizer_.encode(text)).mean(0);
    mean = mean / mean.norm();
    // float32 sums of 16 coordinates of size 1 and below, in another order.
    for (int64_t c = 0; c < 16; ++c) {
      EXPECT_NEAR(rows.row(i)[static_cast<size_t>(c)], mean[c].item<float>(), 2e-6);
    }
  }
}

TEST_F(ModelSelectionTest, DifficultyIsTheRatioOfTheMeanLosses) {
  const ChatTemplate chat(tokenizer_, {"chatml"});
  EncodeLimits limits;
  limits.max_length = 120;
  const InstructionDifficulty difficulty(model_.transformer, chat, limits, 64);
  const std::string too_long(200, 'x');
  std::vector<Candidate> candidates(3);
  candidates[0].prompt = "Name a river";
  candidates[0].chosen = "Nile";
  candidates[1].prompt = too_long;
  candidates[1].chosen = "no room for it";
  candidates[2].prompt = "zz";
  candidates[2].chosen = "An answer of more words";
  const auto scores = difficulty.score(candidates);
  ASSERT_EQ(scores.size(), 3u);
  EXPECT_LT(scores[1], -1e6);  // behind all that can be scored
  for (const size_t i : {size_t{0}, size_t{2}}) {
    const auto prompt = chat.prompt({{"user", std::string(candidates[i].prompt)}});
    auto answer = tokenizer_.encode(candidates[i].chosen);
    answer.push_back(chat.stop_token());
    const double ratio = mean_logp(prompt, answer) / mean_logp({chat.stop_token()}, answer);
    // Two float32 sums of some 25 log-probabilities of size 5.
    EXPECT_NEAR(scores[i], ratio <= 1 ? ratio : 1 - ratio, 1e-5);
  }
}

}  // namespace
}  // namespace braid

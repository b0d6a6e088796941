// Greedy answers to the questions of a task, and what the checks say of them.
#pragma once

#include <functional>
#include <vector>

#include "data/text/tokenizer.h"
#include "model/transformer.h"
#include "trainer/evaluation/encoded_items.h"

namespace braid {

// The answers of each item, in order. Questions of similar length are answered together, as many as
// have 4 * `token_budget` tokens with the longest answers that they may get (64 at most).
// `progress` is called with the number of questions answered.
std::vector<std::vector<Answer>> answer_questions(
    const Transformer& model, const Tokenizer& tokenizer, const EncodedItems& items,
    const Adapter* adapter, int64_t token_budget,
    const std::function<void(int64_t)>& progress = {});

}  // namespace braid

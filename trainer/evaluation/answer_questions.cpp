#include "trainer/evaluation/answer_questions.h"

#include <algorithm>
#include <numeric>

#include "base/stop.h"
#include "model/generation.h"
#include "trainer/token_bytes.h"
#include "trainer/utf8_stream.h"

namespace braid {
namespace {

constexpr size_t kMaxBatch = 64;
// Cached keys and values take far less memory than what scoring a token does.
constexpr int64_t kCachedPerScored = 4;

// The text of an answer while it comes.
class AnswerText {
 public:
  explicit AnswerText(const AnswerEnd& end) : end_(&end) {}

  // Whether the answer goes on behind `bytes`.
  bool add(const std::string& bytes) {
    const size_t before = text_.size();
    text_ += bytes;
    size_t cut = std::string::npos;
    for (const std::string& stop : end_->stop) {
      const size_t from = before < stop.size() ? 0 : before - stop.size() + 1;
      cut = std::min(cut, text_.find(stop, from));
    }
    if (cut == std::string::npos) return true;
    text_.resize(cut);
    return false;
  }

  std::string text() const {
    Utf8Stream stream;
    const std::string begin = stream.push(text_);
    return begin + stream.finish();
  }

 private:
  const AnswerEnd* end_;
  std::string text_;
};

class Asker {
 public:
  Asker(const Transformer& model, const Tokenizer& tokenizer, const EncodedItems& items,
        const Adapter* adapter)
      : model_(model), tokenizer_(tokenizer), items_(items), adapter_(adapter) {
    for (const TaskItem& item : items.items) {
      for (const Question& question : item.questions) questions_.push_back(&question);
    }
    answers_.resize(questions_.size());
  }

  // The numbers of the questions that are answered together, longest prompts first.
  std::vector<std::vector<size_t>> plan(int64_t cached_tokens) const {
    std::vector<size_t> order(questions_.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::ranges::stable_sort(order, [&](size_t a, size_t b) {
      const auto key = [&](size_t i) {
        return std::pair(questions_[i]->end->max_new_tokens, items_.questions[i].size());
      };
      return key(a) > key(b);
    });
    std::vector<std::vector<size_t>> batches;
    int64_t left = 0;
    for (const size_t i : order) {
      const int64_t limit = questions_[i]->end->max_new_tokens;
      const int64_t tokens = static_cast<int64_t>(items_.questions[i].size()) + limit;
      const bool fits = !batches.empty() && tokens <= left && batches.back().size() < kMaxBatch &&
                        questions_[batches.back()[0]]->end->max_new_tokens == limit;
      if (!fits) {
        batches.emplace_back();
        left = cached_tokens;
      }
      batches.back().push_back(i);
      left -= tokens;
    }
    return batches;
  }

  void answer(const std::vector<size_t>& batch) {
    std::vector<std::vector<int32_t>> prompts;
    std::vector<AnswerText> texts;
    for (const size_t i : batch) {
      prompts.push_back(items_.questions[i]);
      texts.emplace_back(*questions_[i]->end);
    }
    SamplingConfig greedy;
    greedy.max_new_tokens = questions_[batch[0]]->end->max_new_tokens;
    const auto generated =
        generate(model_, adapter_, prompts, items_.stop, greedy, [&](size_t sequence, int32_t id) {
          check_stop();
          return texts[sequence].add(token_bytes(tokenizer_, id));
        });
    for (size_t i = 0; i < batch.size(); ++i) {
      Answer& answer = answers_[batch[i]];
      answer.text = texts[i].text();
      answer.complete = generated[i].complete;
      answer.judgement = questions_[batch[i]]->check->judge(answer.text);
    }
  }

  std::vector<std::vector<Answer>> by_item() {
    std::vector<std::vector<Answer>> result;
    auto next = answers_.begin();
    for (const TaskItem& item : items_.items) {
      const auto end = next + static_cast<std::ptrdiff_t>(item.questions.size());
      result.emplace_back(std::make_move_iterator(next), std::make_move_iterator(end));
      next = end;
    }
    return result;
  }

 private:
  const Transformer& model_;
  const Tokenizer& tokenizer_;
  const EncodedItems& items_;
  const Adapter* adapter_;
  std::vector<const Question*> questions_;
  std::vector<Answer> answers_;
};

}  // namespace

std::vector<std::vector<Answer>> answer_questions(const Transformer& model,
                                                  const Tokenizer& tokenizer,
                                                  const EncodedItems& items, const Adapter* adapter,
                                                  int64_t token_budget,
                                                  const std::function<void(int64_t)>& progress) {
  Asker asker(model, tokenizer, items, adapter);
  int64_t done = 0;
  for (const auto& batch : asker.plan(kCachedPerScored * token_budget)) {
    asker.answer(batch);
    done += static_cast<int64_t>(batch.size());
    if (progress) progress(done);
  }
  return asker.by_item();
}

}  // namespace braid

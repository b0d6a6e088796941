// Reading, encoding, splitting and describing the data of a run.
#include "trainer/dataset.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <unordered_set>

#include "base/error.h"

namespace braid {
namespace {

// What encoding asks of a tokenizer when every row is ids already: how many there are.
class IdVocabulary : public Tokenizer {
 public:
  explicit IdVocabulary(int64_t size) : size_(static_cast<int32_t>(size)) { special_.stop = {0}; }

  std::vector<int32_t> encode(std::string_view) const override { no_text(); }
  std::vector<int32_t> encode_rendered(const RenderedText&) const override { no_text(); }
  std::vector<TokenSpan> encode_spans(const RenderedText&) const override { no_text(); }
  std::string decode(std::span<const int32_t> ids) const override {
    return fmt::format("{}", fmt::join(ids, " "));
  }
  std::string piece(int32_t id) const override { return std::to_string(id) + " "; }
  int32_t vocab_size() const override { return size_; }
  std::optional<int32_t> special_id(std::string_view) const override { return std::nullopt; }
  const SpecialTokens& special() const override { return special_; }
  std::string fingerprint() const override { return fmt::format("ids-{}", size_); }

 private:
  [[noreturn]] static void no_text() { fail("text cannot be encoded without a tokenizer"); }

  int32_t size_;
  SpecialTokens special_;
};

std::vector<FeedbackRecord> read_all(const std::vector<std::string>& paths, ReadReport& report) {
  std::vector<FeedbackRecord> records;
  for (const std::string& path : paths) {
    auto more = read_feedback(path, std::filesystem::path(path).stem().string(), report);
    std::move(more.begin(), more.end(), std::back_inserter(records));
  }
  return records;
}

bool only_ids(const std::vector<FeedbackRecord>& records) {
  return std::ranges::all_of(records, &FeedbackRecord::pretokenised);
}

// The embedding decides what an id may be; a tokenizer of another model may know more.
void check_ids(const std::vector<EncodedGroup>& groups, int64_t vocab_size) {
  const auto check = [&](const EncodedGroup& group, const std::vector<int32_t>& ids) {
    for (const int32_t id : ids) {
      if (id >= 0 && id < vocab_size) continue;
      fail(
          "{}:{}: token id {} is not below {}, the model's vocabulary; does the tokenizer belong "
          "to this model?",
          group.where.file, group.where.line, id, vocab_size);
    }
  };
  for (const EncodedGroup& group : groups) {
    check(group, group.prompt);
    for (const auto& branch : group.branches) check(group, branch);
  }
}

std::string describe_groups(const std::vector<EncodedGroup>& groups) {
  int64_t pairs = 0, demonstrations = 0, tokens = 0;
  for (const EncodedGroup& group : groups) {
    ++(group.branches.size() == 1 ? demonstrations : pairs);
    tokens += group.tokens();
  }
  if (demonstrations == 0) return fmt::format("{} pairs, {} tokens", pairs, tokens);
  return fmt::format("{} pairs, {} demonstrations, {} tokens", pairs, demonstrations, tokens);
}

void split(std::vector<EncodedGroup> groups, const RunConfiguration& config, Dataset& dataset) {
  for (EncodedGroup& group : groups) {
    const bool held_out = is_held_out(group, config.data.held_out, config.seed);
    (held_out ? dataset.validation : dataset.train).push_back(std::move(group));
  }
}

int64_t count_shared_prompts(const Dataset& dataset) {
  std::unordered_set<std::string> held_out;
  for (const EncodedGroup& group : dataset.validation) held_out.insert(group.key);
  return std::ranges::count_if(dataset.train,
                               [&](const EncodedGroup& g) { return held_out.contains(g.key); });
}

void require_files(const DataConfig& data, bool need_training) {
  if (need_training && data.train.empty()) {
    fail("data.train: missing; name at least one feedback file");
  }
  if (data.train.empty() && data.validation.empty()) {
    fail(
        "data.validation: missing; name held-out feedback files, or data.train with "
        "data.held_out");
  }
}

}  // namespace

TemplateKind parse_template_kind(const std::string& name) {
  if (name == "chatml") return TemplateKind::kChatMl;
  if (name == "none") return TemplateKind::kNone;
  return TemplateKind::kAuto;
}

std::vector<std::string> Dataset::describe() const {
  std::vector<std::string> lines;
  if (!train.empty() || validation.empty()) lines.push_back("training: " + describe_groups(train));
  lines.push_back("held out: " + describe_groups(validation));
  for (const auto* drops : {&read.dropped, &encoded.dropped}) {
    for (const auto& [reason, count] : *drops) {
      lines.push_back(fmt::format("dropped: {} ({})", count, reason));
    }
  }
  if (encoded.truncated_answers > 0) {
    lines.push_back(fmt::format("cut answers: {} (data.max_length; no stop token added)",
                                encoded.truncated_answers));
  }
  if (train_prompts_held_out > 0) {
    lines.push_back(fmt::format("warning: {} training prompts are in data.validation too",
                                train_prompts_held_out));
  }
  return lines;
}

Dataset load_dataset(const RunConfiguration& config, const ModelConfig& model, bool need_training) {
  const DataConfig& data = config.data;
  require_files(data, need_training);
  Dataset dataset;
  const bool read_train = need_training || data.validation.empty();
  const auto train = read_all(read_train ? data.train : std::vector<std::string>(), dataset.read);
  const auto validation = read_all(data.validation, dataset.read);

  std::shared_ptr<const Tokenizer> tokenizer;
  if (only_ids(train) && only_ids(validation)) {
    tokenizer = std::make_shared<IdVocabulary>(model.vocab_size);
  } else {
    tokenizer = dataset.tokenizer = load_tokenizer(config.model);
  }
  const ChatTemplate chat(*tokenizer, dataset.tokenizer ? parse_template_kind(data.chat_template)
                                                        : TemplateKind::kNone);
  const auto encode = [&](const std::vector<FeedbackRecord>& records) {
    auto groups = encode_records(records, *tokenizer, chat, data.limits, dataset.encoded);
    check_ids(groups, model.vocab_size);
    return groups;
  };
  if (data.validation.empty()) {
    split(encode(train), config, dataset);
  } else {
    dataset.train = encode(train);
    dataset.validation = encode(validation);
    dataset.train_prompts_held_out = count_shared_prompts(dataset);
  }
  if (need_training && dataset.train.empty()) {
    fail("data.train: nothing to train on in {}: {}", fmt::join(data.train, ", "),
         fmt::join(dataset.describe(), "; "));
  }
  return dataset;
}

}  // namespace braid

// Reading, encoding, splitting and describing the data of a run.
#include "trainer/dataset.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <unordered_set>

#include "base/error.h"
#include "base/split.h"
#include "data/batches/token_cache.h"
#include "trainer/preparation.h"
#include "trainer/progress.h"

namespace braid {
namespace {

// The template of the model. A model without a usable one, or without a tokenizer, can still train
// on ids, so what is wrong is told when a row needs it.
class TextSide {
 public:
  TextSide(const RunConfiguration& config, const ModelTokenizer& tokenizer)
      : problem_(tokenizer.problem()) {
    if (!tokenizer.get()) return;
    try {
      chat_.emplace(*tokenizer.get(), config.data.chat_template);
    } catch (const Error& error) {
      problem_ = error.what();
    }
  }

  std::string fingerprint() const { return chat_ ? chat_->fingerprint() : "ids only"; }

  // Null when no record needs it.
  const ChatTemplate* chat_for(const std::vector<FeedbackRecord>& records) const {
    if (chat_) return &*chat_;
    const auto text = std::ranges::find(records, false, &FeedbackRecord::pretokenised);
    if (text == records.end()) return nullptr;
    fail("{}:{}: a row of text, but {}", text->where.file, text->where.line, problem_);
  }

 private:
  std::optional<ChatTemplate> chat_;
  std::string problem_;
};

std::vector<FeedbackRecord> read_all(const std::vector<std::string>& paths, ReadReport& report) {
  std::vector<FeedbackRecord> records;
  for (const std::string& path : paths) {
    auto more = read_feedback(path, std::filesystem::path(path).stem().string(), report);
    std::ranges::move(more, std::back_inserter(records));
  }
  return records;
}

std::string encode_files(const std::vector<std::string>& paths, const std::string& key,
                         const RunConfiguration& config, const ModelConfig& model,
                         const TextSide& text) {
  ReadReport read;
  EncodeReport encoded;
  const auto records = read_all(paths, read);
  GroupStoreWriter writer;
  for (const GroupTokens& group :
       encode_records(records, text.chat_for(records), model.vocab_size, config.data.limits,
                      static_cast<size_t>(config.threads), encoded)) {
    writer.add(group);
  }
  return writer.finish(key, {{"read", read.to_json()}, {"encoded", encoded.to_json()}});
}

// Adds the files' groups to the dataset, from the cache when it still holds them.
std::vector<EncodedGroup> load_files(const std::vector<std::string>& paths,
                                     const std::filesystem::path& cache,
                                     const RunConfiguration& config, const ModelConfig& model,
                                     const TextSide& text, Dataset& dataset) {
  const std::string key =
      token_key(paths, text.fingerprint(), model.vocab_size, config.data.limits);
  const auto build = [&] { return encode_files(paths, key, config, model, text); };
  const GroupStore& store = dataset.stores.emplace_back(
      cache.empty() ? GroupStore(build(), "encoded groups")
                    : open_or_build(cache, key, build, [](const auto& line) { say(line); }));
  if (store.largest_id() >= model.vocab_size) {
    fail("{}: token id {} is not in the model's vocabulary; remove the file", cache.string(),
         store.largest_id());
  }
  ObjectReader notes(store.notes(), cache.string());
  const Json *read = notes.find("read"), *encoded = notes.find("encoded");
  if (read == nullptr || encoded == nullptr) notes.error("read", "is missing; remove the file");
  dataset.read.add(ReadReport::from_json(*read, cache.string()));
  dataset.encoded.add(EncodeReport::from_json(*encoded, cache.string()));
  return store.groups();
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

void split(const std::vector<EncodedGroup>& groups, const RunConfiguration& config,
           Dataset& dataset) {
  for (const EncodedGroup& group : groups) {
    const bool held_out = is_held_out(group.key, config.data.held_out, config.data_seed());
    (held_out ? dataset.validation : dataset.train).push_back(group);
  }
}

int64_t count_shared_prompts(const Dataset& dataset) {
  std::unordered_set<std::string_view> held_out;
  for (const EncodedGroup& group : dataset.validation) held_out.insert(group.key);
  return std::ranges::count_if(dataset.train,
                               [&](const EncodedGroup& g) { return held_out.contains(g.key); });
}

// Ready files of pairs: named by the configuration, or prepared from its sources.
struct DataFiles {
  std::vector<std::string> train, validation;
  bool split = false;  // the held-out prompts are in the training files
};

DataFiles find_files(const RunConfiguration& config, bool need_training) {
  const DataConfig& data = config.data;
  const bool own_validation = !data.validation.empty();
  if (!data.sources.empty() && (need_training || !own_validation)) {
    const PreparedFiles prepared = prepared_files(config);
    return {prepared.train, own_validation ? data.validation : prepared.validation, false};
  }
  if (need_training && data.train.empty()) {
    fail("data.sources: missing; name feedback (docs/feedback.md), or ready pairs in data.train");
  }
  if (data.train.empty() && !own_validation) {
    fail(
        "data.validation: missing; name held-out feedback files, or data.train with "
        "data.held_out");
  }
  return {data.train, data.validation, !own_validation};
}

}  // namespace

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
  if (encoded.moved_boundaries > 0) {
    lines.push_back(
        fmt::format("answers that begin inside a token: {} (the whole token counts as answer)",
                    encoded.moved_boundaries));
  }
  if (encoded.generation_prompt_differs > 0) {
    lines.push_back(fmt::format(
        "warning: in {} rows the chat template writes something in front of a new answer "
        "that it does not write in front of the given ones",
        encoded.generation_prompt_differs));
  }
  if (train_prompts_held_out > 0) {
    lines.push_back(fmt::format("warning: {} training prompts are in data.validation too",
                                train_prompts_held_out));
  }
  return lines;
}

Dataset load_dataset(const RunConfiguration& config, const ModelConfig& model,
                     const ModelTokenizer& tokenizer, bool need_training,
                     const std::filesystem::path& cache) {
  const DataFiles files = find_files(config, need_training);
  Dataset dataset;
  const TextSide text(config, tokenizer);
  const auto load = [&](const std::vector<std::string>& paths, const char* name) {
    const auto file = cache.empty() ? cache : cache / (std::string(name) + ".tokens");
    return load_files(paths, file, config, model, text, dataset);
  };
  if (files.split) {
    split(load(files.train, "train"), config, dataset);
  } else {
    if (need_training) dataset.train = load(files.train, "train");
    dataset.validation = load(files.validation, "validation");
    dataset.train_prompts_held_out = count_shared_prompts(dataset);
  }
  if (need_training && dataset.train.empty()) {
    fail("{}: nothing to train on in {}: {}",
         config.data.sources.empty() ? "data.train" : "data.sources", fmt::join(files.train, ", "),
         fmt::join(dataset.describe(), "; "));
  }
  return dataset;
}

}  // namespace braid

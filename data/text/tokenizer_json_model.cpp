// The models of `tokenizer.json`.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "data/text/tokenizer_json_parts.h"
#include "data/text/unigram_model.h"

namespace braid {
namespace {

// Real files have next to no gaps between ids.
constexpr int64_t kMostGaps = 1 << 16;

// A merge is "left right" or, in newer files, ["left", "right"].
NamedMerges read_merges(const Json& entries, const std::string& where) {
  if (!entries.is_array()) fail("{}: model.merges: expected a list", where);
  NamedMerges merges;
  merges.reserve(entries.size());
  for (const Json& entry : entries) {
    if (entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_string()) {
      merges.emplace_back(entry[0], entry[1]);
      continue;
    }
    const std::string text = entry.is_string() ? entry.get<std::string>() : "";
    const size_t space = text.find(' ');
    if (space == std::string::npos || text.find(' ', space + 1) != std::string::npos) {
      fail("{}: model.merges: entry {}: expected two tokens, got {}", where, merges.size(),
           quote(entry.dump()));
    }
    merges.emplace_back(text.substr(0, space), text.substr(space + 1));
  }
  return merges;
}

const Json& require(ObjectReader& model, const std::string& key) {
  const Json* value = model.find(key);
  if (value == nullptr) model.error(key, "is missing");
  return *value;
}

}  // namespace

ModelReader::ModelReader(const Json& json, size_t added_tokens, Vocabulary& vocabulary)
    : vocabulary_(vocabulary) {
  ObjectReader model(json, vocabulary.where(), "model");
  std::string type = model.string("type", "");
  // Old files name no type: the library tells them apart by their members.
  if (type.empty()) type = model.has("merges") ? "BPE" : "without a type";
  const Json& vocab = require(model, "vocab");
  limit_ = static_cast<int64_t>(vocab.size() + added_tokens) + kMostGaps;
  if (type == "BPE") {
    read_bpe(model);
  } else if (type == "Unigram") {
    read_unigram(model);
  } else {
    model.error("type",
                fmt::format("the model {} is not supported; BPE and Unigram are", quote(type)));
  }
  model.reject_unknown();
}

void ModelReader::read_bpe(ObjectReader& model) {
  const std::string& where = vocabulary_.where();
  const Json& vocab = require(model, "vocab");
  if (!vocab.is_object() || vocab.empty()) {
    fail("{}: model.vocab: expected an object of tokens and ids", where);
  }
  for (const auto& [name, id] : vocab.items()) {
    if (!id.is_number_integer()) {
      fail("{}: model.vocab: the id of {} is not an integer", where, quote(name));
    }
    vocabulary_.add(name, id.get<int64_t>(), TokenKind::kNormal, limit_);
  }
  merges_ = read_merges(require(model, "merges"), where);
  if (model.number("dropout", 0) != 0) model.error("dropout", "is not supported");
  bpe_.continuing_subword_prefix = model.string("continuing_subword_prefix", "");
  bpe_.end_of_word_suffix = model.string("end_of_word_suffix", "");
  bpe_.ignore_merges = model.boolean("ignore_merges", false);
  bpe_.byte_fallback = model.boolean("byte_fallback", false);
  bpe_.fuse_unk = model.boolean("fuse_unk", false);
  bpe_.unk = unknown_token(model);
}

std::optional<int32_t> ModelReader::unknown_token(ObjectReader& model) const {
  if (!model.has("unk_token")) return model.find("unk_token"), std::nullopt;
  const std::string name = model.string("unk_token", "");
  const auto id = vocabulary_.find(name);
  if (!id) model.error("unk_token", fmt::format("{} is not in model.vocab", quote(name)));
  return id;
}

void ModelReader::read_unigram(ObjectReader& model) {
  const std::string& where = vocabulary_.where();
  const Json& vocab = require(model, "vocab");
  unigram_ = true;
  if (!vocab.is_array() || vocab.empty()) {
    fail("{}: model.vocab: expected a list of tokens and scores", where);
  }
  for (const Json& entry : vocab) {
    if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number() ||
        !std::isfinite(entry[1].get<double>())) {
      fail("{}: model.vocab: entry {}: expected a token and its score, got {}", where,
           scores_.size(), quote(entry.dump()));
    }
    vocabulary_.add(entry[0], static_cast<int64_t>(scores_.size()), TokenKind::kNormal, limit_);
    scores_.push_back(entry[1]);
  }
  const int64_t unk = model.integer("unk_id", -1);
  if (model.has("unk_id") && (unk < 0 || unk >= vocabulary_.size())) {
    model.error("unk_id", fmt::format("{} is not an id of model.vocab", unk));
  }
  if (unk >= 0) bpe_.unk = static_cast<int32_t>(unk);
  bpe_.byte_fallback = model.boolean("byte_fallback", false);
}

std::unique_ptr<TokenModel> ModelReader::make(bool byte_level) {
  if (unigram_) {
    if (byte_level) {
      fail("{}: pre_tokenizer: ByteLevel is not supported with the model Unigram",
           vocabulary_.where());
    }
    return std::make_unique<UnigramModel>(vocabulary_, std::move(scores_), bpe_.unk,
                                          bpe_.byte_fallback);
  }
  bpe_.byte_level = byte_level;
  const auto merges = resolve_merges(merges_, vocabulary_, bpe_.continuing_subword_prefix.size());
  return std::make_unique<BpeModel>(vocabulary_, merges, bpe_);
}

}  // namespace braid

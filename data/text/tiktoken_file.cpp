// tiktoken's rank files.
#include "data/text/tiktoken_file.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/hash.h"
#include "data/text/base64.h"
#include "data/text/bpe_model.h"
#include "data/text/byte_alphabet.h"

namespace braid {
namespace {

constexpr size_t kLongestToken = 256;  // published vocabularies: 128

struct Line {
  std::string_view token;  // base64
  std::string_view rank;
};

std::optional<Line> parse_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  const size_t space = line.find(' ');
  if (space == std::string_view::npos || space == 0) return std::nullopt;
  const Line parsed = {line.substr(0, space), line.substr(space + 1)};
  const bool digits = !parsed.rank.empty() &&
                      std::ranges::all_of(parsed.rank, [](char c) { return c >= '0' && c <= '9'; });
  return digits ? std::optional(parsed) : std::nullopt;
}

// Calls `use(line, number)` for every line that is not empty; numbers begin at 1.
template <typename Use>
void for_each_line(std::string_view bytes, Use use) {
  for (size_t number = 1; !bytes.empty(); ++number) {
    const size_t end = std::min(bytes.find('\n'), bytes.size());
    if (end > 0) use(bytes.substr(0, end), number);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
}

std::string decode_token(std::string_view line, size_t number, const std::string& where,
                         int64_t& rank) {
  const auto parsed = parse_line(line);
  if (!parsed) {
    fail("{}:{}: expected a token in base64 and its rank, got {}", where, number, quote(line));
  }
  auto token = decode_base64(parsed->token);
  if (!token || token->empty()) {
    fail("{}:{}: {} is not base64", where, number, quote(parsed->token));
  }
  if (token->size() > kLongestToken) {
    fail("{}:{}: a token of {} bytes; at most {} are supported", where, number, token->size(),
         kLongestToken);
  }
  const char* end = parsed->rank.data() + parsed->rank.size();
  if (std::from_chars(parsed->rank.data(), end, rank).ec != std::errc()) {
    fail("{}:{}: the rank {} is too large", where, number, quote(parsed->rank));
  }
  return *token;
}

std::string name_of_bytes(std::string_view bytes) {
  std::string name;
  for (const char byte : bytes) name += byte_character(static_cast<unsigned char>(byte));
  return name;
}

std::vector<std::string> read_ranks(std::string_view bytes, const std::string& where) {
  std::vector<std::string> tokens(count_ranks(bytes));
  for_each_line(bytes, [&](std::string_view line, size_t number) {
    int64_t rank = 0;
    std::string token = decode_token(line, number, where, rank);
    if (static_cast<size_t>(rank) >= tokens.size()) {
      fail("{}:{}: the rank {} leaves a gap; expected 0 to {}, each once", where, number, rank,
           tokens.size() - 1);
    }
    std::string& place = tokens[static_cast<size_t>(rank)];
    if (!place.empty()) fail("{}:{}: the rank {} is there twice", where, number, rank);
    place = std::move(token);
  });
  return tokens;
}

// Every way to make a token of two others.
std::vector<BpeMerger::Merge> merges_of(const std::vector<std::string>& tokens) {
  WordTable ids(tokens.size());
  for (size_t id = 0; id < tokens.size(); ++id) ids.insert(tokens[id], static_cast<int32_t>(id));
  std::vector<BpeMerger::Merge> merges;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const std::string_view token = tokens[i];
    for (size_t cut = 1; cut < token.size(); ++cut) {
      const int32_t left = ids.find(token.substr(0, cut));
      const int32_t right = left < 0 ? -1 : ids.find(token.substr(cut));
      const auto id = static_cast<int32_t>(i);
      if (right >= 0) merges.push_back({left, right, id, id});
    }
  }
  return merges;
}

void require_bytes(const Vocabulary& vocabulary) {
  for (int byte = 0; byte < 256; ++byte) {
    if (!vocabulary.find(byte_character(static_cast<unsigned char>(byte)))) {
      fail("{}: the byte 0x{:02x} has no rank", vocabulary.where(), byte);
    }
  }
}

void add_tokens(const TiktokenRules& rules, Pipeline& pipeline) {
  for (const AddedTokenEntry& entry : rules.added) {
    const std::string& where = pipeline.vocabulary.where();
    const int64_t next = pipeline.vocabulary.size();
    if (entry.id != next) {
      fail("{}: the added token {} has the id {}; expected {}, behind all others", where,
           quote(entry.content), entry.id, next);
    }
    const auto kind = entry.special ? TokenKind::kControl : TokenKind::kUserDefined;
    pipeline.vocabulary.add(entry.content, entry.id, kind, next + 1);
    const auto id = static_cast<int32_t>(entry.id);
    pipeline.raw_tokens.add(
        {entry.content, id, entry.special, entry.lstrip, entry.rstrip, entry.single_word});
    pipeline.decoded_names.emplace_back(id, name_of_bytes(entry.content));
  }
}

}  // namespace

bool is_tiktoken(std::string_view bytes) {
  // A SentencePiece model begins with a line break, the tag of its first piece.
  const auto line = parse_line(bytes.substr(0, std::min(bytes.find('\n'), bytes.size())));
  return line && decode_base64(line->token);
}

size_t count_ranks(std::string_view bytes) {
  size_t count = 0;
  for_each_line(bytes, [&](std::string_view, size_t) { ++count; });
  return count;
}

TiktokenRules llama3_rules() {
  std::vector<std::string> names = {"<|begin_of_text|>",
                                    "<|end_of_text|>",
                                    "<|reserved_special_token_0|>",
                                    "<|reserved_special_token_1|>",
                                    "<|reserved_special_token_2|>",
                                    "<|reserved_special_token_3|>",
                                    "<|start_header_id|>",
                                    "<|end_header_id|>",
                                    "<|reserved_special_token_4|>",
                                    "<|eot_id|>"};
  for (size_t i = 5; names.size() < 256; ++i) {
    names.push_back(fmt::format("<|reserved_special_token_{}|>", i));
  }
  TiktokenRules rules = {std::string(kLlama3Pattern), {}};
  for (std::string& name : names) {
    AddedTokenEntry entry;
    entry.content = std::move(name);
    entry.id = static_cast<int64_t>(kLlama3Ranks + rules.added.size());
    entry.special = true;
    rules.added.push_back(std::move(entry));
  }
  return rules;
}

Pipeline read_tiktoken(std::string_view bytes, const std::string& where,
                       const TiktokenRules& rules) {
  Pipeline pipeline(where);
  const std::vector<std::string> tokens = read_ranks(bytes, where);
  for (size_t id = 0; id < tokens.size(); ++id) {
    pipeline.vocabulary.add(name_of_bytes(tokens[id]), static_cast<int64_t>(id), TokenKind::kNormal,
                            static_cast<int64_t>(tokens.size()));
  }
  require_bytes(pipeline.vocabulary);
  add_tokens(rules, pipeline);
  pipeline.pre_tokenizers.push_back(
      pattern_splitter(rules.pattern, SplitBehavior::kIsolated, false, where));
  BpeSettings settings;
  settings.byte_level = settings.ignore_merges = true;
  pipeline.model = std::make_unique<BpeModel>(pipeline.vocabulary, merges_of(tokens), settings);
  std::vector<std::unique_ptr<DecoderStep>> steps;
  steps.push_back(byte_level_decoder());
  pipeline.decoder = Decoder(std::move(steps));
  Hasher hasher;
  hasher.update("tiktoken ").update(bytes).update(rules.pattern);
  for (const AddedTokenEntry& entry : rules.added) {
    hasher.update(fmt::format("{} {}:", entry.special, entry.content.size())).update(entry.content);
  }
  pipeline.fingerprint = hasher.hex();
  return pipeline;
}

}  // namespace braid

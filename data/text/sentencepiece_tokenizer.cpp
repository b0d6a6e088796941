// SentencePiece vocabularies.
#include "data/text/sentencepiece_tokenizer.h"

#include <sentencepiece_processor.h>

#include <charconv>

#include "base/error.h"
#include "base/hash.h"
#include "data/text/control_tokens.h"
#include "data/text/sentencepiece_model.h"
#include "data/text/utf8.h"

namespace braid {
namespace {

using Processor = sentencepiece::SentencePieceProcessor;

void require_ok(const sentencepiece::util::Status& status, const std::string& where) {
  if (!status.ok()) fail("{}: SentencePiece: {}", where, quote(status.message()));
}

std::unique_ptr<Processor> load_processor(std::string_view model, const std::string& where) {
  auto processor = std::make_unique<Processor>();
  try {
    require_ok(processor->LoadFromSerializedProto(model), where);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {  // its trie builder throws
    fail("{}: SentencePiece: {}", where, quote(error.what()));
  }
  return processor;
}

// The bytes that a piece stands for: a byte piece is written "<0x41>", a space U+2581.
std::string raw_bytes(const SentencePieceModel::Piece& piece, const std::string& where) {
  if (piece.type == PieceType::kByte) {
    unsigned value = 0;
    const char* digits = piece.text.data() + 3;
    const bool framed =
        piece.text.size() == 6 && piece.text.starts_with("<0x") && piece.text.ends_with('>');
    if (!framed || std::from_chars(digits, digits + 2, value, 16).ptr != digits + 2) {
      fail("{}: byte piece {} is not written like <0x0A>", where, quote(piece.text));
    }
    return std::string(1, static_cast<char>(value));
  }
  if (piece.type == PieceType::kControl || piece.type == PieceType::kUnknown) return piece.text;
  constexpr std::string_view kSpace = "\u2581";
  std::string bytes = piece.text;
  for (size_t at = 0; (at = bytes.find(kSpace, at)) != std::string::npos; ++at) {
    bytes.erase(at, kSpace.size() - 1);
    bytes[at] = ' ';
  }
  return bytes;
}

}  // namespace

SpecialTokens sentencepiece_special_tokens(std::string_view model, const std::string& where) {
  parse_sentencepiece_model(model, where);
  const auto processor = load_processor(without_self_test(model, where), where);
  const auto defined = [](int id) { return id >= 0 ? std::optional(id) : std::nullopt; };
  SpecialTokens special;
  special.bos = defined(processor->bos_id());
  special.pad = defined(processor->pad_id());
  if (const auto eos = defined(processor->eos_id())) special.stop = {*eos};
  special.add_bos = special.bos.has_value();
  return special;
}

SentencePieceTokenizer::SentencePieceTokenizer(std::string_view model, std::string where,
                                               SpecialTokens special,
                                               const AddedControlTokens& added)
    : where_(std::move(where)), special_(std::move(special)) {
  const SentencePieceModel parsed = parse_sentencepiece_model(model, where_);
  std::string tested = without_self_test(model, where_);
  processor_ = load_processor(tested, where_);
  for (const auto& piece : parsed.pieces) {
    if (piece.type == PieceType::kControl) {
      control_.emplace(piece.text, static_cast<int32_t>(pieces_.size()));
      control_tokens_.add(piece.text, static_cast<int32_t>(pieces_.size()));
    }
    pieces_.push_back(raw_bytes(piece, where_));
  }
  Hasher hasher;
  hasher.update("SentencePiece").update(tested);
  for (const auto& [id, name] : added) {
    if (id != vocab_size() || !control_.emplace(name, id).second) {
      fail(
          "{}: added token {} has the id {}, which does not follow the {} tokens before it, or its "
          "name is taken",
          where_, quote(name), id, vocab_size());
    }
    pieces_.push_back(name);
    control_tokens_.add(name, id);
    hasher.update(fmt::format("{}:", name.size())).update(name);
  }
  fingerprint_ = hasher.hex();
  if (parsed.add_dummy_prefix) {
    continuing_ = load_processor(without_dummy_prefix(std::move(tested)), where_);
  }
}

SentencePieceTokenizer::~SentencePieceTokenizer() = default;

std::vector<int32_t> SentencePieceTokenizer::encode_with(const Processor& processor,
                                                         std::string_view text) const {
  require_utf8(text, "the text to encode");
  std::vector<int> ids;
  require_ok(processor.Encode(text, &ids), where_);
  return {ids.begin(), ids.end()};
}

std::vector<int32_t> SentencePieceTokenizer::encode(std::string_view text) const {
  return encode_with(*processor_, text);
}

std::vector<int32_t> SentencePieceTokenizer::encode_continuation(std::string_view text) const {
  return encode_with(continuing_ ? *continuing_ : *processor_, text);
}

std::vector<int32_t> SentencePieceTokenizer::encode_rendered(const RenderedText& text) const {
  require_utf8(text.text, "the text to encode");
  std::vector<int32_t> ids;
  for_each_stretch(
      text, control_tokens_,
      [&](size_t begin, size_t end) {
        const auto part = std::string_view(text.text).substr(begin, end - begin);
        const auto more = begin == 0 ? encode(part) : encode_continuation(part);
        ids.insert(ids.end(), more.begin(), more.end());
      },
      [&](const AddedTokens::Match& match) { ids.push_back(match.id); });
  return ids;
}

std::vector<TokenSpan> SentencePieceTokenizer::encode_spans(const RenderedText& text) const {
  std::vector<TokenSpan> spans;
  size_t at = 0;
  for (const int32_t id : encode_rendered(text)) {
    const size_t end = std::min(text.text.size(), at + piece(id).size());
    spans.push_back({id, {at, end}});
    at = end;
  }
  return spans;
}

void SentencePieceTokenizer::check_id(int32_t id) const {
  if (id < 0 || id >= vocab_size()) {
    fail("{}: token id {} is outside the vocabulary of {} tokens", where_, id, vocab_size());
  }
}

std::string SentencePieceTokenizer::decode(std::span<const int32_t> ids) const {
  std::string text;
  std::vector<int> run;  // plain tokens since the last control token
  const auto flush = [&] {
    std::string decoded;
    require_ok(processor_->Decode(run, &decoded), where_);
    text += decoded;
    run.clear();
  };
  for (const int32_t id : ids) {
    check_id(id);
    if (id < processor_->GetPieceSize() && !processor_->IsControl(id)) {
      run.push_back(id);
      continue;
    }
    flush();
    text += pieces_[static_cast<size_t>(id)];
  }
  flush();
  return text;
}

std::string SentencePieceTokenizer::piece(int32_t id) const {
  check_id(id);
  return pieces_[static_cast<size_t>(id)];
}

std::optional<int32_t> SentencePieceTokenizer::special_id(std::string_view name) const {
  const auto found = control_.find(name);
  return found == control_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace braid

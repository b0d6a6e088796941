// SentencePiece vocabularies.
#include "data/text/sentencepiece_tokenizer.h"

#include <sentencepiece_processor.h>

#include <charconv>

#include "base/error.h"
#include "base/hash.h"
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
                                               const std::vector<AddedTokenEntry>& added,
                                               bool legacy)
    : where_(std::move(where)), special_(std::move(special)), legacy_(legacy) {
  const SentencePieceModel parsed = parse_sentencepiece_model(model, where_);
  std::string tested = without_self_test(model, where_);
  processor_ = load_processor(tested, where_);
  for (const auto& piece : parsed.pieces) {
    if (piece.type == PieceType::kControl) {
      control_.emplace(piece.text, static_cast<int32_t>(pieces_.size()));
    }
    pieces_.push_back(raw_bytes(piece, where_));
  }
  Hasher hasher;
  hasher.update(legacy ? "SentencePiece" : "SentencePiece, not legacy").update(tested);
  for (const AddedTokenEntry& entry : added) {
    add_token(entry);
    hasher.update(fmt::format("{}{}{}{} {}:", entry.single_word, entry.lstrip, entry.rstrip,
                              entry.special, entry.content.size()));
    hasher.update(entry.content);
  }
  for (const auto& [name, id] : control_) {
    AddedToken token;
    token.text = name;
    token.id = id;
    token.control = true;
    added_.add(std::move(token));  // does nothing for those that an entry described
  }
  fingerprint_ = hasher.hex();
  if (parsed.add_dummy_prefix) {
    continuing_ = load_processor(without_dummy_prefix(std::move(tested)), where_);
  }
}

void SentencePieceTokenizer::add_token(const AddedTokenEntry& entry) {
  const auto id = static_cast<int32_t>(entry.id);
  const bool known = id < processor_->GetPieceSize();
  if (known ? processor_->IdToPiece(id) != entry.content : id != vocab_size()) {
    fail(
        "{}: added token {} has the id {}, which is another token's or does not follow the {} "
        "tokens before it",
        where_, quote(entry.content), id, vocab_size());
  }
  if (!known) pieces_.push_back(entry.content);
  if (entry.special) control_.emplace(entry.content, id);
  // A control piece of the model stays one: no text becomes it.
  const bool control = entry.special || control_.contains(entry.content);
  if (!added_.add({entry.content, id, control, entry.lstrip, entry.rstrip, entry.single_word})) {
    fail("{}: the added token {} is there twice", where_, quote(entry.content));
  }
}

SentencePieceTokenizer::~SentencePieceTokenizer() = default;

void SentencePieceTokenizer::append(const Processor& processor, std::string_view text,
                                    size_t offset, std::vector<TokenSpan>& spans) const {
  sentencepiece::ImmutableSentencePieceText pieces;
  require_ok(processor.Encode(text, pieces.mutable_proto()), where_);
  for (size_t i = 0; i < pieces.pieces_size(); ++i) {
    const auto piece = pieces.pieces(static_cast<int>(i));
    spans.push_back(
        {static_cast<int32_t>(piece.id()), {offset + piece.begin(), offset + piece.end()}});
  }
}

std::vector<TokenSpan> SentencePieceTokenizer::run(std::string_view text,
                                                   std::span<const ByteRange> foreign) const {
  require_utf8(text, "the text to encode");
  std::vector<TokenSpan> spans;
  const ForeignBytes bytes(foreign);
  AddedTokens::Scan scan(added_, {text, nullptr, true}, 0, bytes);
  size_t done = 0;
  const auto plain = [&](size_t end) {
    if (done >= end) return;
    const bool prefix = legacy_ || done == 0 || !continuing_;
    append(prefix ? *processor_ : *continuing_, text.substr(done, end - done), done, spans);
  };
  while (const auto match = scan.next()) {
    plain(match->begin);
    spans.push_back({match->token->id, {match->begin, match->end}});
    done = match->end;
  }
  plain(text.size());
  return spans;
}

std::vector<int32_t> SentencePieceTokenizer::encode(std::string_view text) const {
  const ByteRange all = {0, text.size()};
  std::vector<int32_t> ids;
  for (const TokenSpan& span : run(text, {&all, 1})) ids.push_back(span.id);
  return ids;
}

std::vector<int32_t> SentencePieceTokenizer::encode_rendered(const RenderedText& text) const {
  std::vector<int32_t> ids;
  for (const TokenSpan& span : run(text.text, text.foreign)) ids.push_back(span.id);
  return ids;
}

std::vector<TokenSpan> SentencePieceTokenizer::encode_spans(const RenderedText& text) const {
  return run(text.text, text.foreign);
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

// SentencePiece's model file. Field numbers: sentencepiece_model.proto.
#include "data/text/sentencepiece_model.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "base/error.h"
#include "data/text/charsmap.h"
#include "data/text/protobuf.h"
#include "data/text/utf8.h"

namespace braid {
namespace {

enum ModelField : uint32_t {
  kPieces = 1,
  kTrainer = 2,
  kNormalizer = 3,
  kSelfTest = 4,
  kDenormalizer = 5,
};
enum PieceField : uint32_t { kText = 1, kScore = 2, kType = 3 };
enum TrainerField : uint32_t { kModelType = 3, kByteFallback = 35, kUnkId = 40, kUnkPiece = 45 };
enum NormalizerField : uint32_t {
  kCharsmap = 2,
  kAddDummyPrefix = 3,
  kRemoveExtraWhitespaces = 4,
  kEscapeWhitespaces = 5,
};

SentencePieceModel::Piece read_piece(std::string_view message, const std::string& where) {
  SentencePieceModel::Piece piece;
  ProtobufReader reader(message, where);
  while (reader.next()) {
    if (reader.field() == kText) piece.text = reader.bytes();
    if (reader.field() == kScore) piece.score = reader.number();
    if (reader.field() == kType) piece.type = static_cast<PieceType>(reader.integer());
  }
  return piece;
}

int64_t read_model_type(std::string_view message, const std::string& where, int64_t fallback) {
  ProtobufReader reader(message, where);
  while (reader.next()) {
    if (reader.field() == kModelType) fallback = reader.integer();
  }
  return fallback;
}

void read_normalizer(std::string_view message, const std::string& where,
                     SentencePieceModel& model) {
  ProtobufReader reader(message, where);
  while (reader.next()) {
    // The library follows the table without looking; this checks all of it.
    if (reader.field() == kCharsmap) Charsmap(reader.bytes(), where);
    if (reader.field() == kAddDummyPrefix) model.add_dummy_prefix = reader.integer() != 0;
    if (reader.field() == kRemoveExtraWhitespaces) {
      model.remove_extra_whitespaces = reader.integer() != 0;
    }
  }
}

void check_pieces(const SentencePieceModel& model, const std::string& where) {
  if (model.pieces.empty()) fail("{}: the SentencePiece model has no pieces", where);
  std::unordered_set<std::string_view> seen;
  size_t unknown = 0;
  for (size_t id = 0; id < model.pieces.size(); ++id) {
    const auto& [text, score, type] = model.pieces[id];
    if (text.empty() || text.find('\0') != std::string::npos ||
        find_invalid_utf8(text) != std::string_view::npos) {
      fail("{}: piece {} ({}) is empty or not text", where, id, quote(text));
    }
    if (!seen.insert(text).second) fail("{}: piece {} is there twice", where, quote(text));
    if (type < PieceType::kNormal || type > PieceType::kByte || !std::isfinite(score)) {
      fail("{}: piece {} ({}) has an unknown type or a score that is no number", where, id,
           quote(text));
    }
    unknown += type == PieceType::kUnknown ? 1 : 0;
  }
  if (unknown != 1) {
    fail("{}: the vocabulary has {} unknown tokens; SentencePiece needs exactly one", where,
         unknown);
  }
}

}  // namespace

SentencePieceModel parse_sentencepiece_model(std::string_view bytes, const std::string& where) {
  SentencePieceModel model;
  ProtobufReader reader(bytes, where);
  while (reader.next()) {
    switch (reader.field()) {
      case kPieces:
        model.pieces.push_back(read_piece(reader.bytes(), where));
        break;
      case kTrainer:
        model.type = read_model_type(reader.bytes(), where, model.type);
        break;
      case kNormalizer:
        read_normalizer(reader.bytes(), where, model);
        break;
      case kDenormalizer: {
        SentencePieceModel ignored;
        read_normalizer(reader.bytes(), where, ignored);
        break;
      }
      default:
        break;
    }
  }
  if (model.type != SentencePieceModel::kUnigram && model.type != SentencePieceModel::kBpe) {
    fail("{}: SentencePiece model type {} is not supported; unigram (1) and BPE (2) are", where,
         model.type);
  }
  check_pieces(model, where);
  return model;
}

std::string serialize(const SentencePieceModel& model) {
  std::string bytes;
  const auto has_type = [&](PieceType type) {
    return std::ranges::find(model.pieces, type, &SentencePieceModel::Piece::type);
  };
  for (const auto& piece : model.pieces) {
    std::string message;
    put_bytes(message, kText, piece.text);
    put_number(message, kScore, piece.score);
    put_integer(message, kType, static_cast<uint64_t>(piece.type));
    put_bytes(bytes, kPieces, message);
  }
  std::string trainer;
  put_integer(trainer, kModelType, static_cast<uint64_t>(model.type));
  put_integer(trainer, kByteFallback, has_type(PieceType::kByte) != model.pieces.end());
  if (const auto unknown = has_type(PieceType::kUnknown); unknown != model.pieces.end()) {
    put_integer(trainer, kUnkId, static_cast<uint64_t>(unknown - model.pieces.begin()));
    put_bytes(trainer, kUnkPiece, unknown->text);
  }
  put_bytes(bytes, kTrainer, trainer);
  std::string normalizer;
  put_integer(normalizer, kAddDummyPrefix, model.add_dummy_prefix);
  put_integer(normalizer, kRemoveExtraWhitespaces, model.remove_extra_whitespaces);
  put_integer(normalizer, kEscapeWhitespaces, 1);
  put_bytes(bytes, kNormalizer, normalizer);
  return bytes;
}

std::string without_self_test(std::string_view bytes, const std::string& where) {
  std::string kept;
  ProtobufReader reader(bytes, where);
  while (reader.next()) {
    if (reader.field() != kSelfTest) kept += reader.encoded();
  }
  return kept;
}

std::string without_dummy_prefix(std::string bytes) {
  std::string normalizer;
  put_integer(normalizer, kAddDummyPrefix, 0);
  put_bytes(bytes, kNormalizer, normalizer);
  return bytes;
}

}  // namespace braid

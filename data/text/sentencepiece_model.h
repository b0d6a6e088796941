// SentencePiece's model file (protocol buffers, message ModelProto), read and written without its
// library. The library trusts its input in places and reports trouble on stderr, so a file is
// checked here first.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace braid {

enum class PieceType : int64_t {
  kNormal = 1,
  kUnknown = 2,
  kControl = 3,
  kUserDefined = 4,
  kUnused = 5,
  kByte = 6,
};

struct SentencePieceModel {
  struct Piece {
    std::string text;
    float score = 0;
    PieceType type = PieceType::kNormal;
  };
  static constexpr int64_t kUnigram = 1;
  static constexpr int64_t kBpe = 2;

  std::vector<Piece> pieces;  // by id
  int64_t type = kUnigram;    // TrainerSpec.model_type
  bool add_dummy_prefix = true;
  bool remove_extra_whitespaces = true;
};

// Reads `bytes`, the content of a `tokenizer.model`. Error, beginning with `where`, when the file
// is truncated or its vocabulary is not one the library accepts (empty or repeated pieces, not
// exactly one unknown piece, bad normalisation table).
SentencePieceModel parse_sentencepiece_model(std::string_view bytes, const std::string& where);

// A model file with these pieces and settings and no normalisation but whitespace escaping. Byte
// fallback is on when there are byte pieces.
std::string serialize(const SentencePieceModel& model);

// `bytes` without the samples that the library tries while loading: it prints those that fail.
std::string without_self_test(std::string_view bytes, const std::string& where);

// `bytes` with the dummy prefix switched off: how text that continues other text is encoded. Later
// fields of a protocol buffer override earlier ones.
std::string without_dummy_prefix(std::string bytes);

}  // namespace braid

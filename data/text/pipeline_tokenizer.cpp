// Runs the stages of a tokenizer.
#include "data/text/pipeline_tokenizer.h"

#include <array>

#include "base/error.h"
#include "data/text/utf8.h"

namespace braid {
namespace {

// Applies the normalizers one after the other; returns what they leave, in `buffers` or untouched.
Stretch apply_all(const std::vector<std::unique_ptr<Normalizer>>& normalizers, Stretch text,
                  std::array<EditedText, 2>& buffers) {
  size_t free = 0;
  for (const auto& normalizer : normalizers) {
    if (!normalizer->apply(text, buffers[free])) continue;
    text = buffers[free].view();
    free = 1 - free;
  }
  return text;
}

}  // namespace

std::string normalize(const std::vector<std::unique_ptr<Normalizer>>& normalizers,
                      const std::string& text) {
  std::array<EditedText, 2> buffers;
  return std::string(apply_all(normalizers, {text, nullptr, true}, buffers).text);
}

// One text on its way through the pipeline.
class PipelineTokenizer::Run {
 public:
  Run(const Pipeline& pipeline, std::span<const ByteRange> foreign, bool spans)
      : pipeline_(pipeline), foreign_(foreign), sink_(spans) {
    const bool foreign_in_normalized = pipeline.normalized_tokens.has_control() && !foreign_.none();
    tracked_ = spans || (!pipeline.normalizers.empty() &&
                         (pipeline.asks_for_start || foreign_in_normalized));
    stages_.reserve(pipeline.pre_tokenizers.size());
    for (size_t i = 0; i < pipeline.pre_tokenizers.size(); ++i) stages_.emplace_back(*this, i);
  }

  TokenSink run(std::string_view text) && {
    if (text.empty()) return std::move(sink_);
    sink_.ids.reserve(text.size() / 4 + 1);
    if (tracked_) source_ = character_ranges(text, 0);
    const Stretch all = {text, tracked_ ? source_.data() : nullptr, true};
    cut(pipeline_.raw_tokens, all, 0, [&](const Stretch& part, size_t offset) {
      const Stretch normalized = apply_all(pipeline_.normalizers, part, buffers_);
      if (normalized.text.empty()) return;
      cut(pipeline_.normalized_tokens, normalized, offset,
          [&](const Stretch& piece, size_t) { split(piece, 0); });
    });
    return std::move(sink_);
  }

 private:
  // A pre-tokenizer and the way to the next.
  struct Stage final : PieceSink {
    Stage(Run& run, size_t index) : run(run), index(index) {}
    void take(const Stretch& piece) override { run.split(piece, index + 1); }

    Run& run;
    size_t index;
    EditedText edited;
  };

  void split(const Stretch& piece, size_t stage) {
    if (stage == stages_.size()) return pipeline_.model->append(piece, scratch_, sink_);
    pipeline_.pre_tokenizers[stage]->split(piece, stages_[stage].edited, stages_[stage]);
  }

  // Takes added tokens out of `text`, which begins at `offset`; `plain` gets what is left.
  template <typename Plain>
  void cut(const AddedTokens& tokens, const Stretch& text, size_t offset, Plain plain) {
    AddedTokens::Scan scan(tokens, text, offset, foreign_);
    size_t done = 0;
    while (const auto match = scan.next()) {
      if (done < match->begin) plain(text.part(done, match->begin), offset + done);
      sink_.add(match->token->id, text, match->begin, match->end);
      done = match->end;
    }
    if (done < text.text.size()) plain(text.part(done, text.text.size()), offset + done);
  }

  const Pipeline& pipeline_;
  ForeignBytes foreign_;
  TokenSink sink_;
  bool tracked_ = false;
  std::vector<ByteRange> source_;
  std::array<EditedText, 2> buffers_;
  std::vector<Stage> stages_;
  ModelScratch scratch_;
};

PipelineTokenizer::PipelineTokenizer(Pipeline pipeline) : pipeline_(std::move(pipeline)) {
  for (int32_t id = 0; id < vocab_size(); ++id) {
    decoded_names_.push_back(pipeline_.vocabulary.name(id));
  }
  for (const auto& [id, name] : pipeline_.decoded_names) {
    decoded_names_[static_cast<size_t>(id)] = name;
  }
}

TokenSink PipelineTokenizer::run(std::string_view text, std::span<const ByteRange> foreign,
                                 bool spans) const {
  require_utf8(text, "the text to encode");
  return Run(pipeline_, foreign, spans).run(text);
}

std::vector<int32_t> PipelineTokenizer::encode(std::string_view text) const {
  const ByteRange all = {0, text.size()};
  return run(text, {&all, 1}, false).ids;
}

std::vector<int32_t> PipelineTokenizer::encode_rendered(const RenderedText& text) const {
  return run(text.text, text.foreign, false).ids;
}

std::vector<TokenSpan> PipelineTokenizer::encode_spans(const RenderedText& text) const {
  return run(text.text, text.foreign, true).spans;
}

void PipelineTokenizer::check_id(int32_t id) const {
  if (id < 0 || id >= vocab_size()) {
    fail("{}: token id {} is outside the vocabulary of {} tokens", pipeline_.vocabulary.where(), id,
         vocab_size());
  }
}

std::string PipelineTokenizer::decode(std::span<const int32_t> ids) const {
  std::vector<std::string> names;
  names.reserve(ids.size());
  for (const int32_t id : ids) {
    check_id(id);
    // The library passes over ids without a token.
    if (pipeline_.vocabulary.kind(id) == TokenKind::kUnused) continue;
    names.push_back(decoded_names_[static_cast<size_t>(id)]);
  }
  return pipeline_.decoder.decode(std::move(names));
}

std::string PipelineTokenizer::piece(int32_t id) const {
  check_id(id);
  const bool plain = pipeline_.vocabulary.kind(id) == TokenKind::kNormal;
  const std::string& name = pipeline_.vocabulary.name(id);
  return plain ? pipeline_.decoder.reveal(name) : name;
}

std::optional<int32_t> PipelineTokenizer::special_id(std::string_view name) const {
  const auto id = pipeline_.vocabulary.find(name);
  const bool control = id && pipeline_.vocabulary.kind(*id) == TokenKind::kControl;
  return control ? id : std::nullopt;
}

}  // namespace braid

// Decoders.
#include "data/text/decoder.h"

#include <charconv>

#include "data/text/byte_alphabet.h"
#include "data/text/utf8.h"

namespace braid {
namespace {

class ByteLevelStep final : public DecoderStep {
 public:
  void apply(std::vector<std::string>& parts) const override {
    std::string bytes;
    for (std::string& part : parts) {
      reveal(part);
      bytes += part;
    }
    parts = {to_valid_utf8(bytes)};
  }
  void reveal(std::string& name) const override {
    if (auto bytes = bytes_of_name(name)) name = std::move(*bytes);
  }
};

// The byte that a name like <0x0A> stands for.
std::optional<char> byte_of_name(std::string_view name) {
  if (name.size() != 6 || !name.starts_with("<0x") || !name.ends_with('>')) return std::nullopt;
  unsigned value = 0;
  // Rust's parser takes a sign.
  const char* digits = name.data() + (name[3] == '+' ? 4 : 3);
  const char* end = name.data() + 5;
  if (std::from_chars(digits, end, value, 16).ptr != end) return std::nullopt;
  return static_cast<char>(value);
}

class ByteFallbackStep final : public DecoderStep {
 public:
  void apply(std::vector<std::string>& parts) const override {
    std::vector<std::string> result;
    std::string bytes;
    const auto flush = [&] {
      if (find_invalid_utf8(bytes) == std::string_view::npos) {
        if (!bytes.empty()) result.push_back(bytes);
      } else {
        result.insert(result.end(), bytes.size(), "\ufffd");
      }
      bytes.clear();
    };
    for (std::string& part : parts) {
      if (const auto byte = byte_of_name(part)) {
        bytes += *byte;
        continue;
      }
      flush();
      result.push_back(std::move(part));
    }
    flush();
    parts = std::move(result);
  }
  void reveal(std::string& name) const override {
    if (const auto byte = byte_of_name(name)) name.assign(1, *byte);
  }
};

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
  std::string result;
  size_t done = 0;
  for (size_t at = 0; (at = text.find(from, done)) != std::string_view::npos;) {
    result.append(text.substr(done, at - done)).append(to);
    done = at + from.size();
  }
  return result.append(text.substr(done));
}

class MetaspaceStep final : public DecoderStep {
 public:
  MetaspaceStep(std::string replacement, PrependScheme scheme)
      : replacement_(std::move(replacement)), scheme_(scheme) {}

  void apply(std::vector<std::string>& parts) const override {
    for (size_t i = 0; i < parts.size(); ++i) {
      const bool first = i == 0 && scheme_ != PrependScheme::kNever;
      parts[i] = replace_all(parts[i], replacement_, first ? "" : " ");
    }
  }
  void reveal(std::string& name) const override { name = replace_all(name, replacement_, " "); }

 private:
  std::string replacement_;
  PrependScheme scheme_;
};

class FuseStep final : public DecoderStep {
 public:
  void apply(std::vector<std::string>& parts) const override {
    std::string all;
    for (const std::string& part : parts) all += part;
    parts = {std::move(all)};
  }
};

class StripStep final : public DecoderStep {
 public:
  StripStep(std::string character, size_t start, size_t stop)
      : character_(std::move(character)), start_(start), stop_(stop) {}

  void apply(std::vector<std::string>& parts) const override {
    for (std::string& part : parts) {
      std::string_view kept = part;
      for (size_t i = 0; i < start_ && kept.starts_with(character_); ++i) {
        kept.remove_prefix(character_.size());
      }
      for (size_t i = 0; i < stop_ && kept.ends_with(character_); ++i) {
        kept.remove_suffix(character_.size());
      }
      part = std::string(kept);
    }
  }

 private:
  std::string character_;
  size_t start_, stop_;
};

class ReplaceTextStep final : public DecoderStep {
 public:
  ReplaceTextStep(std::string text, std::string content)
      : text_(std::move(text)), content_(std::move(content)) {}

  void apply(std::vector<std::string>& parts) const override {
    for (std::string& part : parts) reveal(part);
  }
  void reveal(std::string& name) const override { name = replace_all(name, text_, content_); }

 private:
  std::string text_, content_;
};

class ReplacePatternStep final : public DecoderStep {
 public:
  ReplacePatternStep(Pattern pattern, std::string content)
      : pattern_(std::move(pattern)), content_(std::move(content)) {}

  void apply(std::vector<std::string>& parts) const override {
    for (std::string& part : parts) reveal(part);
  }
  void reveal(std::string& name) const override {
    std::string result;
    size_t done = 0;
    while (const auto match = pattern_.find(name, done)) {
      result.append(name, done, match->begin - done).append(content_);
      done = match->end;
    }
    name = result.append(name, done);
  }

 private:
  Pattern pattern_;
  std::string content_;
};

}  // namespace

std::unique_ptr<DecoderStep> byte_level_decoder() { return std::make_unique<ByteLevelStep>(); }

std::unique_ptr<DecoderStep> byte_fallback_decoder() {
  return std::make_unique<ByteFallbackStep>();
}

std::unique_ptr<DecoderStep> metaspace_decoder(std::string replacement, PrependScheme scheme) {
  return std::make_unique<MetaspaceStep>(std::move(replacement), scheme);
}

std::unique_ptr<DecoderStep> fuse_decoder() { return std::make_unique<FuseStep>(); }

std::unique_ptr<DecoderStep> strip_decoder(std::string character, size_t start, size_t stop) {
  return std::make_unique<StripStep>(std::move(character), start, stop);
}

std::unique_ptr<DecoderStep> replace_decoder(std::string text, std::string content) {
  return std::make_unique<ReplaceTextStep>(std::move(text), std::move(content));
}

std::unique_ptr<DecoderStep> replace_decoder(Pattern pattern, std::string content) {
  return std::make_unique<ReplacePatternStep>(std::move(pattern), std::move(content));
}

std::string Decoder::decode(std::vector<std::string> names) const {
  for (const auto& step : steps_) step->apply(names);
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (steps_.empty() && i > 0) text += ' ';
    text += names[i];
  }
  return text;
}

std::string Decoder::reveal(std::string name) const {
  for (const auto& step : steps_) step->reveal(name);
  return name;
}

}  // namespace braid

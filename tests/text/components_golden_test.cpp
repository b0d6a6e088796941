// Every component of tokenizer.json, small tiktoken ranks, and published split patterns, against
// what the reference packages make of them (scripts/golden/tokenizer_components.py).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/text/pre_tokenizer.h"
#include "tests/text/text_files.h"

namespace braid::test {
namespace {

const Json& golden() {
  static const Json json = [] {
    Json file = read_json_file(golden_path("tokenizer_components.json"));
    for (Json& entry : file["cases"]) {
      Json& model = entry["tokenizer"]["model"];
      model = Json(file["models"][model.get<size_t>()]);
    }
    return file;
  }();
  return json;
}

std::string joined_spans(const std::vector<TokenSpan>& spans) {
  std::string text;
  for (const TokenSpan& span : spans) {
    text += fmt::format("{}[{},{}) ", span.id, span.bytes.begin, span.bytes.end);
  }
  return text;
}

std::string joined_spans(const Json& ids, const Json& ranges) {
  std::vector<TokenSpan> spans;
  for (size_t i = 0; i < ids.size(); ++i) {
    spans.push_back({ids[i], {ranges[2 * i], ranges[2 * i + 1]}});
  }
  return joined_spans(spans);
}

std::vector<int32_t> ids_in(const std::vector<TokenSpan>& spans) {
  std::vector<int32_t> ids;
  for (const TokenSpan& span : spans) ids.push_back(span.id);
  return ids;
}

// One list of a case: texts, with nothing foreign or everything.
void compare(const Tokenizer& tokenizer, const Json& entry, const Json& texts,
             const std::string& prefix, bool foreign) {
  const Json& expected = entry[foreign ? "plain" : "special"];
  ASSERT_EQ(texts.size(), expected.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto text = texts[i].get<std::string>();
    const std::string what = fmt::format("{}: {}", entry["name"].get<std::string>(), quote(text));
    const RenderedText given = foreign ? foreign_text(text) : RenderedText{text, {}, {}};
    const auto ids = ids_of(expected[i]);
    EXPECT_EQ(joined(tokenizer.encode_rendered(given)), joined(ids)) << what;
    EXPECT_EQ(tokenizer.decode(ids), entry[prefix + "decoded"][i].get<std::string>()) << what;
    const auto spans = tokenizer.encode_spans(given);
    EXPECT_EQ(joined(ids_in(spans)), joined(ids)) << what;
    for (const TokenSpan& span : spans) {
      EXPECT_TRUE(span.bytes.begin <= span.bytes.end && span.bytes.end <= text.size()) << what;
    }
    if (entry.contains(prefix + "spans")) {
      EXPECT_EQ(joined_spans(spans), joined_spans(expected[i], entry[prefix + "spans"][i])) << what;
    }
    if (foreign) {
      EXPECT_EQ(tokenizer.encode(text), ids) << what;
    }
  }
}

TEST(TokenizerComponents, IdsTextsAndSpans) {
  size_t compared = 0;
  for (const Json& entry : golden()["cases"]) {
    ModelDirectory model;
    const auto tokenizer = model.with("tokenizer.json", entry["tokenizer"]).load();
    const bool own_texts = entry.contains("texts");
    compare(*tokenizer, entry, own_texts ? entry["texts"] : golden()["texts"], "", true);
    compare(*tokenizer, entry, own_texts ? entry["special_texts"] : golden()["special_texts"],
            "special_", false);
    ++compared;
  }
  EXPECT_GE(compared, 40u);
}

// Whatever the origin of the bytes around it, a control token with a foreign byte is plain text.
TEST(TokenizerComponents, OneForeignByteIsEnough) {
  for (const Json& entry : golden()["cases"]) {
    ModelDirectory model;
    const auto tokenizer = model.with("tokenizer.json", entry["tokenizer"]).load();
    const auto id = tokenizer->special_id("<s>");
    if (!id) continue;
    const std::string text = "the<s>river";
    const auto count = [&](std::vector<ByteRange> foreign) {
      return std::ranges::count(tokenizer->encode_rendered({text, std::move(foreign), {}}), *id);
    };
    EXPECT_EQ(count({}), 1) << entry["name"];
    EXPECT_EQ(count({{0, 3}, {6, 11}}), 1) << entry["name"];
    for (size_t at = 3; at < 6; ++at) EXPECT_EQ(count({{at, at + 1}}), 0) << entry["name"];
  }
}

// "<mask>" is matched in the normalized text; its bytes are followed through the normalizer.
TEST(TokenizerComponents, ForeignBytesThroughTheNormalizer) {
  size_t tried = 0;
  for (const Json& entry : golden()["cases"]) {
    ModelDirectory model;
    const auto tokenizer = model.with("tokenizer.json", entry["tokenizer"]).load();
    const auto id = tokenizer->special_id("<mask>");
    if (!id || entry["tokenizer"]["normalizer"].is_null()) continue;
    const auto count = [&](const std::string& text, std::vector<ByteRange> foreign) {
      return std::ranges::count(tokenizer->encode_rendered({text, std::move(foreign), {}}), *id);
    };
    const std::string text = "cafe\u0301 \ufb01 \u0130 <mask> x";
    if (count(text, {}) == 0) continue;  // a prefix keeps it from matching
    const size_t at = text.find("<mask>");
    // The space before it belongs to the token where the normalizer puts one in front of names.
    EXPECT_EQ(count(text, {{0, at - 1}, {at + 6, text.size()}}), 1) << entry["name"];
    for (size_t i = 0; i < 6; ++i)
      EXPECT_EQ(count(text, {{at + i, at + i + 1}}), 0) << entry["name"];
    ++tried;
  }
  EXPECT_GE(tried, 4u);
}

TEST(TokenizerComponents, FingerprintsDiffer) {
  std::set<std::string> fingerprints;
  for (const Json& entry : golden()["cases"]) {
    ModelDirectory model;
    fingerprints.insert(model.with("tokenizer.json", entry["tokenizer"]).load()->fingerprint());
  }
  // Two cases differ in their decoder only.
  EXPECT_GE(fingerprints.size() + 1, golden()["cases"].size());
}

Json small_tiktoken_config() {
  const Json& small = golden()["tiktoken"];
  Json config = {{"pat_str", small["pattern"]}};
  const auto ranks = small["ranks"].get<std::string>();
  auto next = std::ranges::count(ranks, '\n');
  for (const Json& name : small["special_tokens"]) {
    config["added_tokens_decoder"][std::to_string(next++)] = {{"content", name}, {"special", true}};
  }
  return config;
}

TEST(Tiktoken, SmallRanksAsTiktoken) {
  const Json& small = golden()["tiktoken"];
  ModelDirectory model;
  model.with("tokenizer.model", small["ranks"].get<std::string>());
  model.with("tokenizer_config.json", small_tiktoken_config());
  const auto tokenizer = model.load();
  for (size_t i = 0; i < golden()["texts"].size(); ++i) {
    const auto text = golden()["texts"][i].get<std::string>();
    EXPECT_EQ(joined(tokenizer->encode(text)), joined(ids_of(small["plain"][i]))) << text;
    EXPECT_EQ(tokenizer->decode(tokenizer->encode(text)), text);
  }
  for (size_t i = 0; i < small["special_texts"].size(); ++i) {
    const auto text = small["special_texts"][i].get<std::string>();
    EXPECT_EQ(joined(tokenizer->encode_rendered({text, {}, {}})),
              joined(ids_of(small["special"][i])));
  }
}

TEST(Tiktoken, Refusals) {
  const auto ranks = golden()["tiktoken"]["ranks"].get<std::string>();
  const auto refusal = [&](const std::string& content) {
    ModelDirectory model;
    model.with("tokenizer.model", content);
    return model.with("tokenizer_config.json", small_tiktoken_config()).load_failure();
  };
  using ::testing::HasSubstr;
  EXPECT_EQ(refusal(ranks), "no error");
  EXPECT_THAT(refusal(ranks + "QQ= 7\n"), HasSubstr("\"QQ=\" is not base64"));
  EXPECT_THAT(refusal(ranks + "QUI\n"), HasSubstr("expected a token in base64 and its rank"));
  EXPECT_THAT(refusal(ranks + "QUI= 1x\n"), HasSubstr("expected a token in base64 and its rank"));
  EXPECT_THAT(refusal(ranks + "QUFBQkI= 7\n"), HasSubstr("the rank 7 is there twice"));
  EXPECT_THAT(refusal(ranks + "QUFBQkI= 99999\n"), HasSubstr("the rank 99999 leaves a gap"));
  EXPECT_THAT(refusal(ranks + "QUFBQkI= 99999999999999999999\n"), HasSubstr("is too large"));
  EXPECT_THAT(refusal("QQ== 0\nQg== 1\n"), HasSubstr("has no rank"));
  const auto count = std::ranges::count(ranks, '\n');
  EXPECT_THAT(refusal(ranks + fmt::format("QQ== {}\n", count)), HasSubstr("has the ids"));
  ModelDirectory bare;
  bare.with("tokenizer.model", ranks);
  EXPECT_THAT(bare.load_failure(), HasSubstr("\"pat_str\""));
  bare.with("config.json", Json{{"model_type", "llama"}});
  EXPECT_THAT(bare.load_failure(), HasSubstr("\"pat_str\""));
}

class Pieces final : public PieceSink {
 public:
  void take(const Stretch& piece) override { list.emplace_back(piece.text); }
  std::vector<std::string> list;
};

TEST(SplitPatterns, WordsAsTheTokenizersPackage) {
  const Json patterns = read_json_file(golden_path("tokenizer_patterns.json"));
  for (const auto& [name, entry] : patterns["patterns"].items()) {
    const auto pattern = entry["pattern"].get<std::string>();
    // With a group around it no scanner knows the pattern.
    for (const std::string& form : {pattern, "(?:" + pattern + ")"}) {
      const auto splitter = pattern_splitter(form, SplitBehavior::kIsolated, false, "x");
      for (size_t i = 0; i < patterns["texts"].size(); ++i) {
        const auto text = patterns["texts"][i].get<std::string>();
        if (text.empty()) continue;
        Pieces pieces;
        EditedText edited;
        splitter->split({text, nullptr, true}, edited, pieces);
        EXPECT_EQ(pieces.list, entry["words"][i].get<std::vector<std::string>>())
            << name << ": " << quote(text);
      }
    }
  }
}

}  // namespace
}  // namespace braid::test

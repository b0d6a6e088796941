// Chat templates of many model families, as transformers renders them, and where their bytes come
// from.
#include <gtest/gtest.h>

#include <algorithm>

#include "data/jinja/template.h"
#include "tests/support.h"

namespace braid::test {
namespace {

const Json& golden() {
  static const Json json = read_json_file(golden_path("chat_templates.json"));
  return json;
}

Json variables_of_model(const Json& entry, const Json& conversation) {
  Json own = entry.at("own");
  own["add_generation_prompt"] = conversation.value("prompt", true);
  if (conversation.contains("own")) own.update(conversation.at("own"));
  return own;
}

Json variables_of_feedback(const Json& conversation) {
  Json foreign = {{"messages", conversation.at("messages")}};
  for (const char* key : {"tools", "documents"}) {
    foreign[key] = conversation.contains(key) ? conversation.at(key) : Json();
  }
  return foreign;
}

// Calls `check(entry, title, conversation, expected)` for every rendering.
template <typename Check>
void for_each_rendering(Check check) {
  for (const Json& entry : golden().at("templates")) {
    for (const auto& [title, expected] : entry.at("rendered").items()) {
      SCOPED_TRACE(entry.at("name").get<std::string>() + " " + title);
      check(entry, title, golden().at("conversations").at(title), expected);
    }
  }
}

RenderedText render(const Json& entry, const Json& conversation) {
  const JinjaTemplate chat(entry.at("source").get<std::string>(), entry.at("name"));
  return chat.render(variables_of_model(entry, conversation), variables_of_feedback(conversation),
                     golden().at("now").get<std::time_t>());
}

enum class Origin { kNone, kSome, kAll };

// How much of the bytes [begin, end) is foreign.
Origin origin(const RenderedText& rendered, size_t begin, size_t end) {
  size_t foreign = 0;
  for (const ByteRange& range : rendered.foreign) {
    const size_t first = std::max(range.begin, begin);
    const size_t last = std::min(range.end, end);
    if (first < last) foreign += last - first;
  }
  return foreign == 0 ? Origin::kNone : foreign == end - begin ? Origin::kAll : Origin::kSome;
}

std::vector<size_t> places_of(const std::string& text, const std::string& part) {
  std::vector<size_t> places;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    places.push_back(at);
  }
  return places;
}

TEST(GoldenChatTemplates, RenderAsTransformersDoes) {
  ASSERT_GE(golden().at("templates").size(), 28u);
  for_each_rendering([](const Json& entry, const std::string&, const Json& conversation,
                        const Json& expected) {
    if (expected.is_null()) {
      EXPECT_THROW(render(entry, conversation), Error);
      return;
    }
    EXPECT_EQ(error_of([&] { EXPECT_EQ(render(entry, conversation).text, expected); }), "no error");
  });
}

TEST(GoldenChatTemplates, MarksWhatTheAssistantWrote) {
  size_t checked = 0;
  for_each_rendering(
      [&](const Json& entry, const std::string& title, const Json& conversation, const Json&) {
        if (!entry.at("generated").contains(title)) return;
        std::vector<ByteRange> expected;
        for (const Json& range : entry.at("generated").at(title)) {
          expected.push_back({range.at(0).get<size_t>(), range.at(1).get<size_t>()});
        }
        EXPECT_EQ(render(entry, conversation).generated, expected);
        checked += expected.size();
      });
  EXPECT_GT(checked, 10u);
}

TEST(GoldenChatTemplates, TextThatLooksLikeTokensIsForeign) {
  const auto marker = golden().at("marker").get<std::string>();
  size_t found = 0;
  for_each_rendering(
      [&](const Json& entry, const std::string&, const Json& conversation, const Json& expected) {
        if (expected.is_null()) return;
        const RenderedText rendered = render(entry, conversation);
        for (const size_t at : places_of(rendered.text, marker)) {
          EXPECT_EQ(origin(rendered, at, at + marker.size()), Origin::kAll) << at;
          ++found;
        }
      });
  EXPECT_GT(found, 100u);
}

TEST(GoldenChatTemplates, TokensOfTheTemplateAreItsOwn) {
  for_each_rendering([&](const Json& entry, const std::string& title, const Json& conversation,
                         const Json& expected) {
    if (expected.is_null()) return;
    const RenderedText rendered = render(entry, conversation);
    const auto marker = golden().at("marker").get<std::string>();
    const std::vector<size_t> markers = places_of(rendered.text, marker);
    for (const Json& token : entry.at("tokens")) {
      size_t own = 0;
      for (const size_t at : places_of(rendered.text, token)) {
        const size_t end = at + token.get_ref<const std::string&>().size();
        const bool inside = std::any_of(markers.begin(), markers.end(), [&](size_t begin) {
          return at < begin + marker.size() && begin < end;
        });
        if (inside) continue;
        EXPECT_EQ(origin(rendered, at, end), Origin::kNone) << token << " at " << at;
        ++own;
      }
      EXPECT_TRUE(own > 0 || title != "multi") << token;
    }
  });
}

}  // namespace
}  // namespace braid::test

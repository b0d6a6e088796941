// When encoded groups are used again, and when they are made anew.
#include "data/batches/token_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support.h"

namespace braid {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class TokenCache : public ::testing::Test {
 protected:
  GroupStore open(char key) {
    notes_.clear();
    const std::string name(32, key);
    return open_or_build(
        path_, name,
        [&] {
          ++built_;
          GroupStoreWriter writer;
          GroupTokens group;
          group.prompt = {key};
          group.branches = {{2}};
          group.key = name;
          writer.add(group);
          return writer.finish(name, Json::object());
        },
        [&](const std::string& note) { notes_.push_back(note); });
  }

  test::TemporaryDirectory directory_;
  fs::path path_ = directory_.path() / "run" / "train.tokens";
  int built_ = 0;
  std::vector<std::string> notes_;
};

TEST_F(TokenCache, IsBuiltOnce) {
  open('a');
  const GroupStore again = open('a');
  EXPECT_EQ(built_, 1);
  EXPECT_THAT(again.groups()[0].prompt, ElementsAre('a'));
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(TokenCache, AnotherKeyBuildsAnew) {
  open('a');
  EXPECT_THAT(open('b').groups()[0].prompt, ElementsAre('b'));
  EXPECT_THAT(notes_, ElementsAre(HasSubstr("have changed; encoding again")));
  open('b');
  EXPECT_EQ(built_, 2);
}

TEST_F(TokenCache, DamageBuildsAnew) {
  open('a');
  fs::resize_file(path_, fs::file_size(path_) - 1);
  EXPECT_THAT(open('a').groups()[0].prompt, ElementsAre('a'));
  EXPECT_THAT(notes_, ElementsAre(HasSubstr("damaged token cache")));
  open('a');
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(TokenCache, WorksWithoutAPlaceToWrite) {
  std::ofstream(directory_.path() / "run") << "a file where the folder should be";
  EXPECT_THAT(open('a').groups()[0].prompt, ElementsAre('a'));
  EXPECT_THAT(notes_, ElementsAre(HasSubstr("encoded tokens are not kept")));
}

TEST(TokenKey, CoversContentNameTemplateAndLimits) {
  const test::TemporaryDirectory directory;
  const auto file = [&](const char* name, const char* text) {
    std::ofstream(directory.path() / name) << text;
    return (directory.path() / name).string();
  };
  const std::string a = file("a", "rows"), b = file("b", "rows");
  const std::string key = token_key({a}, "template", 10, {});
  EXPECT_EQ(token_key({a}, "template", 10, {}), key);
  EXPECT_NE(token_key({b}, "template", 10, {}), key);
  EXPECT_NE(token_key({a, b}, "template", 10, {}), key);
  EXPECT_NE(token_key({a}, "other", 10, {}), key);
  EXPECT_NE(token_key({a}, "template", 11, {}), key);
  EXPECT_NE(token_key({a}, "template", 10, {.max_length = 7}), key);
  file("a", "more rows");
  EXPECT_NE(token_key({a}, "template", 10, {}), key);
  EXPECT_THAT(test::error_of([&] { token_key({"absent"}, "", 1, {}); }), HasSubstr("absent"));
}

}  // namespace
}  // namespace braid

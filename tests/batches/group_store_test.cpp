// Groups survive the way through a store, and damage is found.
#include "data/batches/group_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support.h"

namespace braid {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kKey(32, 'k');

GroupTokens group(std::vector<int32_t> prompt, std::vector<std::vector<int32_t>> branches) {
  GroupTokens result;
  result.prompt = std::move(prompt);
  result.branches = std::move(branches);
  return result;
}

std::string refusal(GroupTokens impossible) {
  return test::error_of([&] { make_store({std::move(impossible)}); });
}

std::string example() {
  GroupStoreWriter writer;
  GroupTokens pair = group({1, 2}, {{3}, {4, 5, 6}});
  pair.margin = 0.5;
  pair.weight = 2;
  pair.source = "s";
  pair.where = {"a.jsonl", 7};
  pair.key = std::string(32, 'x');
  writer.add(pair);
  GroupTokens demonstration = group({8}, {{9, 2}});
  demonstration.source = "t";
  demonstration.where = {"b.jsonl", 9};
  demonstration.key = std::string(32, 'y');
  writer.add(demonstration);
  return writer.finish(kKey, {{"rows", 3}});
}

std::string damage(const std::string& bytes) {
  return test::error_of([&] { GroupStore(bytes, "file"); });
}

TEST(GroupStore, KeepsGroups) {
  const GroupStore store(example(), "file");
  ASSERT_EQ(store.groups().size(), 2u);
  const EncodedGroup& pair = store.groups()[0];
  EXPECT_THAT(pair.prompt, ElementsAre(1, 2));
  ASSERT_EQ(pair.branches.size(), 2u);
  EXPECT_THAT(pair.branches[0], ElementsAre(3));
  EXPECT_THAT(pair.branches[1], ElementsAre(4, 5, 6));
  EXPECT_EQ(pair.margin, 0.5);
  EXPECT_EQ(pair.weight, 2);
  EXPECT_EQ(pair.source, "s");
  EXPECT_EQ(pair.where.file, "a.jsonl");
  EXPECT_EQ(pair.where.line, 7);
  EXPECT_EQ(pair.key, std::string(32, 'x'));
  EXPECT_THAT(store.groups()[1].branches[0], ElementsAre(9, 2));
  EXPECT_EQ(store.key(), kKey);
  EXPECT_EQ(store.notes().at("rows"), 3);
  EXPECT_EQ(store.largest_id(), 9u);
}

TEST(GroupStore, ViewsOutliveAMove) {
  GroupStore first(example(), "file");
  const EncodedGroup group = first.groups()[0];
  const GroupStore second = std::move(first);
  EXPECT_THAT(group.branches[1], ElementsAre(4, 5, 6));
  EXPECT_EQ(group.where.file, "a.jsonl");
  EXPECT_EQ(group.prompt.data(), second.groups()[0].prompt.data());
}

TEST(GroupStore, ReadsAFileInPlace) {
  const test::TemporaryDirectory directory;
  write_file_atomic(directory.path() / "x.tokens", example());
  const GroupStore store{MappedFile(directory.path() / "x.tokens")};
  EXPECT_THAT(store.groups()[1].prompt, ElementsAre(8));
}

TEST(GroupStore, EmptyStore) {
  const GroupStore store = make_store({});
  EXPECT_TRUE(store.groups().empty());
  EXPECT_EQ(store.largest_id(), 0u);
}

TEST(GroupStore, NegativeIdsAreLarge) {
  EXPECT_GT(make_store({group({-1}, {{2}})}).largest_id(), uint32_t{1} << 30);
}

TEST(GroupStore, EveryChangedByteIsFound) {
  const std::string whole = example();
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 0x10);
    EXPECT_THAT(damage(changed), HasSubstr("file: damaged token cache")) << i;
  }
}

TEST(GroupStore, CutFilesAreFound) {
  const std::string whole = example();
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(damage(whole.substr(0, size)), HasSubstr("damaged token cache")) << size;
  }
  EXPECT_THAT(damage(whole + whole), HasSubstr("checksum"));
}

// Right checksums around nonsense.
TEST(GroupStore, ImpossibleGroupsAreRefused) {
  EXPECT_THAT(refusal(group({}, {{1}})), HasSubstr("empty"));
  EXPECT_THAT(refusal(group({1}, {})), HasSubstr("no branch"));
  EXPECT_THAT(refusal(group({1}, {{}})), HasSubstr("empty"));
}

}  // namespace
}  // namespace braid

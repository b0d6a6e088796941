// The flat layout, against an example written by hand and against the duplicated view.
#include "data/batches/packed_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>

#include "base/random.h"
#include "data/batches/group_store.h"

namespace braid {
namespace {

using Values = std::vector<int64_t>;

Values values(const at::Tensor& tensor) {
  EXPECT_EQ(tensor.scalar_type(), at::kLong);
  EXPECT_EQ(tensor.dim(), 1);
  const int64_t* data = tensor.const_data_ptr<int64_t>();
  return {data, data + tensor.numel()};
}

std::vector<const EncodedGroup*> pointers(const GroupStore& store) {
  std::vector<const EncodedGroup*> result;
  for (const EncodedGroup& group : store.groups()) result.push_back(&group);
  return result;
}

GroupTokens make_group(std::vector<int32_t> prompt, std::vector<std::vector<int32_t>> branches,
                       double margin = 1, double weight = 1) {
  GroupTokens group;
  group.prompt = std::move(prompt);
  group.branches = std::move(branches);
  group.margin = margin;
  group.weight = weight;
  return group;
}

TEST(Pack, LaysOutPairAndDemonstration) {
  const GroupStore store = make_store(
      {make_group({10, 11, 12}, {{20, 21}, {30}}, 0.5, 2), make_group({40}, {{50, 51, 52}}, 1, 3)});
  const PackedBatch batch = pack(pointers(store));
  EXPECT_EQ(batch.layout.tokens, 10);
  EXPECT_EQ(batch.layout.segments,
            (std::vector<Segment>{
                {0, 3, -1, 0}, {3, 2, 0, 3}, {5, 1, 0, 3}, {6, 1, -1, 0}, {7, 3, 3, 1}}));
  EXPECT_EQ(values(batch.tokens), (Values{10, 11, 12, 20, 21, 30, 40, 50, 51, 52}));
  EXPECT_EQ(values(batch.positions), (Values{0, 1, 2, 3, 4, 3, 0, 1, 2, 3}));
  EXPECT_EQ(values(batch.scored_rows), (Values{2, 3, 2, 6, 7, 8}));
  EXPECT_EQ(values(batch.targets), (Values{20, 21, 30, 50, 51, 52}));
  EXPECT_EQ(values(batch.branch_of), (Values{0, 0, 1, 2, 2, 2}));
  EXPECT_EQ(batch.branch_lengths, (Values{2, 1, 3}));
  EXPECT_EQ(batch.group_begin, (Values{0, 2, 3}));
  EXPECT_EQ(batch.margins, (std::vector<double>{0.5, 1}));
  EXPECT_EQ(batch.weights, (std::vector<double>{2, 3}));
  EXPECT_EQ(batch.groups(), 2);
  EXPECT_EQ(batch.branches(), 3);
}

TEST(Pack, NothingGivesAnEmptyBatch) {
  const PackedBatch batch = pack({});
  EXPECT_EQ(batch.groups(), 0);
  EXPECT_EQ(batch.layout.tokens, 0);
  EXPECT_EQ(values(batch.tokens), Values{});
  EXPECT_EQ(values(batch.targets), Values{});
  EXPECT_EQ(batch.group_begin, Values{0});
}

TEST(Pack, RefusesGroupsWithoutTokens) {
  const std::vector<int32_t> id = {1};
  const std::vector<TokenIds> branches = {id}, empty = {TokenIds()};
  EncodedGroup no_prompt, no_branch, empty_branch;
  no_prompt.branches = branches;
  no_branch.prompt = id;
  empty_branch.prompt = id;
  empty_branch.branches = empty;
  EXPECT_THROW(pack({&no_prompt}), std::logic_error);
  EXPECT_THROW(pack({&no_branch}), std::logic_error);
  EXPECT_THROW(pack({&empty_branch}), std::logic_error);
}

// (predicting token, its position, target, branch)
using Score = std::tuple<int64_t, int64_t, int64_t, int64_t>;

std::vector<Score> scores_of(const PackedBatch& batch) {
  const Values tokens = values(batch.tokens), positions = values(batch.positions);
  const Values targets = values(batch.targets), branches = values(batch.branch_of);
  std::vector<Score> scores;
  for (const int64_t row : values(batch.scored_rows)) {
    const size_t s = scores.size(), r = static_cast<size_t>(row);
    scores.emplace_back(tokens.at(r), positions.at(r), targets.at(s), branches.at(s));
  }
  return scores;
}

// The same from every branch behind its own copy of the prompt.
std::vector<Score> duplicated_scores(const std::vector<EncodedGroup>& groups) {
  std::vector<Score> scores;
  int64_t number = 0;
  for (const EncodedGroup& group : groups) {
    for (const TokenIds branch : group.branches) {
      std::vector<int32_t> row(group.prompt.begin(), group.prompt.end());
      row.insert(row.end(), branch.begin(), branch.end());
      for (size_t i = group.prompt.size(); i < row.size(); ++i) {
        scores.emplace_back(row[i - 1], static_cast<int64_t>(i) - 1, row[i], number);
      }
      ++number;
    }
  }
  return scores;
}

GroupStore random_groups(uint64_t seed) {
  uint64_t drawn = 0;
  const auto draw = [&](uint64_t bound) { return random_below(seed, 0, drawn++, bound); };
  const auto ids = [&](uint64_t bound) {
    std::vector<int32_t> result(1 + draw(bound));
    for (int32_t& id : result) id = static_cast<int32_t>(draw(1000));
    return result;
  };
  std::vector<GroupTokens> groups(1 + draw(5));
  for (GroupTokens& group : groups) {
    group.prompt = ids(9);
    for (uint64_t count = 1 + draw(4); count > 0; --count) group.branches.push_back(ids(7));
  }
  return make_store(std::move(groups));
}

TEST(Pack, ScoresWhatTheDuplicatedViewScores) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    const GroupStore store = random_groups(seed);
    EXPECT_EQ(scores_of(pack(pointers(store))), duplicated_scores(store.groups()));
  }
}

TEST(Pack, SegmentsTileTheTokensAndContinueTheirPrompt) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    const GroupStore store = random_groups(seed);
    int64_t tokens = 0;
    for (const EncodedGroup& group : store.groups()) tokens += group.tokens();
    const PackedBatch batch = pack(pointers(store));
    const Values positions = values(batch.positions);
    int64_t end = 0;
    for (const Segment& segment : batch.layout.segments) {
      EXPECT_EQ(segment.begin, end);
      end += segment.length;
      if (segment.prefix >= 0) {
        const Segment& prompt = batch.layout.segments.at(static_cast<size_t>(segment.prefix));
        EXPECT_LT(prompt.begin, segment.begin);
        EXPECT_EQ(prompt.prefix, -1);
        EXPECT_EQ(segment.position, prompt.length);
      }
      for (int64_t i = 0; i < segment.length; ++i) {
        EXPECT_EQ(positions.at(static_cast<size_t>(segment.begin + i)), segment.position + i);
      }
    }
    EXPECT_EQ(end, tokens);
    EXPECT_EQ(batch.layout.tokens, tokens);
  }
}

}  // namespace
}  // namespace braid

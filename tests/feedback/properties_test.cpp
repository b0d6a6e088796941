// What holds for every kind, whatever the rows: shown on rows drawn at random.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "tests/feedback/converted.h"

namespace braid {
namespace {

using test::convert_rows;
using test::Converted;
using test::PairTexts;

constexpr uint64_t kTrials = 40;

// Draws numbers in a row.
class Draw {
 public:
  explicit Draw(uint64_t seed) : seed_(seed) {}
  uint64_t below(uint64_t bound) { return random_below(seed_, 77, next_++, bound); }
  std::string word() { return std::string(1, static_cast<char>('A' + below(8))); }
  std::string prompt() { return "Prompt " + std::to_string(below(5)) + "?"; }

 private:
  uint64_t seed_, next_ = 0;
};

struct KindCase {
  const char* name;
  std::string config;
  Json (*row)(Draw& draw);
  Json (*swapped)(const Json& row);  // the same judgement with the two answers exchanged
};

Json swap_members(Json row, const char* one, const char* other) {
  std::swap(row[one], row[other]);
  return row;
}

Json list_reversed(Json row, const char* list) {
  std::reverse(row[list].begin(), row[list].end());
  return row;
}

Json rated_row(Draw& draw) {
  Json answers = Json::array();
  const uint64_t count = 1 + draw.below(5);
  for (uint64_t i = 0; i < count; ++i) {
    answers.push_back({{"text", draw.word()}, {"help", draw.below(6)}, {"harm", draw.below(3)}});
  }
  return {{"prompt", draw.prompt()}, {"answers", answers}};
}

const std::vector<KindCase>& cases() {
  static const std::vector<KindCase> all = {
      {"pairwise",
       R"({"kind":"pairwise","prompt":"prompt","first":"a","second":"b",
           "preferred":{"path":"votes","map":{"1":"first","2":"second","0":"tie"}}})",
       [](Draw& draw) {
         Json votes = Json::array();
         for (uint64_t i = 0; i < 5; ++i) votes.push_back(draw.below(3));
         return Json{
             {"prompt", draw.prompt()}, {"a", draw.word()}, {"b", draw.word()}, {"votes", votes}};
       },
       [](const Json& row) {
         Json other = swap_members(row, "a", "b");
         for (Json& vote : other["votes"]) vote = (3 - vote.get<int>()) % 3;
         return other;
       }},
      {"pairwise score",
       R"({"kind":"pairwise","prompt":"prompt","first":"a","second":"b","merge_votes":true,
           "score":{"path":"score","range":[-3,3],"high":"second"}})",
       [](Draw& draw) {
         return Json{{"prompt", draw.prompt()},
                     {"a", draw.word()},
                     {"b", draw.word()},
                     {"score", static_cast<int64_t>(draw.below(7)) - 3}};
       },
       [](const Json& row) {
         Json other = swap_members(row, "a", "b");
         other["score"] = -other["score"].get<int>();
         return other;
       }},
      {"rating",
       R"({"kind":"rating","prompt":"prompt","responses":[{"each":"answers[]","text":"text"}],
           "axes":[{"name":"help","range":[0,5]},
                   {"name":"harm","range":[0,2],"higher_is_better":false,"weight":0.3}]})",
       rated_row, [](const Json& row) { return list_reversed(row, "answers"); }},
      {"ranking",
       R"({"kind":"ranking","prompt":"prompt","rank":"help",
           "responses":[{"each":"answers[]","text":"text"}]})",
       rated_row, [](const Json& row) { return list_reversed(row, "answers"); }},
      {"label", R"({"kind":"label","prompt":"prompt","response":"a","label":"good"})",
       [](Draw& draw) {
         return Json{{"prompt", draw.prompt()}, {"a", draw.word()}, {"good", draw.below(2) == 1}};
       },
       [](const Json& row) { return row; }},
      {"cloze",
       R"({"kind":"cloze","sentence":"prompt","blank":"?","options":["a","b"],"answer":"right"})",
       [](Draw& draw) {
         return Json{{"prompt", draw.prompt()},
                     {"a", draw.word()},
                     {"b", draw.word()},
                     {"right", draw.below(2)}};
       },
       [](const Json& row) {
         Json other = swap_members(row, "a", "b");
         other["right"] = 1 - other["right"].get<int>();
         return other;
       }},
      {"choice", R"({"kind":"choice","prompt":"prompt","options":"options","answer":"right"})",
       [](Draw& draw) {
         Json options = Json::array();
         for (int i = 0; i < 4; ++i) options.push_back(draw.word() + std::to_string(i));
         return Json{{"prompt", draw.prompt()}, {"options", options}, {"right", draw.below(4)}};
       },
       [](const Json& row) {
         Json other = list_reversed(row, "options");
         other["right"] = 3 - other["right"].get<int>();
         return other;
       }},
      {"edit",
       R"({"kind":"edit","prompt":"prompt","before":"a","after":"b",
           "strength":{"path":"rate","range":[0,4]}})",
       [](Draw& draw) {
         return Json{{"prompt", draw.prompt()},
                     {"a", draw.word()},
                     {"b", draw.word()},
                     {"rate", draw.below(5)}};
       },
       [](const Json& row) { return row; }},
  };
  return all;
}

std::vector<Json> draw_rows(const KindCase& kind, uint64_t trial) {
  Draw draw(trial);
  std::vector<Json> rows;
  const uint64_t count = 1 + draw.below(25);
  for (uint64_t i = 0; i < count; ++i) rows.push_back(kind.row(draw));
  return rows;
}

class EveryKind : public ::testing::TestWithParam<size_t> {
 protected:
  const KindCase& kind() const { return cases()[GetParam()]; }
};

std::string with_strategy(const std::string& config, const std::string& strategy) {
  Json json = parse_json(config, "test");
  json["pairing"] = {{"strategy", strategy}};
  return json.dump();
}

const char* const kStrategies[] = {"best_vs_worst", "best_vs_random", "all_pairs", "adjacent"};

TEST_P(EveryKind, EverythingIsAccountedFor) {
  size_t pairs = 0;
  for (uint64_t trial = 0; trial < kTrials; ++trial) {
    const Converted result = convert_rows(kind().config, draw_rows(kind(), trial));
    ASSERT_EQ(result.error, "");
    ASSERT_EQ(test::unaccounted(result.feedback, result.pairing), "");
    pairs += result.pairs.size();
  }
  EXPECT_GT(pairs, 20u);
}

TEST_P(EveryKind, TheOrderOfRowsDoesNotMatter) {
  for (uint64_t trial = 0; trial < kTrials; ++trial) {
    const std::string config = with_strategy(kind().config, kStrategies[trial % 4]);
    std::vector<Json> rows = draw_rows(kind(), trial);
    const Converted forward = convert_rows(config, rows);
    std::vector<Json> shuffled;
    for (const int64_t at : random_permutation(trial, 3, static_cast<int64_t>(rows.size()))) {
      shuffled.push_back(rows[static_cast<size_t>(at)]);
    }
    const Converted other = convert_rows(config, shuffled);
    ASSERT_EQ(forward.sorted_pairs(), other.sorted_pairs()) << trial;
    ASSERT_EQ(forward.pairing.without_pair, other.pairing.without_pair);
    ASSERT_EQ(forward.feedback.report.dropped_rows, other.feedback.report.dropped_rows);
    ASSERT_EQ(forward.feedback.unpaired.size(), other.feedback.unpaired.size());
  }
}

TEST_P(EveryKind, TheOrderOfAnswersDoesNotMatter) {
  for (uint64_t trial = 0; trial < kTrials; ++trial) {
    const std::string config = with_strategy(kind().config, kStrategies[trial % 4]);
    const std::vector<Json> rows = draw_rows(kind(), trial);
    std::vector<Json> swapped;
    for (const Json& row : rows) swapped.push_back(kind().swapped(row));
    ASSERT_EQ(convert_rows(config, rows).sorted_pairs(),
              convert_rows(config, swapped).sorted_pairs())
        << trial;
  }
}

TEST_P(EveryKind, TiesNeverPair) {
  for (uint64_t trial = 0; trial < kTrials; ++trial) {
    for (const char* strategy : kStrategies) {
      const Converted result =
          convert_rows(with_strategy(kind().config, strategy), draw_rows(kind(), trial));
      for (const PairTexts& pair : result.pairs) {
        ASSERT_GT(pair.margin, 0);
        ASSERT_LE(pair.margin, 1);
        ASSERT_NE(pair.chosen, pair.rejected);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryKind, ::testing::Range(size_t{0}, cases().size()),
                         [](const auto& info) {
                           std::string name = cases()[info.param].name;
                           std::replace(name.begin(), name.end(), ' ', '_');
                           return name;
                         });

// Exchanging the texts, and not the judgement, exchanges the sides of the pair.
TEST(Swap, ExchangedTextsExchangeThePair) {
  const std::string config = R"({"kind":"pairwise","prompt":"p","first":"a","second":"b",
      "score":{"path":"s","range":[0,1],"high":"first"}})";
  for (uint64_t i = 0; i < 50; ++i) {
    const double score = random_unit(1, 2, i);
    const Json row = {{"p", "P"}, {"a", "A"}, {"b", "B"}, {"s", score}};
    const Json other = {{"p", "P"}, {"a", "B"}, {"b", "A"}, {"s", score}};
    const PairTexts pair = convert_rows(config, {row}).pairs.at(0);
    const PairTexts swapped = convert_rows(config, {other}).pairs.at(0);
    EXPECT_EQ(pair.chosen, swapped.rejected);
    EXPECT_EQ(pair.rejected, swapped.chosen);
    EXPECT_EQ(pair.margin, swapped.margin);
  }
}

// A rating may be stretched in any way that keeps its order: the pair stays, only margins change;
// on a scale of ranks they stay too.
TEST(Monotone, TransformsOfARatingLeaveThePair) {
  for (uint64_t trial = 0; trial < kTrials; ++trial) {
    Draw draw(trial);
    std::vector<Json> rows, stretched;
    for (int i = 0; i < 40; ++i) {
      const auto rating = static_cast<double>(draw.below(9));
      rows.push_back(
          {{"prompt", draw.prompt()}, {"text", "Answer " + std::to_string(i)}, {"rating", rating}});
      stretched.push_back(rows.back());
      stretched.back()["rating"] = std::exp(rating) - 100;
    }
    for (const char* range : {"", R"(,"range":"rank")"}) {
      const std::string config = R"({"kind":"rating","prompt":"prompt","response":"text",
          "axes":[{"name":"rating")" +
                                 std::string(range) + "}]}";
      Converted one = convert_rows(config, rows), other = convert_rows(config, stretched);
      ASSERT_EQ(one.pairs.size(), other.pairs.size());
      for (size_t i = 0; i < one.pairs.size(); ++i) {
        ASSERT_EQ(one.pairs[i].chosen, other.pairs[i].chosen);
        ASSERT_EQ(one.pairs[i].rejected, other.pairs[i].rejected);
        if (*range != 0) {
          ASSERT_EQ(one.pairs[i].margin, other.pairs[i].margin);
        }
      }
    }
  }
}

// A record about one prompt changes nothing about another, on scales that are given.
TEST(Independence, AddedRowsLeaveOtherPromptsAlone) {
  const std::string config = R"({"kind":"rating","prompt":"prompt","response":"text",
      "axes":[{"name":"rating","range":[0,9]}]})";
  Draw draw(3);
  std::vector<Json> rows;
  for (int i = 0; i < 60; ++i) {
    rows.push_back({{"prompt", draw.prompt()},
                    {"text", "Answer " + std::to_string(i)},
                    {"rating", draw.below(10)}});
  }
  const auto before = convert_rows(config, rows).sorted_pairs();
  rows.insert(rows.begin(), Json{{"prompt", "New?"}, {"text", "x"}, {"rating", 9}});
  rows.push_back(Json{{"prompt", "New?"}, {"text", "y"}, {"rating", 0}});
  const Converted after = convert_rows(config, rows);
  std::vector<PairTexts> others;
  for (const PairTexts& pair : after.sorted_pairs()) {
    if (pair.prompt != "user:New?") others.push_back(pair);
  }
  EXPECT_EQ(others, before);
  EXPECT_EQ(after.pairs.size(), before.size() + 1);
}

}  // namespace
}  // namespace braid

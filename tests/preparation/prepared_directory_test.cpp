// The directory of prepared data: reused while it is whole and nothing has changed, replaced as a
// whole otherwise.
#include "data/preparation/prepared_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/preparation/prepared.h"

namespace braid {
namespace {

namespace fs = std::filesystem;
using test::pair_row;
using test::Workshop;
using testing::HasSubstr;

class PreparedDirectory : public testing::Test {
 protected:
  void SetUp() override {
    shop_.config.held_out = 0;
    shop_.add_pairs("pairs.jsonl", pair_row("Q", "a", "b"));
  }

  // What `find_prepared` says: "reused", "none", or the reason.
  std::string state() const {
    std::string reason = "none";
    const auto note = [&](const std::string& line) { reason = line; };
    return find_prepared(shop_.prepared(), shop_.key(), note).is_null() ? reason : "reused";
  }

  Workshop shop_;
};

TEST_F(PreparedDirectory, IsReusedUntilSomethingChanges) {
  EXPECT_EQ(state(), "none");
  const Json written = shop_.write();
  EXPECT_EQ(state(), "reused");
  EXPECT_EQ(find_prepared(shop_.prepared(), shop_.key(), {}), written);
  shop_.config.selection.threads = 3;  // changes nothing but the time
  EXPECT_EQ(state(), "reused");
  shop_.config.selection.fraction = 0.5;
  EXPECT_THAT(state(), HasSubstr("have changed; preparing again"));
  shop_.config.selection.fraction = 1;
  EXPECT_EQ(state(), "reused");
  std::ofstream(shop_.path("pairs.jsonl"), std::ios::app) << pair_row("Q2", "c", "d");
  EXPECT_THAT(state(), HasSubstr("have changed; preparing again"));
}

TEST_F(PreparedDirectory, DamageIsNoticed) {
  shop_.write();
  std::ofstream(shop_.prepared() / kPairsFile, std::ios::app) << "\n";
  EXPECT_THAT(state(), HasSubstr("pairs.jsonl was changed"));
  fs::remove(shop_.prepared() / kPairsFile);
  EXPECT_THAT(state(), HasSubstr("pairs.jsonl is missing"));
  std::ofstream(shop_.prepared() / "summary.json") << "{";
  EXPECT_THAT(state(), HasSubstr("summary.json"));
}

TEST_F(PreparedDirectory, WritingAgainReplacesItAndLeavesNothingBehind) {
  shop_.write();
  shop_.add_pairs("more.jsonl", pair_row("Q2", "c", "d"));
  shop_.write();
  EXPECT_EQ(shop_.rows(kPairsFile).size(), 2u);
  for (const auto& entry : fs::directory_iterator(shop_.path(""))) {
    EXPECT_THAT(entry.path().filename().string(),
                testing::AnyOf("prepared", "pairs.jsonl", "more.jsonl"));
  }
}

TEST_F(PreparedDirectory, ADirectoryOfSomebodyElseIsLeftAlone) {
  fs::create_directories(shop_.prepared());
  std::ofstream(shop_.prepared() / "thesis.txt") << "chapter 1";
  EXPECT_THAT(test::error_of([&] { shop_.write(); }), HasSubstr("holds no prepared data"));
  EXPECT_EQ(read_text_file(shop_.prepared() / "thesis.txt"), "chapter 1");
}

TEST_F(PreparedDirectory, OutputDoesNotDependOnTheOrderOfRowsButForTheirOwn) {
  shop_.config.sources.clear();
  shop_.config.selection.fraction = 0.5;
  shop_.config.held_out = 0.2;
  const std::string rows = test::many_ratings(40);
  shop_.add_ratings("rated.jsonl", rows);
  shop_.write();
  const auto texts = [&] {
    std::vector<std::string> result;
    for (const Json& row : shop_.rows(kPairsFile)) {
      result.push_back(row["prompt"].dump() + row["chosen"].dump() + row["rejected"].dump());
    }
    std::sort(result.begin(), result.end());
    return result;
  };
  const auto before = texts();
  const size_t middle = rows.find('\n', rows.size() / 2) + 1;
  std::ofstream(shop_.path("rated.jsonl")) << rows.substr(middle) << rows.substr(0, middle);
  shop_.write();
  EXPECT_EQ(texts(), before);
}

}  // namespace
}  // namespace braid

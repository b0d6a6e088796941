// The built-in embedding: length 1, alike texts close, the same for any number of threads.
#include <gtest/gtest.h>

#include <cmath>

#include "data/selection/hashed_embedder.h"
#include "tests/selection/made.h"

namespace braid {
namespace {

Matrix embed(const std::vector<std::string_view>& texts, HashedEmbedderOptions options = {}) {
  return HashedEmbedder(options).embed(texts);
}

double cosine(const Matrix& rows, int64_t i, int64_t j) {
  double sum = 0;
  for (size_t d = 0; d < rows.row(i).size(); ++d) sum += rows.row(i)[d] * rows.row(j)[d];
  return sum;
}

TEST(HashedEmbedder, RowsHaveLengthOneOrZero) {
  const Matrix rows = embed({"a text", "", "?!", "x", "another text"});
  for (int64_t i = 0; i < rows.rows; ++i) {
    EXPECT_NEAR(cosine(rows, i, i), i == 1 || i == 2 ? 0 : 1, 1e-6) << i;
  }
}

TEST(HashedEmbedder, AlikeTextsAreClose) {
  HashedEmbedderOptions options;
  options.dimensions = 2048;  // little noise of collisions
  const Matrix rows = embed({"how do I bake bread in the oven", "How do I bake bread in an oven?",
                             "baking breads in the ovens", "convert the integer to text in C"},
                            options);
  EXPECT_GT(cosine(rows, 0, 1), 0.6);
  EXPECT_GT(cosine(rows, 0, 2), cosine(rows, 0, 3) + 0.1) << "characters see through endings";
}

TEST(HashedEmbedder, RareWordsWeighMore) {
  std::vector<std::string> texts = {"please tell me about gardening", "please tell me about taxes",
                                    "gardening in spring"};
  for (int i = 0; i < 300; ++i) texts.push_back("please tell me about topic" + std::to_string(i));
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  HashedEmbedderOptions plain;
  plain.idf = false;
  const Matrix with = embed(views), without = embed(views, plain);
  EXPECT_LT(cosine(with, 0, 1), cosine(without, 0, 1) - 0.1);
  EXPECT_GT(cosine(with, 0, 2), cosine(without, 0, 2) + 0.1);
}

TEST(HashedEmbedder, ThreadsAndOrderChangeNothing) {
  std::vector<std::string> texts;
  for (uint64_t i = 0; i < 700; ++i) texts.push_back(test::made_text(1, i, 15, 300));
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  const std::vector<std::string_view> reversed(texts.rbegin(), texts.rend());
  HashedEmbedderOptions one, four;
  one.threads = 1;
  four.threads = 4;
  const Matrix expected = embed(views, one), rows = embed(views, four),
               backwards = embed(reversed, four);
  EXPECT_EQ(rows.values, expected.values);
  for (int64_t i = 0; i < rows.rows; ++i) {
    const auto a = expected.row(i), b = backwards.row(rows.rows - 1 - i);
    ASSERT_TRUE(std::equal(a.begin(), a.end(), b.begin()));
  }
}

TEST(HashedEmbedder, NoTexts) {
  const Matrix rows = embed({});
  EXPECT_EQ(rows.rows, 0);
  EXPECT_EQ(rows.columns, 256);
}

TEST(HashedEmbedder, ProblemsNameTheKey) {
  HashedEmbedderOptions options;
  options.dimensions = 4;
  options.word_share = NAN;
  const auto problems = problems_of(options, "e");
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_EQ(problems[0], "e.dimensions: 4 is not in [8, 4096]");
}

}  // namespace
}  // namespace braid

// The report: whole, self-contained, and safe with whatever stands in feedback.
#include "data/preparation/report/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/html.h"
#include "data/preparation/report/flow.h"
#include "data/preparation/report/histogram.h"
#include "data/preparation/report/principal_axes.h"
#include "tests/preparation/prepared.h"

namespace braid {
namespace {

using test::pair_row;
using test::Workshop;
using testing::HasSubstr;
using testing::Not;

TEST(Html, EscapesWhatWouldBeMarkup) {
  EXPECT_EQ(html::escape("<a href=\"x\">&'\x01\n"),
            "&lt;a href=&quot;x&quot;&gt;&amp;&#39;\xEF\xBF\xBD\n");
  EXPECT_EQ(html::excerpt("\xC3\xA4\xC3\xB6\xC3\xBC", 2), "\xC3\xA4\xC3\xB6\xE2\x80\xA6");
  EXPECT_EQ(html::excerpt("ab", 2), "ab");
  EXPECT_EQ(html::number(-1234567),
            "-1\xE2\x80\xAF"
            "234\xE2\x80\xAF"
            "567");
}

TEST(Histogram, CountsBeforeAndAfter) {
  Histogram histogram = Histogram::linear(0, 1, 4);
  histogram.add(0.1, true);
  histogram.add(1.0, false);
  histogram.add(7, true);  // in the last bin
  EXPECT_EQ(histogram.before(), 3);
  EXPECT_EQ(histogram.after(), 2);
  EXPECT_THAT(histogram.svg("x"), HasSubstr("0.75 to 1: 2 before, 1 after"));
}

TEST(Flow, LeavesOutWhatIsEmpty) {
  EXPECT_EQ(flow_svg({{"a", "red"}}, {{"b", "red"}}, {{0, 0, 0}}), "");
  const std::string svg =
      flow_svg({{"a", "red"}, {"unused", "red"}}, {{"b", "red"}}, {{0, 0, 3}, {1, 0, 0}});
  EXPECT_THAT(svg, HasSubstr("a to b: 3"));
  EXPECT_THAT(svg, Not(HasSubstr("unused")));
}

TEST(PrincipalPlane, FindsTheDirectionsOfLargestVariance) {
  Matrix points(4, 3);
  const float coordinates[4][3] = {{10, 0, 1}, {-10, 0, 1}, {0, 2, 1}, {0, -2, 1}};
  for (int64_t i = 0; i < 4; ++i) std::ranges::copy(coordinates[i], points.row(i).begin());
  const auto plane = principal_plane(points);
  // Power iteration has a relative error of (4/100)^200 here; float32 input is exact.
  EXPECT_NEAR(std::abs(plane[0][0]), 10, 1e-9);
  EXPECT_NEAR(plane[0][0] + plane[1][0], 0, 1e-9);
  EXPECT_NEAR(std::abs(plane[2][1]), 2, 1e-9);
  EXPECT_NEAR(plane[2][0], 0, 1e-9);
}

TEST(Report, ShowsFeedbackAsTextOnly) {
  Workshop shop;
  shop.config.held_out = 0;
  shop.add_pairs("<b>.jsonl", pair_row("<script>alert(1)</script>", "</div><img src=x>", "b") +
                                  pair_row("Two?", "x", "y") + pair_row("Two?", "x", "y"));
  shop.add_ratings("rated.jsonl", test::many_ratings(30));
  shop.config.selection.fraction = 0.5;
  shop.write();
  const std::string page = read_text_file(shop.prepared() / "report.html");
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)"));
  EXPECT_THAT(page, HasSubstr("&lt;b&gt;.jsonl"));
  EXPECT_THAT(page, Not(HasSubstr("://")));  // nothing is loaded from elsewhere
  for (const char* part : {"From rows to pairs", "What became of the pairs", "Margins", "Lengths",
                           "Clusters of prompts", "Agreement between sources", "exact duplicate",
                           "not in best fraction"}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
}

}  // namespace
}  // namespace braid

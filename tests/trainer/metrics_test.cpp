// metrics.jsonl and metrics.csv: content, resume, write failures.
#include "trainer/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <limits>

#include "base/file.h"
#include "base/json.h"
#include "tests/trainer/tiny.h"

namespace braid {
namespace {

using test::error_of;
using testing::HasSubstr;

class MetricsFiles : public testing::Test {
 protected:
  std::string text(const char* name) const { return read_text_file(directory_.path() / name); }
  std::vector<int64_t> steps() const {
    std::vector<int64_t> result;
    std::istringstream lines(text("metrics.jsonl"));
    for (std::string line; std::getline(lines, line);) {
      result.push_back(parse_json(line, "metrics.jsonl")["step"].get<int64_t>());
    }
    return result;
  }

  test::TemporaryDirectory directory_;
};

TEST_F(MetricsFiles, RecordsAndColumns) {
  MetricsLog log(directory_.path(), {});
  log.write(1, {{"loss", 0.5}, {"rewards/margins", -0.25}});
  log.write(1, {{"eval_loss", 0.75}});
  log.write(2, {{"loss", 0.1}, {"rewards/margins", std::numeric_limits<double>::quiet_NaN()}});
  log.sync();
  EXPECT_EQ(text("metrics.jsonl"),
            "{\"step\":1,\"loss\":0.5,\"rewards/margins\":-0.25}\n"
            "{\"step\":1,\"eval_loss\":0.75}\n"
            "{\"step\":2,\"loss\":0.1,\"rewards/margins\":null}\n");
  EXPECT_EQ(text("metrics.csv"), "step,loss,rewards/margins\n1,0.5,-0.25\n2,0.1,nan\n");
}

TEST_F(MetricsFiles, ColumnsKeepTheirPlace) {
  MetricsLog log(directory_.path(), {});
  log.write(1, {{"loss", 1}, {"loss/sft", 2}});
  log.write(2, {{"loss/sft", 4}});
  log.write(3, {{"loss/sft", 6}, {"loss", 5}});
  EXPECT_EQ(text("metrics.csv"), "step,loss,loss/sft\n1,1,2\n2,,4\n3,5,6\n");
  EXPECT_THAT(error_of([&] { log.write(4, {{"loss", 1}, {"other", 2}}); }), HasSubstr("columns"));
}

TEST_F(MetricsFiles, ResumeCutsWhatTheCheckpointDoesNotCover) {
  {
    MetricsLog log(directory_.path(), {});
    for (int64_t step = 1; step <= 5; ++step) log.write(step, {{"loss", 1.0}});
    log.write(5, {{"eval_loss", 1.0}});
  }
  // A run that died inside a record.
  AppendFile(directory_.path() / "metrics.jsonl").append("{\"step\":6,\"lo");
  AppendFile(directory_.path() / "metrics.csv").append("6,0.");
  {
    MetricsLog log(directory_.path(), {3, {}});
    log.write(4, {{"loss", 2.0}});
  }
  EXPECT_EQ(steps(), (std::vector<int64_t>{1, 2, 3, 4}));
  EXPECT_EQ(text("metrics.csv"), "step,loss\n1,1\n2,1\n3,1\n4,2\n");
}

TEST_F(MetricsFiles, MeasurementsThatAreMadeAgainAreCut) {
  {
    MetricsLog log(directory_.path(), {});
    EXPECT_EQ(log.records(1), 0);
    log.write(1, {{"loss", 1.0}});
    log.write(2, {{"loss", 2.0}});
    log.write(2, {{"eval_loss", 3.0}});
    log.write(2, {{"eval/task/accuracy", 4.0}});
    EXPECT_EQ(log.records(2), 3);
    EXPECT_EQ(log.records(1), 0);
  }
  MetricsLog log(directory_.path(), {2, 2});
  EXPECT_EQ(log.records(2), 2);
  log.write(2, {{"eval/task/accuracy", 5.0}});
  EXPECT_EQ(log.records(2), 3);
  EXPECT_EQ(text("metrics.jsonl"),
            "{\"step\":1,\"loss\":1.0}\n"
            "{\"step\":2,\"loss\":2.0}\n"
            "{\"step\":2,\"eval_loss\":3.0}\n"
            "{\"step\":2,\"eval/task/accuracy\":5.0}\n");
  EXPECT_EQ(text("metrics.csv"), "step,loss\n1,1\n2,2\n");
}

TEST_F(MetricsFiles, ATornLineIsCutEvenWithoutStepsToCut) {
  MetricsLog(directory_.path(), {}).write(1, {{"loss", 1.0}});
  AppendFile(directory_.path() / "metrics.jsonl").append("{\"step\":2");
  MetricsLog(directory_.path(), {10, {}}).write(2, {{"loss", 1.0}});
  EXPECT_EQ(steps(), (std::vector<int64_t>{1, 2}));
}

TEST_F(MetricsFiles, AFreshRunStartsEmpty) {
  MetricsLog(directory_.path(), {}).write(1, {{"loss", 1.0}});
  MetricsLog(directory_.path(), {}).write(1, {{"other", 2.0}});
  EXPECT_EQ(text("metrics.csv"), "step,other\n1,2\n");
}

TEST_F(MetricsFiles, UnwritablePlacesAreNamed) {
  test::write_text(directory_.path() / "file", "");
  EXPECT_THAT(error_of([&] { MetricsLog(directory_.path() / "file", {}); }), HasSubstr("file"));
  std::filesystem::create_directory(directory_.path() / "metrics.jsonl");
  test::write_text(directory_.path() / "metrics.jsonl" / "x", "");
  EXPECT_THAT(error_of([&] { MetricsLog(directory_.path(), {}); }), HasSubstr("metrics.jsonl"));
}

TEST(AppendFile, AFullDiskLeavesWholeRecords) {
  // A limit on file sizes stands for the disk: writes beyond it fail half-way in the same manner.
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "log";
  AppendFile file(path);
  file.append("0123456789\n");
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{16, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const std::string message = error_of([&] { file.append("0123456789\n"); });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_THAT(message, HasSubstr("log: cannot write: File too large"));
  EXPECT_EQ(read_text_file(path), "0123456789\n");
  file.append("next\n");
  EXPECT_EQ(read_text_file(path), "0123456789\nnext\n");
}

TEST(AppendFile, FullDevice) {
  AppendFile full("/dev/full");
  EXPECT_THAT(error_of([&] { full.append("x"); }), HasSubstr("/dev/full: cannot write: No space"));
}

}  // namespace
}  // namespace braid

// Writes that fail half-way, by the real executable: what was there stays, nothing half-written is
// added. A limit on file sizes stands for the full disk, because a write beyond it fails alike.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/error.h"
#include "tests/binary/expect.h"
#include "tests/binary/fixture.h"

namespace braid {
namespace {

namespace fs = std::filesystem;
using test::expect_error;
using test::expect_success;
using test::run_braid;
using testing::HasSubstr;

class FullDisk : public testing::Test {
 protected:
  FullDisk() : file_(test::make_tiny_run(directory_.path())) {}

  test::Result limited(const std::string& command, int64_t max_file_bytes) {
    return run_braid({command, file_.string()},
                     {.input = "", .max_file_bytes = max_file_bytes, .out = {}});
  }
  fs::path run(const std::string& name = "") const { return directory_.path() / "run" / name; }
  std::set<std::string> names(const fs::path& directory) const {
    std::set<std::string> result;
    for (const auto& item : fs::directory_iterator(directory)) {
      result.insert(item.path().filename().string());
    }
    return result;
  }

  test::TemporaryDirectory directory_;
  fs::path file_;
};

TEST_F(FullDisk, NoFirstCheckpoint) {
  // Room for run.json and metrics (under 4 kB each), not for the adapter (9 kB).
  expect_error(limited("train", 6000),
               {"checkpoint of step 2 not written", "File too large", "untouched"});
  for (const std::string& name : names(run())) {
    EXPECT_FALSE(name.find("checkpoint") != std::string::npos) << name;
  }
}

TEST_F(FullDisk, EarlierCheckpointsStayAndTheRunGoesOnLater) {
  expect_success(run_braid({"train", file_.string()}));
  const std::string finished = read_text_file(run("adapter/adapter_model.safetensors"));
  fs::remove_all(run("checkpoint-6"));
  const auto result = limited("train", 6000);
  expect_error(result, {"checkpoint of step 6 not written"});
  EXPECT_THAT(result.err, HasSubstr("resuming from"));
  const auto left = run_braid({"inspect", "checkpoint", run().string()});
  expect_success(left);
  EXPECT_THAT(left.out, HasSubstr("checkpoint-4: whole: step 4"));
  EXPECT_FALSE(fs::exists(run(".writing-checkpoint-6")));

  expect_success(run_braid({"train", file_.string()}));
  EXPECT_EQ(read_text_file(run("adapter/adapter_model.safetensors")), finished);
}

TEST_F(FullDisk, NoEvaluation) {
  expect_error(limited("eval", 600), {"evaluation", "File too large"});
  EXPECT_TRUE(names(run("evaluation")).empty());
}

}  // namespace
}  // namespace braid

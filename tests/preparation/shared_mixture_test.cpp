// All real sets in one preparation, through the sources committed in tests/feedback/sources.
#include <gtest/gtest.h>

#include "tests/preparation/prepared.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

PreparationConfig shared_mixture(const fs::path& shared) {
  std::vector<fs::path> files;
  for (const auto& entry :
       fs::directory_iterator(fs::path(BRAID_SOURCE_DIR) / "tests/feedback/sources")) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  PreparationConfig config;
  for (const fs::path& file : files) {
    Json source = read_json_file(file);
    source["name"] = file.stem().string();
    for (Json& path : source["files"]) path = (shared / path.get<std::string>()).string();
    config.sources.push_back(std::move(source));
  }
  return config;
}

TEST(SharedMixture, EverySetIsAccountedForFromRowsToFiles) {
  const auto shared = test::shared_path("data");
  if (!shared) GTEST_SKIP() << "the shared test material is not there";
  PreparationConfig config = shared_mixture(shared->parent_path());
  config.selection.fraction = 0.6;
  config.selection.quality = QualityScale::kSourceRank;
  const test::TemporaryDirectory folder;
  const auto preparation = prepare_feedback(config, {}, [](const std::string&) {});
  const Json summary = write_prepared(folder.path() / "prepared", "key", config, preparation);
  ASSERT_GT(summary["sources"].size(), 25u);
  int64_t with_pairs = 0;
  for (const Json& source : summary["sources"]) {
    EXPECT_EQ(test::unaccounted(source), "") << source["name"];
    EXPECT_GT(source["rows"]["used"], 0) << source["name"];
    with_pairs += source["pairs"]["train"] > 0;
  }
  // Demonstrations alone: dolly_hhrlhf, gsm8k, lambada, llamafactory_alpaca, self_instruct. One
  // answer per prompt: unieval_consistency.
  EXPECT_EQ(with_pairs, static_cast<int64_t>(summary["sources"].size()) - 6);
  const auto rows = [&](const char* name) {
    for (const Json& output : summary["outputs"]) {
      if (output["file"] == name) return output["rows"].get<int64_t>();
    }
    return int64_t{-1};
  };
  EXPECT_EQ(rows(kPairsFile), summary["totals"]["pairs"]["train"]);
  EXPECT_EQ(rows(kValidationFile), summary["totals"]["pairs"]["held_out"]);
  EXPECT_EQ(rows(kDemonstrationsFile), summary["totals"]["demonstrations"]["train"]);
}

}  // namespace
}  // namespace braid

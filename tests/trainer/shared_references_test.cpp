// Reference log-probabilities that runs share: one by one, whoever came first.
#include "trainer/shared_references.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/file.h"
#include "base/safetensors.h"
#include "base/stop.h"
#include "tests/model/formula_model.h"
#include "tests/trainer/tiny.h"
#include "trainer/reference_files.h"
#include "trainer/reference_values.h"

namespace braid {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class SharedReferences : public testing::Test {
 protected:
  SharedReferences()
      : model_(test::formula_model(test::tiny_config_json("llama"), 0.3)),
        adapter_(test::formula_adapter(model_.config, test::tiny_lora(), 0.5)),
        groups_(test::tiny_pairs(9, 40)) {}

  // The groups from `begin` to below `end`.
  SharedLogps logps(size_t begin, size_t end, const std::string& policy = "base",
                    const std::string& directory = "cache") {
    said_.clear();
    const auto first = groups_.begin();
    const GroupStore store = make_store(
        {first + static_cast<std::ptrdiff_t>(begin), first + static_cast<std::ptrdiff_t>(end)});
    return shared_reference_logps(directory_.path() / directory, "w", model_.transformer,
                                  make_reference(policy, model_.config, adapter_, at::kCPU),
                                  store.groups(),
                                  [&](const std::string& line) { said_.push_back(line); });
  }
  at::Tensor alone() const {
    const GroupStore store = make_store(groups_);
    return score_groups(model_.transformer, pointers(store.groups()), nullptr, 1);
  }
  std::vector<fs::path> files() const { return test::files_in(directory_.path() / "cache"); }

  test::TemporaryDirectory directory_;
  LoadedModel model_;
  Adapter adapter_;
  std::vector<GroupTokens> groups_;
  std::vector<std::string> said_;
};

TEST_F(SharedReferences, AStoppedRunLeavesWhatItComputed) {
  const GroupStore store = make_store(groups_);
  const auto stop_after_three = [](int64_t done) {
    if (done == 3) request_stop("test");
  };
  EXPECT_THROW(shared_reference_logps(
                   directory_.path() / "cache", "w", model_.transformer,
                   make_reference("base", model_.config, adapter_, at::kCPU), store.groups(),
                   [](const std::string&) {}, stop_after_three),
               Stopped);
  forget_stop();
  const SharedLogps all = logps(0, 9);
  EXPECT_EQ(all.reused, 3);
  EXPECT_TRUE(at::equal(all.sums, alone()));
}

TEST_F(SharedReferences, OnlyWhatIsNotThereIsComputed) {
  EXPECT_EQ(logps(2, 6).reused, 0);
  const SharedLogps all = logps(0, 9);
  EXPECT_EQ(all.reused, 4);
  EXPECT_TRUE(at::equal(all.sums, alone()));
  EXPECT_EQ(logps(0, 9).reused, 9);
  EXPECT_THAT(files(), SizeIs(2));
  EXPECT_THAT(said_, IsEmpty());
}

// What an order, a subset or another process did before changes no bit.
TEST_F(SharedReferences, ValuesDoNotDependOnWhoCameFirst) {
  const at::Tensor expected = alone();
  for (const size_t cut : {1, 4, 8}) {
    const std::string directory = "cut-" + std::to_string(cut);
    const at::Tensor tail = logps(cut, 9, "base", directory).sums;
    const at::Tensor head = logps(0, cut, "base", directory).sums;
    EXPECT_TRUE(at::equal(at::cat({head, tail}), expected));
    EXPECT_TRUE(at::equal(logps(0, 9, "base", directory).sums, expected));
  }
}

TEST_F(SharedReferences, PoliciesAndTokensAreToldApart) {
  logps(0, 9);
  const SharedLogps other = logps(0, 9, "initial");
  EXPECT_EQ(other.reused, 0);
  EXPECT_FALSE(at::equal(other.sums, alone()));
  groups_[3].branches = {{5, 2}, {6, 2, 7}};
  EXPECT_EQ(logps(0, 9).reused, 8);
  groups_[3].branches = {{5, 2, 6}, {2, 7}};
  EXPECT_EQ(logps(0, 9).reused, 8);
}

TEST_F(SharedReferences, TheSameGroupTwiceIsOne) {
  groups_[7] = groups_[2];
  const at::Tensor sums = logps(0, 9).sums;
  EXPECT_TRUE(at::equal(sums, alone()));
  EXPECT_EQ(logps(0, 9).reused, 9);
}

TEST_F(SharedReferences, ADamagedFileIsNamedAndNotUsed) {
  logps(0, 9);
  const fs::path file = files().at(0);
  const std::string whole = read_text_file(file);
  for (size_t i = 0; i < 3; ++i) {
    std::string flipped = whole;
    flipped[whole.size() - 1 - i * 300] ^= 1;  // a key, a value
    test::write_text(file, i == 2 ? whole.substr(0, whole.size() / 2) : flipped);
    const SharedLogps again = logps(0, 9);
    EXPECT_EQ(again.reused, 0);
    EXPECT_TRUE(at::equal(again.sums, alone()));
    ASSERT_THAT(said_, SizeIs(1));
    EXPECT_THAT(said_[0], HasSubstr("not used"));
    EXPECT_EQ(read_text_file(file), whole);
  }
}

// A file whose checksum is right, but whose counts would lead outside of it.
TEST(ReferenceFilesOfOthers, CountsMustLieInsideTheFile) {
  const test::TemporaryDirectory folder;
  const std::string policy(32, 'a');
  const std::string groups = std::string(32, 'b') + std::string(32, 'c');
  const std::vector<float> values = {1, 2};
  for (const std::vector<int64_t>& counts : {std::vector<int64_t>{-1, 3}, {0, 2}, {2, 2}}) {
    const auto keys = std::as_bytes(std::span(groups));
    const auto branches = std::as_bytes(std::span(counts));
    const auto logps = std::as_bytes(std::span(values));
    write_file_atomic(
        folder.path() / (policy.substr(0, 16) + "-x.safetensors"),
        safetensors_bytes(
            {{"branches", "I64", {2}, branches},
             {"logps", "F32", {2}, logps},
             {"groups", "U8", {2, 32}, keys}},
            {{"policy", policy},
             {"checksum", Hasher().update(keys).update(branches).update(logps).hex()}}));
    std::vector<std::string> said;
    const ReferenceFiles files(folder.path(), policy,
                               [&](const std::string& line) { said.push_back(line); });
    EXPECT_EQ(files.find(std::string(32, 'c')), nullptr);
    ASSERT_THAT(said, SizeIs(1));
    EXPECT_THAT(said[0], HasSubstr("not used"));
  }
}

TEST_F(SharedReferences, WrongValuesDoNotPassTheSpotCheck) {
  logps(0, 9);
  const std::string content = read_text_file(files().at(0));
  // The name begins like the key of the policy, which is in the metadata.
  const std::string policy =
      content.substr(content.find(files().at(0).filename().string().substr(0, 16)), 32);
  Hasher hasher;
  const GroupStore store = make_store(groups_);
  hash_tokens(store.groups()[0], hasher);
  const std::string group = hasher.hex();
  for (const float wrong : {1.0F, std::nanf("")}) {
    fs::remove_all(directory_.path() / "cache");
    ReferenceFiles files(directory_.path() / "cache", policy, [](const auto&) {});
    files.add(group, std::vector<float>{wrong, wrong});
    files.flush();
    const SharedLogps again = logps(0, 9);
    EXPECT_EQ(again.reused, 0);
    EXPECT_TRUE(at::equal(again.sums, alone()));
    ASSERT_THAT(said_, SizeIs(1));
    EXPECT_THAT(said_[0], HasSubstr("differs from a fresh computation"));
    EXPECT_EQ(logps(0, 9).reused, 9);
  }
}

TEST_F(SharedReferences, AFileInTheWayIsNamed) {
  test::write_text(directory_.path() / "cache", "");
  EXPECT_THAT(test::error_of([&] { logps(0, 9); }), HasSubstr("cache: cannot create"));
}

}  // namespace
}  // namespace braid

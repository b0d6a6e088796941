// The command line itself: help, version, mistakes, and the committed reference page.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/binary/expect.h"
#include "tests/binary/fixture.h"

namespace braid {
namespace {

using test::expect_error;
using test::expect_success;
using test::run_braid;
using testing::HasSubstr;

TEST(Usage, VersionAndHelp) {
  EXPECT_THAT(run_braid({"--version"}).out, testing::StartsWith("braid "));
  const auto help = run_braid({"--help"});
  expect_success(help);
  for (const char* command : {"plan", "train", "eval", "generate", "inspect"}) {
    EXPECT_THAT(help.out, HasSubstr(command));
  }
}

TEST(Usage, HelpOfACommandListsEveryKeyWithItsDefault) {
  for (const char* command : {"plan", "train", "eval", "generate"}) {
    const auto help = run_braid({command, "--help"});
    expect_success(help);
    EXPECT_THAT(help.out, HasSubstr("--loss.beta number=0.1"));
    EXPECT_THAT(help.out, HasSubstr("--lora.targets list=all-linear"));
    EXPECT_THAT(help.out, HasSubstr("--optimizer.schedule string=cosine"));
  }
}

TEST(Usage, MistakesOfTheCommandLineAreExitCode2) {
  expect_error(run_braid({}), {"subcommand"}, 2);
  expect_error(run_braid({"tain", "run.json"}), {"\"tain\": unknown command; did you mean train?"},
               2);
  expect_error(run_braid({"train"}), {"run"}, 2);
  expect_error(run_braid({"generate", "run.json"}), {"--prompt"}, 2);
  expect_error(run_braid({"inspect", "model"}), {"path"}, 2);
  expect_error(run_braid({"train", "run.json", "--loss.beta"}), {"--loss.beta"}, 2);
  expect_error(run_braid({"train", "a.json", "b.json"}), {"b.json"}, 2);
  expect_error(run_braid({"inspect", "batch", "run.json", "--count", "0"}), {"--count"}, 2);
}

TEST(Usage, UnknownFlagsNameNearMisses) {
  expect_error(run_braid({"train", "run.json", "--loss.bta", "0.2"}),
               {"--loss.bta", "did you mean --loss.beta?"}, 2);
  expect_error(run_braid({"train", "--learning_rate=1", "run.json"}),
               {"--learning_rate", "--optimizer.learning_rate"}, 2);
  expect_error(run_braid({"eval", "run.json", "--qqqqqqqq"}), {"--qqqqqqqq"}, 2);
}

TEST(Usage, FullStandardOutputIsAnError) {
  expect_error(run_braid({"inspect", "options", "--markdown"}, {.input = "", .out = "/dev/full"}),
               {"standard output: cannot write"});
}

TEST(Usage, CommittedReferencePageIsWhatTheBinaryPrints) {
  const auto generated = run_braid({"inspect", "options", "--markdown"});
  expect_success(generated);
  const auto page = std::filesystem::path(BRAID_SOURCE_DIR) / "docs" / "configuration.md";
  EXPECT_EQ(read_text_file(page), generated.out)
      << "run: braid inspect options --markdown > docs/configuration.md";
}

}  // namespace
}  // namespace braid

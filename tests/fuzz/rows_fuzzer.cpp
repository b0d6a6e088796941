// Rows of every kind in every text format: the first byte chooses the kind, the second the format,
// the rest is the file.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/feedback/converted.h"

namespace braid {
namespace {

const char* const kConfigs[] = {
    R"({"preset":"trl"})",
    R"({"preset":"pandalm","merge_votes":true})",
    R"({"preset":"helpsteer3","system":"system","tools":"tools"})",
    R"({"preset":"shp"})",
    R"({"kind":"rating","prompt":"q","response":"a","author":"w","annotators":"median",
        "axes":[{"name":"s"},{"name":"t","range":"rank","higher_is_better":false}],
        "missing":"ignore","pairing":{"strategy":"all_pairs"}})",
    R"({"preset":"ultrafeedback"})",
    R"({"preset":"oasst"})",
    R"({"preset":"oasst_toxicity"})",
    R"({"preset":"nectar","pairing":{"strategy":"best_vs_random"}})",
    R"({"kind":"ranking","prompt":"q","comparisons":"c",
        "responses":[{"text":"a"},{"each":"r{}","text":"@key"}]})",
    R"({"kind":"label","prompt":"q","responses":[{"each":"r[]","text":"t"}],"label":"l"})",
    R"({"preset":"kto_messages"})",
    R"({"preset":"winogrande","fill":"sentence"})",
    R"({"kind":"choice","prompt":"q","options":"o","labels":"l","answer":"a",
        "answer_is":"label","pairing":{"strategy":"adjacent"}})",
    R"({"preset":"mlqe_pe"})",
    R"({"preset":"self_instruct","markers":{"user":"<u>","assistant":"<a>"}})",
    R"({"preset":"sharegpt","json_columns":["conversations"]})",
};

const char* const kNames[] = {"r.jsonl", "r.json", "r.csv", "r.tsv", "r.jsonl.gz", "r.json.zst"};

void check(const test::Converted& result) {
  if (result.error.find('\n') != std::string::npos) std::abort();
  if (!result.error.empty()) return;
  if (!test::unaccounted(result.feedback, result.pairing).empty()) std::abort();
  for (const test::PairTexts& pair : result.pairs) {
    if (!(pair.margin > 0) || pair.chosen == pair.rejected) std::abort();
  }
}

}  // namespace
}  // namespace braid

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace braid;
  if (size < 2) return 0;
  static const test::TemporaryDirectory directory;
  const std::string name = kNames[data[1] % std::size(kNames)];
  test::write_bytes(directory.path() / name, {reinterpret_cast<const char*>(data + 2), size - 2});
  Json config = parse_json(kConfigs[data[0] % std::size(kConfigs)], "config");
  config["files"] = {name};
  config["max_bad_rows"] = data[1] >= 128 ? 1000 : 0;
  check(test::convert_files(config, directory.path()));
  return 0;
}

// Adapters on disk: PEFT's own files, round trips, and everything that must be refused.
#include "model/adapter_io.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json.h"
#include "model/model.h"
#include "tests/model/model_files.h"
#include "tests/support.h"

namespace braid {
namespace {

using test::error_of;
using test::tiny_config;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Adapter random_adapter(const ModelConfig& config, const LoraConfig& lora) {
  Adapter adapter(config, lora, 3, at::kCPU);
  const at::NoGradGuard no_grad;
  for (const auto& [module, pair] : adapter.pairs()) {
    pair.b.copy_(at::sin(at::arange(pair.b.numel(), at::kFloat)).view(pair.b.sizes()));
  }
  return adapter;
}

class AdapterFiles : public ::testing::Test {
 protected:
  AdapterFiles() { write(lora()); }

  static LoraConfig lora() {
    LoraConfig lora;
    lora.targets = {"q_proj", "down_proj"};
    lora.rank = 2;
    lora.alpha = 3;
    return lora;
  }
  void write(const LoraConfig& lora) {
    save_adapter(random_adapter(config_, lora), directory_.path(), "base");
  }
  Adapter load() {
    return load_adapter(directory_.path(), config_, at::kCPU,
                        [&](const std::string& text) { warnings_.push_back(text); });
  }
  std::string config_text() const {
    return read_text_file(directory_.path() / "adapter_config.json");
  }
  void set(const std::string& key, const Json& value) {
    auto json = parse_json(config_text(), "test");
    json[key] = value;
    write_file_atomic(directory_.path() / "adapter_config.json", json.dump());
  }
  // The tensors under other names: `rename` gives "" for those to leave out.
  void rewrite(const std::function<std::string(const std::string&)>& rename) {
    const auto path = directory_.path() / "adapter_model.safetensors";
    std::string bytes;
    {
      const SafetensorsFile file(path);
      auto entries = file.entries();
      for (auto& entry : entries) entry.name = rename(entry.name);
      std::erase_if(entries, [](const auto& entry) { return entry.name.empty(); });
      bytes = safetensors_bytes(entries, {});
    }
    write_file_atomic(path, bytes);
  }

  const ModelConfig config_ = tiny_config("llama");
  test::TemporaryDirectory directory_;
  std::vector<std::string> warnings_;
};

void expect_same(const Adapter& actual, const Adapter& expected) {
  ASSERT_EQ(actual.pairs().size(), expected.pairs().size());
  for (const auto& [module, pair] : expected.pairs()) {
    ASSERT_NE(actual.find(module), nullptr) << module;
    EXPECT_TRUE(at::equal(actual.find(module)->a, pair.a)) << module;
    EXPECT_TRUE(at::equal(actual.find(module)->b, pair.b)) << module;
  }
  EXPECT_EQ(actual.config().scale(), expected.config().scale());
  EXPECT_EQ(adapter_fingerprint(actual), adapter_fingerprint(expected));
}

TEST_F(AdapterFiles, RoundTripsForEveryKindOfTarget) {
  for (const std::vector<std::string>& targets :
       std::vector<std::vector<std::string>>{{"all-linear"},
                                             {"q_proj", "v_proj"},
                                             {"model.layers.1.mlp.up_proj"},
                                             {"regex:.*\\.1\\.self_attn\\.[qk]_proj"}}) {
    auto config = lora();
    config.targets = targets;
    config.alpha = 2.5;
    config.rslora = true;
    write(config);
    expect_same(load(), random_adapter(config_, config));
  }
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(AdapterFiles, WritesNamesWherePeftCanUseThem) {
  const auto targets = [&](std::vector<std::string> names) {
    auto config = lora();
    config.targets = std::move(names);
    write(config);
    return parse_json(config_text(), "test").at("target_modules").get<std::vector<std::string>>();
  };
  EXPECT_THAT(targets({"all-linear"}), ElementsAre("down_proj", "gate_proj", "k_proj", "o_proj",
                                                   "q_proj", "up_proj", "v_proj"));
  EXPECT_THAT(targets({"v_proj", "q_proj"}), ElementsAre("q_proj", "v_proj"));
  EXPECT_THAT(targets({"regex:.*\\.1\\..*q_proj"}), ElementsAre("model.layers.1.self_attn.q_proj"));
  EXPECT_THAT(config_text(), HasSubstr("{\n  \"alpha_pattern\": {},\n"));  // sorted, two spaces
  EXPECT_THAT(config_text(), HasSubstr("\"lora_alpha\": 3,"));
}

TEST_F(AdapterFiles, NamesFusedLinearsAsPeft) {
  const auto config = tiny_config("phi3");
  auto all = lora();
  all.targets = {"all-linear"};
  const auto adapter = random_adapter(config, all);
  save_adapter(adapter, directory_.path(), "base");
  EXPECT_THAT(
      parse_json(config_text(), "test").at("target_modules").get<std::vector<std::string>>(),
      ElementsAre("down_proj", "gate_up_proj", "o_proj", "qkv_proj"));
  expect_same(load_adapter(directory_.path(), config, at::kCPU), adapter);
  // An adapter of separate linears does not fit.
  write(lora());
  EXPECT_THAT(error_of([&] { load_adapter(directory_.path(), config, at::kCPU); }),
              AllOf(HasSubstr("\"q_proj\""), HasSubstr("qkv_proj")));
}

// Its image parts have linears of the same names, so that names alone would say too much.
TEST_F(AdapterFiles, NamesWholePathsInsideAMultimodalModel) {
  auto config = tiny_config("gemma3_text");
  config.module_prefix = "model.language_model.";
  auto some = lora();
  some.targets = {"q_proj"};
  const auto adapter = random_adapter(config, some);
  save_adapter(adapter, directory_.path(), "base");
  EXPECT_THAT(
      parse_json(config_text(), "test").at("target_modules").get<std::vector<std::string>>(),
      ElementsAre("model.language_model.layers.0.self_attn.q_proj",
                  "model.language_model.layers.1.self_attn.q_proj"));
  expect_same(load_adapter(directory_.path(), config, at::kCPU), adapter);
}

TEST_F(AdapterFiles, ToleratesNamesThatWrappersLeave) {
  const auto expected = load();
  rewrite([](std::string name) {
    name.erase(0, std::string("base_model.model.").size());
    name.insert(name.rfind(".weight"), ".default");
    return "_orig_mod.module." + name;
  });
  expect_same(load(), expected);
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("8 tensor names")));
}

TEST_F(AdapterFiles, ListsEveryTensorThatDoesNotFit) {
  rewrite([](const std::string& name) -> std::string {
    if (name.ends_with("layers.0.self_attn.q_proj.lora_B.weight")) return "";
    if (name.ends_with("layers.1.self_attn.q_proj.lora_B.weight")) return "x.lora_B.weight";
    return name;
  });
  set("r", 4);
  EXPECT_THAT(error_of([&] { load(); }),
              AllOf(HasSubstr("missing (2)"), HasSubstr("unexpected (1): \"x.lora_B.weight\""),
                    HasSubstr("wrong shape (6)"), HasSubstr("is [2, 8], expected [4, 8]")));
  set("r", int64_t{1} << 50);  // must not be allocated
  EXPECT_THAT(error_of([&] { load(); }), ::testing::Not(HasSubstr("no error")));
}

TEST_F(AdapterFiles, RefusesFeaturesByKey) {
  const std::pair<std::string, Json> cases[] = {{"use_dora", true},
                                                {"bias", "all"},
                                                {"lora_bias", true},
                                                {"modules_to_save", {"lm_head"}},
                                                {"rank_pattern", {{"q", 4}}},
                                                {"alpha_pattern", {{"q", 4}}},
                                                {"init_lora_weights", "pissa_niter_4"},
                                                {"init_lora_weights", "olora"},
                                                {"layers_to_transform", {0}},
                                                {"target_parameters", {"x"}},
                                                {"alora_invocation_tokens", {1}},
                                                {"peft_type", "IA3"},
                                                {"task_type", "SEQ_CLS"},
                                                {"fan_in_fan_out", true},
                                                {"exclude_modules", "x"},
                                                {"target_modules", Json::array()},
                                                {"target_modules", {"nothing_like_it"}},
                                                {"r", 0},
                                                {"r", "4"}};
  for (const auto& [key, value] : cases) {
    write(lora());
    set(key, value);
    EXPECT_THAT(error_of([&] { load(); }),
                AllOf(HasSubstr("adapter_config.json"), HasSubstr(key == "r" ? "r" : key)))
        << key << " " << value;
  }
}

TEST_F(AdapterFiles, WarnsOfUnknownKeys) {
  set("use_something", false);  // off: says nothing
  set("brand_new", 3);
  load();
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("\"brand_new\"")));
}

TEST_F(AdapterFiles, RefusesIncompleteDirectories) {
  std::filesystem::remove(directory_.path() / "adapter_model.safetensors");
  EXPECT_THAT(error_of([&] { load(); }), HasSubstr("incomplete"));
  write_file_atomic(directory_.path() / "adapter_model.bin", "x");
  EXPECT_THAT(error_of([&] { load(); }), HasSubstr("pickle"));
  std::filesystem::remove(directory_.path() / "adapter_config.json");
  EXPECT_THAT(error_of([&] { load(); }), HasSubstr("no adapter_config.json"));
}

TEST_F(AdapterFiles, FingerprintFollowsScaleAndTensors) {
  const auto first = adapter_fingerprint(load());
  set("lora_alpha", 4);
  EXPECT_NE(adapter_fingerprint(load()), first);
}

// scripts/golden/peft_adapter.py wrote model, adapter and logits with transformers and PEFT.
TEST(PeftAdapter, GivesPeftsLogits) {
  const auto root = test::golden_path("peft_adapter");
  const auto model = load_model(root / "model", at::kFloat, at::kCPU);
  const auto adapter = load_adapter(root / "adapter", model.config, at::kCPU);
  EXPECT_EQ(adapter.config().rank, 4);
  EXPECT_EQ(adapter.pairs().size(), 4u);

  const Json golden = read_json_file(root / "expected.json");
  const auto ids = golden.at("tokens").get<std::vector<int64_t>>();
  const auto length = static_cast<int64_t>(ids.size());
  const auto tokens = at::tensor(ids, at::kLong);
  const SegmentLayout layout{{{0, length, -1, 0}}, length};
  const auto logits = [&](const Adapter* adapted) {
    const at::NoGradGuard no_grad;
    const auto hidden =
        model.transformer.forward(tokens, at::arange(length, at::kLong), layout, adapted);
    return model.transformer.logits(hidden).flatten();
  };
  // Logits are of order 10; float32 sums in another order differ by some 1e-6 of that.
  const auto expect_near = [](const at::Tensor& actual, const Json& expected) {
    const auto values = at::tensor(expected.get<std::vector<float>>(), at::kFloat);
    EXPECT_LT((actual - values).abs().max().item<float>(), 1e-4f);
  };
  expect_near(logits(&adapter), golden.at("adapted"));
  expect_near(logits(nullptr), golden.at("base"));
}

}  // namespace
}  // namespace braid

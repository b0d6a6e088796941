// Bad configurations, data and model files given to the real executable: one clear line each, and
// nothing half-written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "tests/binary/expect.h"
#include "tests/binary/fixture.h"

namespace braid {
namespace {

namespace fs = std::filesystem;
using test::expect_error;
using test::run_braid;

class InputErrors : public testing::Test {
 protected:
  InputErrors() : run_(test::make_tiny_run(directory_.path())) {}
  ~InputErrors() override {
    // Whatever went wrong went wrong before there was something to keep.
    EXPECT_FALSE(fs::exists(path("run/adapter")));
    EXPECT_FALSE(fs::exists(path("run/evaluation")));
  }

  fs::path path(const std::string& name) const { return directory_.path() / name; }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(path(name), std::ios::binary) << text;
  }
  std::string read(const std::string& name) const { return read_text_file(path(name)); }

  test::Result train(std::vector<std::string> flags = {}) {
    flags.insert(flags.begin(), {"train", run_.string()});
    return run_braid(flags);
  }

  test::TemporaryDirectory directory_;
  fs::path run_;
};

TEST_F(InputErrors, WrongPaths) {
  expect_error(run_braid({"train", path("none.json").string()}), {"none.json: cannot open"});
  expect_error(run_braid({"train", directory_.path().string()}), {"not a regular file"});
  expect_error(train({"--model", "/does/not/exist"}), {"/does/not/exist"});
  expect_error(train({"--model", run_.string()}), {"run.json"});
  expect_error(train({"--data.train", "/none.jsonl"}), {"/none.jsonl"});
  expect_error(train({"--data.validation", "/none.jsonl"}), {"/none.jsonl"});
  expect_error(train({"--adapter", "/none"}), {"/none"});
  expect_error(train({"--train.reference", "/none"}), {"/none"});
}

TEST_F(InputErrors, ConfigurationMistakes) {
  write("run.json", "{\"model\": \"model\",");
  expect_error(train(), {"run.json: not valid JSON"});
  write("run.json",
        R"({"model": "model", "output": "run", "trian": {"max_steps": 3}, "dtype": 1})");
  expect_error(train(), {"\"trian.max_steps\": unknown key; did you mean train.max_steps?",
                         "dtype: expected a string"});
  write("run.json", R"({"output": "run", "dtype": "int4"})");
  expect_error(train({"--loss.beta", "-1"}),
               {"model: missing", "dtype: \"int4\"", "loss.beta: -1"});
  write("run.json", R"({"model": "model", "data": {"train": "train.jsonl"}})");
  expect_error(train(), {"output: missing"});
  expect_error(run_braid({"eval", run_.string()}), {"output: missing"});
  write("run.json", R"({"model": "model", "output": "run"})");
  expect_error(train(), {"data.sources: missing"});
  expect_error(run_braid({"eval", run_.string()}), {"nothing to evaluate on"});
}

TEST_F(InputErrors, CudaWithoutAGpu) {
  const auto result = train({"--device", "cuda", "--train.max_steps", "2"});
  if (result.exit_code == 0) {
    fs::remove_all(path("run"));
    GTEST_SKIP() << "this machine has a GPU";
  }
  expect_error(result, {"device: cuda", "--device cpu"});
}

TEST_F(InputErrors, DataMistakesNameTheLine) {
  const std::string good = test::tiny_id_pairs(2);
  write("train.jsonl", good + "{\"prompt_ids\": [1], \"chosen_ids\": \n");
  expect_error(train(), {"train.jsonl:3"});
  write("train.jsonl", good + R"({"prompt_ids": [1], "chosen_ids": "x", "rejected_ids": [3]})");
  expect_error(train(), {"train.jsonl:3", "chosen_ids"});
  write("train.jsonl", good + R"({"prompt_ids": [1], "chosen_ids": [300], "rejected_ids": [3]})");
  expect_error(train(), {"train.jsonl:3", "300"});
  write("train.jsonl", good + R"({"prompt_ids": [1], "chosen_ids": [-1], "rejected_ids": [3]})");
  expect_error(train(), {"train.jsonl:3", "-1"});
  write("train.jsonl", R"({"prompt": "a", "chosen": "b", "rejected": "c"})");
  expect_error(train(), {"tokenizer"});  // text, and the model has no tokenizer
  write("train.jsonl", "");
  expect_error(train(), {"data.train: nothing to train on"});
}

TEST_F(InputErrors, TokenizerOfALargerModel) {
  test::write_byte_tokenizer(path("model"));
  Json config = test::tiny_llama_config();
  config["vocab_size"] = 200;
  write("model/config.json", config.dump());
  auto shapes = test::tiny_llama_shapes();
  shapes["model.embed_tokens.weight"] = {200, 16};
  test::write_random_tensors(path("model/model.safetensors"), shapes, 1);
  write("train.jsonl", R"({"prompt": "a", "chosen": "b", "rejected": "c"})");
  expect_error(train({"--data.validation", path("train.jsonl").string()}),
               {"train.jsonl:1", "200"});
}

TEST_F(InputErrors, ModelConfigMistakes) {
  Json config = test::tiny_llama_config();
  config["model_type"] = "gpt_bigcode";
  write("model/config.json", config.dump());
  expect_error(train(), {"config.json", "gpt_bigcode"});
  config = test::tiny_llama_config();
  config["num_hidden_layers"] = int64_t{1} << 60;
  write("model/config.json", config.dump());
  expect_error(train(), {"config.json"});
  config = test::tiny_llama_config();
  config["num_hidden_layers"] = 3;
  write("model/config.json", config.dump());
  expect_error(train(), {"model.layers.2."});
  write("model/config.json", "[]");
  expect_error(train(), {"config.json"});
  fs::remove(path("model/config.json"));
  expect_error(train(), {"config.json"});
}

TEST_F(InputErrors, TruncatedWeights) {
  const std::string whole = read("model/model.safetensors");
  for (const size_t size : {size_t{0}, size_t{5}, size_t{8}, size_t{100}, whole.size() - 1}) {
    write("model/model.safetensors", whole.substr(0, size));
    expect_error(train(), {"model.safetensors"});
  }
  fs::remove(path("model/model.safetensors"));
  expect_error(train(), {"model"});
}

std::string with_length(const std::string& header, uint64_t length) {
  std::string bytes(8, '\0');
  for (int i = 0; i < 8; ++i) bytes[static_cast<size_t>(i)] = static_cast<char>(length >> (8 * i));
  return bytes + header;
}

TEST_F(InputErrors, HostileSafetensorsHeaders) {
  const auto entry = [](const std::string& shape, const std::string& offsets) {
    return "{\"model.norm.weight\":{\"dtype\":\"F32\",\"shape\":" + shape +
           ",\"data_offsets\":" + offsets + "}}";
  };
  std::vector<std::string> files = {with_length("{}", ~uint64_t{0}), with_length("{}", 1 << 30),
                                    with_length("not json", 8)};
  for (const auto& header :
       {entry("[16]", "[0,18446744073709551615]"), entry("[4611686018427387904,4]", "[0,64]"),
        entry("[-16]", "[0,64]"), entry("[16]", "[64,0]"), entry("[16]", "[8,72]"),
        std::string(1000, '[')}) {
    files.push_back(with_length(header, header.size()) + std::string(64, '\0'));
  }
  for (const std::string& file : files) {
    write("model/model.safetensors", file);
    expect_error(train(), {"model.safetensors"});
  }
}

TEST_F(InputErrors, HostileGgufHeaders) {
  const auto number = [](uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
    return text;
  };
  const std::string head = "GGUF" + number(3, 4);
  const std::vector<std::string> files = {
      "GGUF",
      "GGUF" + number(9, 4) + number(0, 16),
      head + number(~uint64_t{0}, 8) + number(0, 8),                 // tensors without end
      head + number(0, 8) + number(uint64_t{1} << 40, 8),            // metadata without end
      head + number(0, 8) + number(1, 8) + number(~uint64_t{0}, 8),  // a key without end
      head + number(0, 16),                                          // nothing at all
  };
  for (const std::string& file : files) {
    write("model.gguf", file);
    expect_error(train({"--model", path("model.gguf").string()}), {"model.gguf"});
  }
}

TEST_F(InputErrors, AnAdapterOfAnotherModel) {
  fs::create_directories(path("adapter"));
  write("adapter/adapter_config.json",
        R"({"peft_type": "LORA", "r": 2, "lora_alpha": 4, "target_modules": ["q_proj"]})");
  const std::string prefix = "base_model.model.model.layers.0.self_attn.q_proj.lora_";
  test::write_random_tensors(path("adapter/adapter_model.safetensors"),
                             {{prefix + "A.weight", {2, 64}}, {prefix + "B.weight", {64, 2}}}, 1);
  const std::string adapter = path("adapter").string();
  expect_error(train({"--adapter", adapter}), {"adapter_model.safetensors", "q_proj"});
  expect_error(run_braid({"eval", run_.string(), "--adapter", adapter}), {"q_proj"});
  expect_error(run_braid({"inspect", "adapter", adapter, "--model", path("model").string()}),
               {"q_proj"});
  write("adapter/adapter_config.json", R"({"peft_type": "IA3"})");
  expect_error(train({"--adapter", adapter}), {"adapter_config.json", "peft_type"});
}

TEST_F(InputErrors, AFileWhereTheRunDirectoryShouldBe) {
  write("occupied", "");
  const auto result = train({"--output", path("occupied").string()});
  expect_error(result, {"occupied"});
  EXPECT_EQ(read("occupied"), "");
}

}  // namespace
}  // namespace braid

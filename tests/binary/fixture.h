// Tiny models, data and run files on disk, for tests of the real executable.
#pragma once

#include <fmt/format.h>

#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "base/random.h"
#include "base/safetensors.h"
#include "tests/binary/process.h"

namespace braid::test {

constexpr int64_t kTinyVocab = 300;

using Shapes = std::map<std::string, std::vector<int64_t>>;

// A llama of two layers: hidden 16, two heads of 8, one of them for keys and values, MLP 32.
inline Shapes tiny_llama_shapes() {
  Shapes shapes = {{"model.embed_tokens.weight", {kTinyVocab, 16}}, {"model.norm.weight", {16}}};
  for (const std::string layer : {"model.layers.0.", "model.layers.1."}) {
    shapes[layer + "input_layernorm.weight"] = {16};
    shapes[layer + "post_attention_layernorm.weight"] = {16};
    shapes[layer + "self_attn.q_proj.weight"] = {16, 16};
    shapes[layer + "self_attn.k_proj.weight"] = {8, 16};
    shapes[layer + "self_attn.v_proj.weight"] = {8, 16};
    shapes[layer + "self_attn.o_proj.weight"] = {16, 16};
    shapes[layer + "mlp.gate_proj.weight"] = {32, 16};
    shapes[layer + "mlp.up_proj.weight"] = {32, 16};
    shapes[layer + "mlp.down_proj.weight"] = {16, 32};
  }
  return shapes;
}

// Random float32 tensors in a safetensors file; norms around 1, matrices within +-0.3.
inline void write_random_tensors(const std::filesystem::path& path, const Shapes& shapes,
                                 uint64_t seed) {
  std::vector<std::vector<float>> values;
  std::vector<SafetensorsEntry> entries;
  values.reserve(shapes.size());
  uint64_t stream = 0;
  for (const auto& [name, shape] : shapes) {
    size_t count = 1;
    for (const int64_t size : shape) count *= static_cast<size_t>(size);
    auto& tensor = values.emplace_back(count);
    ++stream;
    for (size_t i = 0; i < count; ++i) {
      const double unit = 2 * random_unit(seed, stream, i) - 1;
      tensor[i] = static_cast<float>(shape.size() == 1 ? 1 + 0.1 * unit : 0.3 * unit);
    }
    entries.push_back({name, "F32", shape, std::as_bytes(std::span(tensor))});
  }
  write_file_atomic(path, safetensors_bytes(entries, {{"format", "pt"}}));
}

inline Json tiny_llama_config() {
  return {
      {"model_type", "llama"},       {"vocab_size", kTinyVocab}, {"hidden_size", 16},
      {"intermediate_size", 32},     {"num_hidden_layers", 2},   {"num_attention_heads", 2},
      {"num_key_value_heads", 1},    {"rms_norm_eps", 1e-5},     {"max_position_embeddings", 256},
      {"tie_word_embeddings", true}, {"torch_dtype", "float32"}};
}

// Without a tokenizer: good for rows of ids.
inline void write_tiny_model(const std::filesystem::path& directory, uint64_t seed = 1) {
  std::filesystem::create_directories(directory);
  write_file_atomic(directory / "config.json", tiny_llama_config().dump(2));
  write_random_tensors(directory / "model.safetensors", tiny_llama_shapes(), seed);
}

// The printable character that stands for a byte in byte-level vocabularies.
inline std::string byte_symbol(int byte, int& next) {
  const bool printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  const int code = printable ? byte : 256 + next++;
  if (code < 0x80) return std::string(1, static_cast<char>(code));
  return {static_cast<char>(0xc0 | (code >> 6)), static_cast<char>(0x80 | (code & 0x3f))};
}

// One token per byte (ids 0 to 255) and the two ChatML tokens (256 and 257).
inline void write_byte_tokenizer(const std::filesystem::path& directory) {
  Json vocabulary = Json::object();
  int next = 0;
  for (int byte = 0; byte < 256; ++byte) vocabulary[byte_symbol(byte, next)] = byte;
  Json added = Json::array();
  for (const auto& [name, id] : {std::pair("<|im_start|>", 256), std::pair("<|im_end|>", 257)}) {
    added.push_back({{"id", id},
                     {"content", name},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", false},
                     {"special", true}});
  }
  const Json byte_level = {{"type", "ByteLevel"},
                           {"add_prefix_space", false},
                           {"trim_offsets", true},
                           {"use_regex", true}};
  const Json document = {{"version", "1.0"},
                         {"truncation", nullptr},
                         {"padding", nullptr},
                         {"added_tokens", added},
                         {"normalizer", nullptr},
                         {"pre_tokenizer", byte_level},
                         {"post_processor", nullptr},
                         {"decoder", byte_level},
                         {"model",
                          {{"type", "BPE"},
                           {"dropout", nullptr},
                           {"unk_token", nullptr},
                           {"continuing_subword_prefix", nullptr},
                           {"end_of_word_suffix", nullptr},
                           {"fuse_unk", false},
                           {"byte_fallback", false},
                           {"vocab", vocabulary},
                           {"merges", Json::array()}}}};
  write_file_atomic(directory / "tokenizer.json", document.dump());
  const std::string chatml =
      "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + "
      "message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
      "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
  write_file_atomic(directory / "tokenizer_config.json",
                    Json{{"eos_token", "<|im_end|>"}, {"chat_template", chatml}}.dump());
}

// `count` pairs of ids with something to learn: the chosen answer counts up, the rejected one down.
inline std::string tiny_id_pairs(int count) {
  std::string rows;
  for (int i = 0; i < count; ++i) {
    const int start = 10 + i % 80;
    rows += Json{{"prompt_ids", {1, 3 + i % 100, start}},
                 {"chosen_ids", {start + 1, start + 2, start + 3, 2}},
                 {"rejected_ids", {start - 1, start - 2, 2}}}
                .dump() +
            "\n";
  }
  return rows;
}

// Two rated answers to each of 40 prompts in the words of the byte tokenizer, and a source for
// them.
inline std::string tiny_ratings() {
  std::string rows;
  for (int i = 0; i < 40; ++i) {
    rows += Json{{"prompt", fmt::format("n{}?", i)},
                 {"answers",
                  {{{"text", fmt::format("up {}", i + 1)}, {"score", 5 + i % 5}},
                   {{"text", fmt::format("down {}", i)}, {"score", i % 4}}}}}
                .dump() +
            "\n";
  }
  return rows;
}

inline Json tiny_rating_source() {
  return {{"name", "ratings"},
          {"files", "ratings.jsonl"},
          {"kind", "rating"},
          {"prompt", "prompt"},
          {"responses", Json::array({{{"each", "answers[]"}, {"text", "text"}}})},
          {"axes", Json::array({{{"name", "score"}, {"range", {0, 10}}}})}};
}

// Twelve questions of two options, for the task "everyday".
inline std::string tiny_choices() {
  std::string rows;
  for (int i = 0; i < 12; ++i) {
    rows += Json{{"question", fmt::format("After {}?", i)},
                 {"options", {fmt::format("{}", i + 1), fmt::format("{}", i + 2)}},
                 {"answer", i % 2},
                 {"id", fmt::format("item-{}", i)},
                 {"topic", i < 6 ? "low" : "high"}}
                .dump() +
            "\n";
  }
  return rows;
}

inline Json tiny_run_json() {
  return {{"model", "model"},
          {"output", "run"},
          {"dtype", "fp32"},
          {"device", "cpu"},
          {"threads", 1},
          {"seed", 5},
          {"data", {{"train", {"train.jsonl"}}, {"validation", {"held_out.jsonl"}}}},
          {"lora", {{"rank", 4}, {"alpha", 8}}},
          {"optimizer", {{"learning_rate", 0.01}}},
          {"train",
           {{"max_steps", 6},
            {"pairs_per_step", 4},
            {"micro_batch_tokens", 32},
            {"checkpoint_every", 2},
            {"keep_checkpoints", 2}}}};
}

// Everything a run of seconds needs, inside `directory`: model/ (no tokenizer), train.jsonl,
// held_out.jsonl and run.json, whose path is returned. The run writes to run/.
inline std::filesystem::path make_tiny_run(const std::filesystem::path& directory) {
  write_tiny_model(directory / "model");
  write_file_atomic(directory / "train.jsonl", tiny_id_pairs(24));
  write_file_atomic(directory / "held_out.jsonl", tiny_id_pairs(10));
  write_file_atomic(directory / "run.json", tiny_run_json().dump(2));
  return directory / "run.json";
}

}  // namespace braid::test

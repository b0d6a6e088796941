// What the tests of tokenizers share: model directories from JSON, GGUF vocabularies, messages of
// errors.
#pragma once

#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "data/text/tokenizer.h"
#include "tests/support.h"

namespace braid::test {

inline std::vector<int32_t> ids_of(const Json& json) { return json.get<std::vector<int32_t>>(); }

inline std::string joined(const std::vector<int32_t>& ids) {
  std::string text;
  for (const int32_t id : ids) text += std::to_string(id) + " ";
  return text;
}

inline std::string pieces_of(const Tokenizer& tokenizer, const std::vector<int32_t>& ids) {
  std::string text;
  for (const int32_t id : ids) text += tokenizer.piece(id);
  return text;
}

// A model directory; removed with the object.
class ModelDirectory {
 public:
  ModelDirectory& with(const std::string& name, const std::string& content) {
    std::ofstream(directory_.path() / name, std::ios::binary) << content;
    return *this;
  }
  ModelDirectory& with(const std::string& name, const Json& content) {
    return with(name, content.dump());
  }
  ModelDirectory& with_copy(const std::filesystem::path& from, const std::string& name) {
    std::filesystem::copy_file(from, directory_.path() / name);
    return *this;
  }
  const std::filesystem::path& path() const { return directory_.path(); }
  std::unique_ptr<Tokenizer> load() const { return load_tokenizer(path()); }
  std::string load_failure() const {
    return error_of([&] { load(); });
  }

 private:
  TemporaryDirectory directory_;
};

// The vocabulary that scripts/golden/tokenizer.py trained.
inline const Json& tiny_golden() {
  static const Json golden = read_json_file(golden_path("tiny_bpe.json"));
  return golden;
}

inline const Json& smollm2_golden() {
  static const Json golden = read_json_file(golden_path("smollm2_tokenizer.json"));
  return golden;
}

// GPT-2's files as a tokenizer.json.
inline Json gpt2_tokenizer_json(const std::filesystem::path& directory) {
  Json merges = Json::array();
  std::istringstream lines(read_text_file(directory / "merges.txt"));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("#version")) merges.push_back(line);
  }
  const Json byte_level = {{"type", "ByteLevel"}, {"add_prefix_space", false}};
  const Json end = {{"id", 50256}, {"content", "<|endoftext|>"}, {"special", true}};
  return {{"added_tokens", Json::array({end})},
          {"pre_tokenizer", byte_level},
          {"decoder", byte_level},
          {"model",
           {{"type", "BPE"},
            {"vocab", read_json_file(directory / "vocab.json")},
            {"merges", std::move(merges)}}}};
}

// A GGUF file without tensors.
class GgufWriter {
 public:
  void string(const std::string& key, const std::string& value) {
    begin(key, 8);
    put_text(value);
  }
  void uint32(const std::string& key, uint32_t value) {
    begin(key, 4);
    put(value);
  }
  void boolean(const std::string& key, bool value) {
    begin(key, 7);
    put(static_cast<uint8_t>(value));
  }
  void strings(const std::string& key, const std::vector<std::string>& values) {
    begin_array(key, 8, values.size());
    for (const auto& value : values) put_text(value);
  }
  void int32s(const std::string& key, const std::vector<int32_t>& values) {
    begin_array(key, 5, values.size());
    for (const int32_t value : values) put(value);
  }
  void floats(const std::string& key, const std::vector<float>& values) {
    begin_array(key, 6, values.size());
    for (const float value : values) put(value);
  }
  std::string bytes() const {
    std::string file = "GGUF";
    append(file, uint32_t{3});
    append(file, uint64_t{0});
    append(file, count_);
    return file + body_;
  }

 private:
  template <typename T>
  static void append(std::string& out, T value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  template <typename T>
  void put(T value) {
    append(body_, value);
  }
  void put_text(const std::string& text) {
    put(static_cast<uint64_t>(text.size()));
    body_ += text;
  }
  void begin(const std::string& key, uint32_t type) {
    ++count_;
    put_text(key);
    put(type);
  }
  void begin_array(const std::string& key, uint32_t type, size_t count) {
    begin(key, 9);
    put(type);
    put(static_cast<uint64_t>(count));
  }

  std::string body_;
  uint64_t count_ = 0;
};

}  // namespace braid::test

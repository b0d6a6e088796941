// JSON parsing with depth and duplicate checks.
#include "base/json.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "base/file.h"

namespace braid {
namespace {

constexpr size_t kMaxDepth = 256;
constexpr size_t kMessageBytes = 300;

// Receives parser events and builds the document. Members are collected aside and put into the
// object at its end: ordered_json looks for the key on every insertion, which is quadratic in the
// size of a vocabulary.
class DocumentBuilder {
 public:
  explicit DocumentBuilder(const std::string& where) : where_(where) {}

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(Json::number_integer_t value) { return add(value); }
  bool number_unsigned(Json::number_unsigned_t value) { return add(value); }
  bool number_float(Json::number_float_t value, const std::string&) { return add(value); }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(Json::binary_t&) { return false; }  // JSON text has no binary values

  bool start_object(size_t) { return open(); }
  bool key(std::string& name) {
    frames_.back().keys.push_back(std::move(name));
    return true;
  }
  bool end_object() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    refuse_duplicates(frame.keys);
    Json object = Json::object();
    // The base class on purpose: ordered_map's own emplace searches.
    Json::object_t::Container& members = object.get_ref<Json::object_t&>();
    members.reserve(frame.keys.size());
    for (size_t i = 0; i < frame.keys.size(); ++i) {
      members.emplace_back(std::move(frame.keys[i]), std::move(frame.values[i]));
    }
    return add(std::move(object));
  }

  bool start_array(size_t) { return open(); }
  bool end_array() {
    Json array = Json::array();
    array.get_ref<Json::array_t&>() = std::move(frames_.back().values);
    frames_.pop_back();
    return add(std::move(array));
  }

  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception& error) {
    std::string message = error.what();
    if (const auto end = message.find("] "); end != std::string::npos) message.erase(0, end + 2);
    if (message.size() > kMessageBytes) message = message.substr(0, kMessageBytes) + "...";
    // The parser repeats the offending input, which may hold anything, and was just cut at some
    // byte.
    for (char& c : message) {
      if (c < ' ' || c > '~') c = '?';  // a char of 0x80 or more is negative where char is signed
    }
    fail("{}: not valid JSON: {}", where_, message);
  }

  Json take() { return std::move(root_); }

 private:
  struct Frame {
    std::vector<std::string> keys;  // of an object; empty for an array
    Json::array_t values;
  };

  bool open() {
    if (frames_.size() == kMaxDepth) {
      fail("{}: nested more than {} levels deep", where_, kMaxDepth);
    }
    frames_.emplace_back();
    return true;
  }

  template <typename Value>
  bool add(Value&& value) {
    if (frames_.empty()) {
      root_ = std::forward<Value>(value);
    } else {
      frames_.back().values.emplace_back(std::forward<Value>(value));
    }
    return true;
  }

  void refuse_duplicates(const std::vector<std::string>& keys) const {
    std::vector<std::string_view> sorted(keys.begin(), keys.end());
    std::sort(sorted.begin(), sorted.end());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice != sorted.end()) {
      fail("{}: key {} is there twice in one object; remove one", where_, quote(*twice));
    }
  }

  const std::string& where_;
  std::vector<Frame> frames_;
  Json root_;
};

}  // namespace

Json parse_json(std::string_view text, const std::string& where) {
  // The parser takes a zero byte for the end of its input and would ignore what follows.
  if (text.find('\0') != std::string_view::npos) {
    fail("{}: not valid JSON: zero byte at offset {}", where, text.find('\0'));
  }
  DocumentBuilder builder(where);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) fail("{}: not valid JSON", where);
  return builder.take();
}

Json read_json_file(const std::filesystem::path& path) {
  return parse_json(read_text_file(path), path.string());
}

}  // namespace braid

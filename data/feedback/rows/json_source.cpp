// Rows from a JSON document: a list of objects, an object that holds the list, or objects one after
// another. The document is cut into elements by its brackets; only one element is parsed at a time.
#include "base/error.h"
#include "data/feedback/rows/byte_cursor.h"
#include "data/feedback/rows/row_source.h"

namespace braid {
namespace {

class JsonRows : public RowSource {
 public:
  JsonRows(const std::filesystem::path& path, const RowFormat& format)
      : RowSource(path), bytes_(path), list_(format.list) {
    skip_byte_order_mark();
  }

  bool read(SourceRow& row) override {
    if (!begun_) begin();
    if (!more()) return false;
    ++number_;
    std::string text = take_value(fmt::format("{}:{}", path_, number_));
    const size_t bytes = text.size();
    row = {nullptr, std::move(text), bytes, number_, ""};
    return true;
  }

 private:
  void skip_byte_order_mark() {
    if (bytes_.peek() != 0xef) return;
    for (const int byte : {0xef, 0xbb, 0xbf}) {
      if (bytes_.take() != byte) fail("{}: not UTF-8 text", path_);
    }
  }

  int skip_space() {
    while (bytes_.peek() == ' ' || bytes_.peek() == '\t' || bytes_.peek() == '\r' ||
           bytes_.peek() == '\n') {
      bytes_.take();
    }
    return bytes_.peek();
  }

  void expect(char wanted, std::string_view what) {
    if (skip_space() != wanted) {
      fail("{}: expected {} ({}) {}", path_, wanted, what,
           bytes_.peek() == ByteCursor::kEnd ? "where the file ends; copy it again"
                                             : fmt::format("behind element {}", number_));
    }
    bytes_.take();
  }

  void begin() {
    begun_ = true;
    if (!list_.empty()) {
      enter_list();
    } else if (skip_space() == '[') {
      bytes_.take();
      in_list_ = true;
    } else if (bytes_.peek() != '{' && bytes_.peek() != ByteCursor::kEnd) {
      fail("{}: expected a list of objects, or objects one after another", path_);
    }
  }

  // Goes into the members that `list_` names, skipping what stands before them.
  void enter_list() {
    std::string_view rest = list_;
    while (!rest.empty()) {
      const size_t dot = std::min(rest.find('.'), rest.size());
      expect('{', "the object that holds the list of rows");
      enter_member(std::string(rest.substr(0, dot)));
      rest.remove_prefix(std::min(dot + 1, rest.size()));
      ++open_objects_;
    }
    expect('[', "the list of rows");
    in_list_ = true;
  }

  void enter_member(const std::string& name) {
    while (skip_space() != '}') {
      const std::string text = take_value(path_);
      const Json key = parse_json(text, path_);
      expect(':', "a value behind a key");
      if (key.is_string() && key.get_ref<const std::string&>() == name) return;
      skip_space();
      skip_value(path_, [](char) {});
      if (skip_space() == ',') bytes_.take();
    }
    fail("{}: no member {} on the way to the list of rows {}", path_, quote(name), quote(list_));
  }

  bool more() {
    if (skip_space() == ByteCursor::kEnd) {
      if (in_list_) fail("{}: ends in the middle of its list; copy it again", path_);
      return false;
    }
    if (!in_list_) return !ended_;
    if (bytes_.peek() == ']') {
      bytes_.take();
      finish();
      return false;
    }
    if (number_ > 0) expect(',', "between two rows");
    skip_space();
    return true;
  }

  // Behind the list only members of the objects around it, then nothing.
  void finish() {
    in_list_ = false;
    ended_ = true;
    while (open_objects_ > 0) {
      if (skip_space() == '}') {
        bytes_.take();
        --open_objects_;
        continue;
      }
      expect(',', "behind the list of rows");
      skip_space();
      skip_value(path_, [](char) {});
      expect(':', "a value behind a key");
      skip_space();
      skip_value(path_, [](char) {});
    }
    if (skip_space() != ByteCursor::kEnd) fail("{}: goes on behind its list of rows", path_);
  }

  std::string take_value(const std::string& where) {
    std::string text;
    skip_value(where, [&](char byte) {
      if (text.size() == kMaxRowBytes) {
        fail("{}: longer than {} MiB; a row of feedback is shorter", where, kMaxRowBytes >> 20);
      }
      text += byte;
    });
    return text;
  }

  // Passes the bytes of one value to `keep`: up to its closing bracket or quote, or, for a bare
  // word, up to what cannot belong to it. Whether the value is well-formed is left to the parser.
  template <typename Keep>
  void skip_value(const std::string& where, const Keep& keep) {
    size_t depth = 0;
    bool in_string = false;
    do {
      const int byte = bytes_.peek();
      if (byte == ByteCursor::kEnd) {
        fail("{}: the file ends in the middle of a value; copy it again", where);
      }
      if (depth == 0 && !in_string && (byte == ',' || byte == '}' || byte == ']' || byte == ':')) {
        fail("{}: not valid JSON: expected a value, got '{}'", where, static_cast<char>(byte));
      }
      bytes_.take();
      keep(static_cast<char>(byte));
      if (in_string) {
        if (byte == '\\') {
          const int escaped = bytes_.take();
          if (escaped != ByteCursor::kEnd) keep(static_cast<char>(escaped));
        }
        in_string = byte != '"';
      } else if (byte == '"') {
        in_string = true;
      } else if (byte == '{' || byte == '[') {
        ++depth;
      } else if (byte == '}' || byte == ']') {
        --depth;
      } else if (depth == 0) {
        return skip_word(keep);
      }
    } while (in_string || depth > 0);
  }

  template <typename Keep>
  void skip_word(const Keep& keep) {
    constexpr std::string_view kEnds = " \t\r\n,:{}[]\"";
    while (bytes_.peek() != ByteCursor::kEnd &&
           kEnds.find(static_cast<char>(bytes_.peek())) == std::string_view::npos) {
      keep(static_cast<char>(bytes_.take()));
    }
  }

  ByteCursor bytes_;
  std::string list_;
  bool begun_ = false, in_list_ = false, ended_ = false;
  int open_objects_ = 0;
  int64_t number_ = 0;
};

}  // namespace

std::unique_ptr<RowSource> open_json(const std::filesystem::path& path, const RowFormat& format) {
  return std::make_unique<JsonRows>(path, format);
}

}  // namespace braid

// Cutting a byte stream into lines.
#include "data/feedback/line_reader.h"

#include "base/error.h"

namespace braid {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 18;

}  // namespace

LineReader::LineReader(const std::filesystem::path& path)
    : source_(open_byte_source(path)), path_(path.string()), buffer_(kBufferBytes) {}

bool LineReader::next(std::string_view& line) {
  carried_.clear();
  ++line_number_;
  while (true) {
    if (unread_.empty()) {
      unread_ = {buffer_.data(), source_->read(buffer_)};
      if (unread_.empty()) {  // the end of the file
        line = carried_;
        return !carried_.empty();
      }
    }
    const size_t end = unread_.find('\n');
    const std::string_view part = unread_.substr(0, end);
    if (carried_.size() + part.size() > kMaxLineBytes) {
      fail("{}: longer than {} MiB; one JSON object per line is expected", where(),
           kMaxLineBytes >> 20);
    }
    unread_.remove_prefix(end == std::string_view::npos ? part.size() : part.size() + 1);
    if (end != std::string_view::npos && carried_.empty()) {
      line = part;
      return true;
    }
    carried_ += part;
    if (end != std::string_view::npos) {
      line = carried_;
      return true;
    }
  }
}

std::string LineReader::where() const { return fmt::format("{}:{}", path_, line_number_); }

}  // namespace braid

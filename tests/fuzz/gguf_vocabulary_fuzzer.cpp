// The vocabulary of a GGUF file.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/gguf.h"
#include "data/text/gguf_vocabulary.h"

namespace {

// A file that exists in memory only.
class MemoryFile {
 public:
  MemoryFile(const uint8_t* data, size_t size) : descriptor_(memfd_create("fuzz", 0)) {
    if (write(descriptor_, data, size) != static_cast<ssize_t>(size)) __builtin_trap();
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const MemoryFile file(data, size);
  try {
    const auto tokenizer = braid::load_gguf_tokenizer(braid::GgufFile(file.path()));
    const braid::RenderedText text = {"ab  <s>a caf\u00e9\n12</s>b", {{0, 2}}, {}};
    const auto ids = tokenizer->encode_rendered(text);
    if (tokenizer->encode_spans(text).size() != ids.size()) __builtin_trap();
    tokenizer->decode(ids);
    for (const int32_t id : ids) tokenizer->piece(id);
  } catch (const braid::Error&) {
  }
  return 0;
}

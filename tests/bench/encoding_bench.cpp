// usage: bench_encoding MODEL FEEDBACK_FILE [PAIRS [THREADS]]
//
// Encodes PAIRS (100,000) pairs, the rows of the file over and over with a number in front of every
// prompt, writes them as a token cache and opens it again. Prints times, sizes and peak memory.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "data/batches/encode.h"
#include "data/batches/group_store.h"
#include "data/feedback/reader.h"
#include "data/text/chat_template.h"

namespace {

using namespace braid;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double peak_mib() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

std::vector<FeedbackRecord> repeated(const std::vector<FeedbackRecord>& rows, size_t count) {
  std::vector<FeedbackRecord> records;
  for (size_t i = 0; i < count; ++i) {
    records.push_back(rows.at(i % rows.size()));
    Message& first = records.back().prompt.at(0);
    first.content = fmt::format("{}. {}", i, first.content);
  }
  return records;
}

void run(const std::string& model, const std::string& file, size_t count, size_t threads) {
  const auto tokenizer = load_tokenizer(model);
  const ChatTemplate chat(*tokenizer, {});
  ReadReport read;
  const auto records = repeated(read_feedback(file, "bench", read), count);
  const double before = peak_mib();

  auto start = std::chrono::steady_clock::now();
  EncodeReport report;
  GroupStoreWriter writer;
  for (const GroupTokens& group :
       encode_records(records, &chat, tokenizer->vocab_size(), {}, threads, report)) {
    writer.add(group);
  }
  const std::string bytes = writer.finish(std::string(32, '0'), Json::object());
  const double encoding = seconds_since(start);

  const auto path = std::filesystem::temp_directory_path() / "bench_encoding.tokens";
  start = std::chrono::steady_clock::now();
  write_file_atomic(path, bytes);
  const double writing = seconds_since(start);
  start = std::chrono::steady_clock::now();
  const GroupStore store{MappedFile(path)};
  const double opening = seconds_since(start);
  int64_t tokens = 0;
  for (const EncodedGroup& group : store.groups()) tokens += group.tokens();
  std::filesystem::remove(path);

  fmt::print("{} records, {} groups, {} tokens kept\n", records.size(), report.groups, tokens);
  fmt::print("encoding {:.2f} s ({:.0f} pairs/s), {} threads\n", encoding,
             static_cast<double>(records.size()) / encoding, threads);
  fmt::print("writing {:.2f} s, {:.1f} MB\nopening {:.1f} ms\n", writing,
             static_cast<double>(bytes.size()) / 1e6, opening * 1e3);
  fmt::print("peak memory {:.0f} MiB, {:.0f} MiB of it before encoding\n", peak_mib(), before);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: {} MODEL FEEDBACK_FILE [PAIRS [THREADS]]\n", argv[0]);
    return 2;
  }
  try {
    run(argv[1], argv[2], argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 100000,
        argc > 4 ? std::strtoul(argv[4], nullptr, 10) : 0);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}

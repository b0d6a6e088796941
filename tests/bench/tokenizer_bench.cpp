// usage: bench_tokenizer MODEL DOCUMENTS
//
// Encodes documents again and again: for every line "THREADS" on stdin once, answered by a line
// "SECONDS TOKENS". DOCUMENTS holds texts, each behind its length in bytes (32 bit, little endian).
// scripts/benchmark/tokenizer.py drives it beside the tokenizers package.
#include <atomic>
#include <chrono>
#include <cstring>
#include <iostream>
#include <string_view>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "data/text/tokenizer.h"

namespace {

std::vector<std::string_view> read_documents(std::string_view bytes) {
  std::vector<std::string_view> documents;
  while (!bytes.empty()) {
    uint32_t length = 0;
    if (bytes.size() < sizeof(length)) braid::fail("the documents are truncated");
    std::memcpy(&length, bytes.data(), sizeof(length));
    bytes.remove_prefix(sizeof(length));
    if (bytes.size() < length) braid::fail("the documents are truncated");
    documents.push_back(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
  return documents;
}

// Returns the number of tokens of all documents.
size_t encode_all(const braid::Tokenizer& tokenizer, const std::vector<std::string_view>& documents,
                  int threads) {
  std::vector<std::vector<int32_t>> ids(documents.size());
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = 0; (i = next++) < documents.size();) ids[i] = tokenizer.encode(documents[i]);
  };
  std::vector<std::thread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  for (std::thread& thread : others) thread.join();
  size_t tokens = 0;
  for (const auto& list : ids) tokens += list.size();
  return tokens;
}

int run(const char* model, const char* file) {
  const auto tokenizer = braid::load_tokenizer(model);
  const std::string bytes = braid::read_text_file(file);
  const auto documents = read_documents(bytes);
  for (int threads = 0; std::cin >> threads;) {
    const auto begin = std::chrono::steady_clock::now();
    const size_t tokens = encode_all(*tokenizer, documents, threads);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    std::cout << seconds.count() << ' ' << tokens << std::endl;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: bench_tokenizer MODEL DOCUMENTS\n";
    return 2;
  }
  try {
    return run(argv[1], argv[2]);
  } catch (const braid::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}

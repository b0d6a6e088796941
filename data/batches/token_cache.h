// Encoded groups kept on disk: opened in milliseconds when nothing they were made from has changed.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "data/batches/encode.h"
#include "data/batches/group_store.h"

namespace braid {

// What encoded groups are made from: content and names of the feedback files, template and
// tokenizer (their fingerprints in one text), vocabulary, limits, and the version of the encoder.
std::string token_key(const std::vector<std::string>& files, const std::string& fingerprint,
                      int64_t vocab_size, const EncodeLimits& limits);

// The store at `path` when it is whole and of this key. Otherwise the one that `build` makes, which
// is written to `path` (whole or not at all). Why the old one is not used, and a file that cannot
// be written, is told to `note`; neither is an error.
GroupStore open_or_build(const std::filesystem::path& path, const std::string& key,
                         const std::function<std::string()>& build,
                         const std::function<void(const std::string&)>& note);

}  // namespace braid

// A directory of prepared data: what it was made from, whether it is whole, and making it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "data/preparation/preparation.h"

namespace braid {

// Hash of everything that decides the outcome: the contents of all files, the sources, selection
// and split. `parts` names what selection uses beside its own parts (a model), "" for nothing.
std::string preparation_key(const PreparationConfig& config, const std::string& parts);

// The summary in `directory` when it was made for this key and all files it lists are there as they
// were written; null otherwise, with the reason told to `note` unless there is no such directory.
Json find_prepared(const std::filesystem::path& directory, const std::string& key,
                   const std::function<void(const std::string&)>& note);

// Writes the outputs, report.html and summary.json, and puts them in the place of `directory` as a
// whole: a run that is killed leaves the old directory or the new one. Returns the summary.
// Error when a directory is there that holds something else.
Json write_prepared(const std::filesystem::path& directory, const std::string& key,
                    const PreparationConfig& config, const Preparation& preparation);

}  // namespace braid

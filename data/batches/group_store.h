// Encoded groups in one block of bytes: built in memory, kept in a file, read in place.
//
// Layout (little-endian, every part begins at a multiple of 8):
//   token ids   int32, all groups in order: prompt, then branches
//   groups      one fixed-size record each: lengths, margin, weight, line, key
//   branches    uint32 lengths, in order
//   notes       JSON: names of sources and files, and whatever the writer wants to keep
//   footer      magic, version, sizes, the key of the content, XXH3 of all bytes before
// Offsets are running sums of the lengths, so there are none that could point elsewhere.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "data/batches/groups.h"

namespace braid {

class GroupStoreWriter {
 public:
  void add(const GroupTokens& group);

  // The finished store; the writer is empty afterwards. `key` (32 hexadecimal digits) says what the
  // content was made from, `notes` (an object) comes back from GroupStore::notes.
  std::string finish(const std::string& key, Json notes);

 private:
  uint32_t name_index(const std::string& name);

  std::string tokens_, groups_, branches_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, uint32_t> name_indices_;
};

class GroupStore {
 public:
  // Error, beginning with the path or `where`, when the bytes are not a whole and undamaged store.
  explicit GroupStore(MappedFile file);
  GroupStore(std::string bytes, const std::string& where);

  // Views that stay valid as long as the store, or one it was moved to or copied from, is there.
  const std::vector<EncodedGroup>& groups() const { return groups_; }
  const std::string& key() const { return key_; }
  const Json& notes() const { return notes_; }
  uint32_t largest_id() const { return largest_id_; }  // of all tokens; 0 when there are none

 private:
  void open(std::span<const std::byte> bytes, const std::string& where);

  std::shared_ptr<const void> storage_;  // the mapping or the string
  std::shared_ptr<const std::vector<TokenIds>> branches_;
  std::shared_ptr<const std::vector<std::string>> names_;
  std::vector<EncodedGroup> groups_;
  std::string key_;
  Json notes_;
  uint32_t largest_id_ = 0;
};

// A store of these groups in memory. A group without a key gets that of its prompt.
GroupStore make_store(std::vector<GroupTokens> groups);

}  // namespace braid

// Writing and checking the layout of a group store.
#include "data/batches/group_store.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include "base/error.h"
#include "base/hash.h"

namespace braid {
namespace {

static_assert(std::endian::native == std::endian::little, "the file is little-endian");

constexpr char kMagic[8] = {'b', 'r', 'a', 'i', 'd', 't', 'o', 'k'};
constexpr uint32_t kVersion = 1;
constexpr size_t kKeyLength = 32;
constexpr const char* kNames = "names";

struct GroupRecord {
  uint32_t prompt_length;
  uint32_t branch_count;
  double margin;
  double weight;
  uint32_t source;  // index of a name
  uint32_t file;    // index of a name
  int64_t line;
  char key[kKeyLength];
};
static_assert(sizeof(GroupRecord) == 72);

struct Footer {
  char magic[8];
  uint32_t version;
  uint32_t reserved;
  uint64_t tokens, groups, branches;  // counts
  uint64_t notes;                     // bytes
  char key[kKeyLength];
  uint64_t checksum;  // of everything in front of the footer, and the footer up to here
};
static_assert(sizeof(Footer) == 88);

constexpr size_t kCheckedFooter = offsetof(Footer, checksum);

template <typename T>
void append(std::string& out, const T* values, size_t count) {
  out.append(reinterpret_cast<const char*>(values), count * sizeof(T));
}

void pad(std::string& out) { out.resize((out.size() + 7) / 8 * 8, '\0'); }

uint32_t checked_length(size_t length) {
  BRAID_ASSERT(length <= std::numeric_limits<uint32_t>::max());
  return static_cast<uint32_t>(length);
}

std::string_view text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Takes parts off the front of a store.
class Parts {
 public:
  Parts(std::span<const std::byte> bytes, const std::string& where) : rest_(bytes), where_(where) {}

  template <typename T>
  std::span<const T> take(uint64_t count) {
    const uint64_t available = rest_.size() / sizeof(T);
    if (count > available) damaged("it is too short");
    const size_t size = count * sizeof(T);
    const auto* begin = reinterpret_cast<const T*>(rest_.data());
    rest_ = rest_.subspan(std::min(rest_.size(), (size + 7) / 8 * 8));
    return {begin, static_cast<size_t>(count)};
  }

  bool empty() const { return rest_.empty(); }
  [[noreturn]] void damaged(const char* what) const {
    fail("{}: damaged token cache: {}", where_, what);
  }

 private:
  std::span<const std::byte> rest_;
  const std::string& where_;
};

Footer read_footer(std::span<const std::byte> bytes, const Parts& parts) {
  if (bytes.size() < sizeof(Footer)) parts.damaged("it is too short");
  Footer footer;
  std::memcpy(&footer, bytes.data() + bytes.size() - sizeof(Footer), sizeof(Footer));
  if (std::memcmp(footer.magic, kMagic, sizeof(kMagic)) != 0)
    parts.damaged("it does not end whole");
  if (footer.version != kVersion) parts.damaged("it is of another version");
  const auto checked = bytes.first(bytes.size() - sizeof(Footer) + kCheckedFooter);
  if (hash64(text(checked)) != footer.checksum) parts.damaged("its checksum does not match");
  return footer;
}

}  // namespace

uint32_t GroupStoreWriter::name_index(const std::string& name) {
  const auto [entry, added] = name_indices_.try_emplace(name, checked_length(names_.size()));
  if (added) names_.push_back(name);
  return entry->second;
}

void GroupStoreWriter::add(const GroupTokens& group) {
  BRAID_ASSERT(group.key.size() == kKeyLength);
  GroupRecord record = {};
  record.prompt_length = checked_length(group.prompt.size());
  record.branch_count = checked_length(group.branches.size());
  record.margin = group.margin;
  record.weight = group.weight;
  record.source = name_index(group.source);
  record.file = name_index(group.where.file);
  record.line = group.where.line;
  std::memcpy(record.key, group.key.data(), kKeyLength);
  append(groups_, &record, 1);
  append(tokens_, group.prompt.data(), group.prompt.size());
  for (const auto& branch : group.branches) {
    const uint32_t length = checked_length(branch.size());
    append(branches_, &length, 1);
    append(tokens_, branch.data(), branch.size());
  }
}

std::string GroupStoreWriter::finish(const std::string& key, Json notes) {
  BRAID_ASSERT(key.size() == kKeyLength);
  notes[kNames] = names_;
  const std::string note_text = notes.dump(-1, ' ', false, Json::error_handler_t::replace);
  Footer footer = {};
  std::memcpy(footer.magic, kMagic, sizeof(kMagic));
  footer.version = kVersion;
  footer.tokens = tokens_.size() / sizeof(int32_t);
  footer.groups = groups_.size() / sizeof(GroupRecord);
  footer.branches = branches_.size() / sizeof(uint32_t);
  footer.notes = note_text.size();
  std::memcpy(footer.key, key.data(), kKeyLength);

  std::string out = std::move(tokens_);  // by far the largest part: not copied
  pad(out);
  for (const std::string* part : {&std::as_const(groups_), &std::as_const(branches_), &note_text}) {
    out += *part;
    pad(out);
  }
  append(out, reinterpret_cast<const char*>(&footer), kCheckedFooter);
  footer.checksum = hash64(out);
  append(out, &footer.checksum, 1);
  *this = {};
  return out;
}

GroupStore::GroupStore(MappedFile file) {
  auto kept = std::make_shared<const MappedFile>(std::move(file));
  storage_ = kept;
  open(kept->bytes(), kept->path().string());
}

GroupStore::GroupStore(std::string bytes, const std::string& where) {
  auto kept = std::make_shared<const std::string>(std::move(bytes));
  storage_ = kept;
  open(std::as_bytes(std::span(*kept)), where);
}

void GroupStore::open(std::span<const std::byte> bytes, const std::string& where) {
  const Footer footer = read_footer(bytes, Parts({}, where));
  key_.assign(footer.key, kKeyLength);
  Parts parts(bytes.first(bytes.size() - sizeof(Footer)), where);
  const auto tokens = parts.take<int32_t>(footer.tokens);
  const auto records = parts.take<GroupRecord>(footer.groups);
  const auto lengths = parts.take<uint32_t>(footer.branches);
  const auto note_bytes = parts.take<std::byte>(footer.notes);
  if (!parts.empty()) parts.damaged("it is too long");
  notes_ = parse_json(text(note_bytes), where);
  ObjectReader reader(notes_, where);
  const auto names = std::make_shared<const std::vector<std::string>>(reader.strings(kNames));

  size_t token = 0, branch = 0;
  const auto take_ids = [&](uint32_t length) {
    if (length == 0) parts.damaged("a prompt or branch is empty");
    if (length > tokens.size() - token) parts.damaged("more tokens are counted than there are");
    token += length;
    return tokens.subspan(token - length, length);
  };
  const auto branches = std::make_shared<std::vector<TokenIds>>(lengths.size());
  groups_.reserve(records.size());
  for (const GroupRecord& record : records) {
    if (record.source >= names->size() || record.file >= names->size()) {
      parts.damaged("a name is missing");
    }
    if (record.branch_count == 0) parts.damaged("a group has no branch");
    if (record.branch_count > lengths.size() - branch) parts.damaged("a branch is missing");
    EncodedGroup group;
    group.prompt = take_ids(record.prompt_length);
    group.branches = std::span(*branches).subspan(branch, record.branch_count);
    for (uint32_t b = 0; b < record.branch_count; ++b, ++branch) {
      (*branches)[branch] = take_ids(lengths[branch]);
    }
    group.margin = record.margin;
    group.weight = record.weight;
    group.source = (*names)[record.source];
    group.where = {(*names)[record.file], record.line};
    group.key = {record.key, kKeyLength};
    groups_.push_back(group);
  }
  // A negative id counts as a huge one.
  for (const int32_t id : tokens) largest_id_ = std::max(largest_id_, static_cast<uint32_t>(id));
  branches_ = branches;
  names_ = names;
}

GroupStore make_store(std::vector<GroupTokens> groups) {
  GroupStoreWriter writer;
  for (GroupTokens& group : groups) {
    if (group.key.empty()) group.key = prompt_key(group.prompt);
    writer.add(group);
  }
  return GroupStore(writer.finish(std::string(kKeyLength, '0'), Json::object()),
                    "groups in memory");
}

}  // namespace braid

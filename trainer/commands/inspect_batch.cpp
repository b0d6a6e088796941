// braid inspect batch: groups as training sees them, token by token.
#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/json.h"
#include "data/batches/packed_batch.h"
#include "trainer/commands/commands.h"
#include "trainer/dataset.h"
#include "trainer/progress.h"

namespace braid {
namespace {

std::span<const int64_t> view(const at::Tensor& tensor) {
  return {tensor.const_data_ptr<int64_t>(), static_cast<size_t>(tensor.numel())};
}

std::string escaped(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Which rows hold a token that the loss counts. Taken from the packed rows, not from the group, so
// that the listing shows what training computes.
std::vector<bool> loss_mask(const PackedBatch& batch) {
  std::vector<bool> mask(static_cast<size_t>(batch.layout.tokens), false);
  const auto rows = view(batch.scored_rows), branches = view(batch.branch_of);
  const auto targets = view(batch.targets), tokens = view(batch.tokens);
  for (size_t i = 0; i < rows.size(); ++i) {
    const Segment& branch = batch.layout.segments[static_cast<size_t>(branches[i]) + 1];
    const bool inside = rows[i] >= branch.begin;
    const auto row = static_cast<size_t>(inside ? rows[i] + 1 : branch.begin);
    BRAID_ASSERT(row < mask.size() && tokens[row] == targets[i]);
    mask[row] = true;
  }
  return mask;
}

std::string segment_name(size_t index, size_t branches) {
  return index == 0 ? "prompt" : branch_name(index - 1, branches);
}

std::string describe_group(const EncodedGroup& group, const Tokenizer* tokenizer) {
  const PackedBatch batch = pack({&group});
  const std::vector<bool> mask = loss_mask(batch);
  const auto ids = view(batch.tokens), positions = view(batch.positions);
  std::string text =
      fmt::format("{}:{}: source {}, margin {}, weight {}, {} tokens, {} in the loss\n",
                  group.where.file, group.where.line, group.source, group.margin, group.weight,
                  batch.layout.tokens, std::ranges::count(mask, true));
  text += "   row      id  segment   position  loss  text\n";
  for (size_t s = 0; s < batch.layout.segments.size(); ++s) {
    const Segment& segment = batch.layout.segments[s];
    for (int64_t row = segment.begin; row < segment.begin + segment.length; ++row) {
      const auto i = static_cast<size_t>(row);
      const auto id = static_cast<int32_t>(ids[i]);
      text += fmt::format("{:6}  {:6}  {:8}  {:8}  {:4}  {}\n", row, id,
                          segment_name(s, group.branches.size()), positions[i], mask[i] ? 1 : 0,
                          tokenizer ? escaped(tokenizer->piece(id)) : "");
    }
  }
  return text;
}

}  // namespace

int inspect_batch(const RunConfiguration& config, int64_t count) {
  const bool has_training = !config.data.train.empty();
  const ModelTokenizer tokenizer(config.model);
  const Dataset data =
      load_dataset(config, load_model_config(config.model), tokenizer, has_training);
  for (const std::string& line : data.describe()) say(line);
  const auto& groups = has_training ? data.train : data.validation;
  const auto shown = std::min(count, static_cast<int64_t>(groups.size()));
  for (int64_t i = 0; i < shown; ++i) {
    print(fmt::format("group {} of {}: {}", i + 1, groups.size(),
                      describe_group(groups[static_cast<size_t>(i)], tokenizer.get().get())));
  }
  return kExitOk;
}

}  // namespace braid

#include "data/preparation/outputs.h"

#include <string_view>

namespace braid {
namespace {

Json to_json(const Message& message) {
  Json json = {{"role", message.role}, {"content", message.content}};
  if (message.fields.is_object()) json.update(message.fields);
  return json;
}

Json to_json(const Conversation& turns) {
  Json list = Json::array();
  for (const Message& turn : turns) list.push_back(to_json(turn));
  return list;
}

Json answer(const std::string& text) {
  return Json::array({{{"role", "assistant"}, {"content", text}}});
}

// Where a record comes from, and what selection found out about it.
class Provenance {
 public:
  explicit Provenance(const Preparation& preparation) : preparation_(preparation) {}

  void add_row(Json& row, uint32_t source, RowRef where) const {
    const SourceFeedback& feedback = preparation_.feedback[source];
    row["source"] = feedback.name;
    row["file"] = feedback.files[where.file];
    row["line"] = where.row;
  }

  void add_decision(Json& row, const Decision& decision, bool graded) const {
    if (graded) row["quality"] = decision.quality;
    if (decision.cluster >= 0) {
      row["cluster"] = decision.cluster;
    } else {
      row["cluster"] = nullptr;
    }
    row["rank"] = decision.rank;
  }

 private:
  const Preparation& preparation_;
};

class Outputs {
 public:
  Outputs(const Preparation& preparation, const std::filesystem::path& directory)
      : preparation_(preparation), directory_(directory), provenance_(preparation) {}

  template <typename Choose>
  WrittenFile write_pairs(const char* name, Choose choose) const;
  template <typename Choose>
  WrittenFile write_demonstrations(const char* name, Choose choose) const;
  WrittenFile write_dropped() const;

 private:
  Json pair_row(size_t i) const;
  Json demonstration_row(size_t i) const;
  void write_dropped_feedback(uint32_t source, LineFile& file) const;
  template <typename Record>
  void write_dropped_records(const Prepared<Record>& prepared, const char* stage,
                             LineFile& file) const;
  RowRef where(const PreparedPair& record) const { return preparation_.set_of(record).where; }
  RowRef where(const PreparedDemonstration& record) const {
    return preparation_.example_of(record).where;
  }

  const Preparation& preparation_;
  const std::filesystem::path& directory_;
  Provenance provenance_;
};

Json Outputs::pair_row(size_t i) const {
  const PreparedPair& record = preparation_.pairs.records[i];
  const ComparisonSet& set = preparation_.set_of(record);
  const Decision& decision = preparation_.pairs.selection.decisions[i];
  Json row;
  row["prompt"] = to_json(set.prompt);
  row["chosen"] = answer(set.responses[record.pair.chosen].text);
  row["rejected"] = answer(set.responses[record.pair.rejected].text);
  if (!set.tools.is_null()) row["tools"] = set.tools.dump();
  row["margin"] = record.pair.margin;
  row["weight"] = record.pair.weight * decision.weight;
  row["graded"] = set.graded;
  provenance_.add_row(row, record.source, set.where);
  row["group"] = group_name(set.group);
  provenance_.add_decision(row, decision, set.graded);
  return row;
}

Json Outputs::demonstration_row(size_t i) const {
  const PreparedDemonstration& record = preparation_.demonstrations.records[i];
  const Demonstration& example = preparation_.example_of(record);
  Json row;
  row["prompt"] = to_json(example.prompt);
  row["completion"] = answer(example.answer);
  if (!example.tools.is_null()) row["tools"] = example.tools.dump();
  row["weight"] = example.weight;
  provenance_.add_row(row, record.source, example.where);
  row["group"] = group_name(example.group);
  provenance_.add_decision(row, preparation_.demonstrations.selection.decisions[i], false);
  return row;
}

template <typename Choose>
WrittenFile Outputs::write_pairs(const char* name, Choose choose) const {
  LineFile file(directory_, name);
  for (size_t i = 0; i < preparation_.pairs.size(); ++i) {
    if (choose(preparation_.pairs, i)) file.write(pair_row(i));
  }
  return file.finish();
}

template <typename Choose>
WrittenFile Outputs::write_demonstrations(const char* name, Choose choose) const {
  LineFile file(directory_, name);
  for (size_t i = 0; i < preparation_.demonstrations.size(); ++i) {
    if (choose(preparation_.demonstrations, i)) file.write(demonstration_row(i));
  }
  return file.finish();
}

void Outputs::write_dropped_feedback(uint32_t source, LineFile& file) const {
  const SourceFeedback& feedback = preparation_.feedback[source];
  const auto write = [&](std::string_view stage, std::string_view reason, RowRef where,
                         int64_t count) {
    Json row = {{"stage", stage}, {"reason", reason}};
    provenance_.add_row(row, source, where);
    if (count != 1) row["count"] = count;
    file.write(row);
  };
  for (const DropLog::Entry& drop : feedback.drops.entries()) {
    write(name_of(drop.stage), feedback.drops.reason(drop), drop.where, drop.count);
  }
  for (const UnpairedLabel& label : feedback.unpaired) {
    write("label", "no answer with the other label", label.example.where, 1);
  }
  for (const UnpairedSet& set : preparation_.pairing[source].unpaired) {
    write("pairing", set.reason, feedback.sets[set.set].where, 1);
  }
}

template <typename Record>
void Outputs::write_dropped_records(const Prepared<Record>& prepared, const char* stage,
                                    LineFile& file) const {
  for (size_t i = 0; i < prepared.size(); ++i) {
    const Decision& decision = prepared.selection.decisions[i];
    if (decision.kept()) continue;
    const Candidate& candidate = prepared.candidates[i];
    Json row = {{"stage", stage}, {"reason", name_of(decision.reason)}};
    provenance_.add_row(row, prepared.records[i].source, where(prepared.records[i]));
    row["prompt"] = candidate.prompt;
    row["chosen"] = candidate.chosen;
    if (!candidate.demonstration) row["rejected"] = candidate.rejected;
    if (!candidate.demonstration) row["margin"] = candidate.margin;
    provenance_.add_decision(row, decision, candidate.graded);
    if (decision.match >= 0) {
      const auto match = static_cast<size_t>(decision.match);
      if (decision.reason == DropReason::kEvaluationLeak) {
        row["match"] = preparation_.protected_texts[match];
      } else {  // the record that stays for a duplicate
        const Record& stays = prepared.records[match];
        provenance_.add_row(row["match"], stays.source, where(stays));
      }
      row["similarity"] = decision.similarity;
    }
    file.write(row);
  }
}

WrittenFile Outputs::write_dropped() const {
  LineFile file(directory_, kDroppedFile);
  for (uint32_t source = 0; source < preparation_.feedback.size(); ++source) {
    write_dropped_feedback(source, file);
  }
  write_dropped_records(preparation_.pairs, "pair", file);
  write_dropped_records(preparation_.demonstrations, "demonstration", file);
  return file.finish();
}

}  // namespace

std::vector<WrittenFile> write_outputs(const Preparation& preparation,
                                       const std::filesystem::path& directory) {
  const Outputs outputs(preparation, directory);
  const auto trains = [](const auto& prepared, size_t i) { return prepared.trains(i); };
  const auto validates = [](const auto& prepared, size_t i) { return prepared.validates(i); };
  return {outputs.write_pairs(kPairsFile, trains), outputs.write_pairs(kValidationFile, validates),
          outputs.write_demonstrations(kDemonstrationsFile, trains),
          outputs.write_demonstrations(kHeldOutDemonstrationsFile, validates),
          outputs.write_dropped()};
}

}  // namespace braid

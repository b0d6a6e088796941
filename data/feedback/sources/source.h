// A source of feedback: files, the kind of supervision in them, and how their fields are mapped.
// docs/feedback.md describes the configuration.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/feedback/kinds/kind.h"
#include "data/feedback/mapping/row_filter.h"
#include "data/feedback/pairing.h"
#include "data/feedback/rows/row_source.h"

namespace braid {

struct Source {
  std::string name;  // of the source in reports; the preset or the first file unless given
  std::vector<std::string> files;
  RowFormat format;
  std::vector<std::string> json_columns;  // members whose text is JSON
  std::vector<FieldPath> each;            // elements of a row that are rows themselves
  RowFilter filter;
  std::optional<Field> group;       // what must stay on one side of a split
  std::optional<Field> row_weight;  // of one row
  double weight = 1.0;              // of the whole source
  std::optional<double> share;      // of the training pairs, for mixing
  int64_t max_bad_rows = 0;
  std::shared_ptr<const Kind> kind;
  PairingOptions pairing;
  Json mapping;  // preset and configuration as they were merged

  std::vector<std::string> axis_names() const;

  // Whether a column of a table may be looked at: its name occurs in the mapping.
  bool wants_column(const std::string& column) const;
};

// Reads one source. `where` and `path` begin errors (the run file, and the key in it). Members
// that a preset and `config` both have are the configuration's. Unknown members are errors.
Source read_source(const Json& config, const std::string& where, const std::string& path = "");

}  // namespace braid

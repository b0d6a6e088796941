// The results of a study for people and for programs.
#pragma once

#include <string>

#include "trainer/study/results.h"

namespace braid {

// results.csv (a row per cell), results.json and report.html in the study's directory. Returns the
// table of groups for the terminal.
std::string report_study(const Study& study, const StudyResults& results);

}  // namespace braid

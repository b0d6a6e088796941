// Patterns in which good numbers of a study do not mean what they seem to.
#pragma once

#include <string>
#include <vector>

#include "trainer/study/results.h"

namespace braid {

// The signatures that the cells of a group show, a sentence each:
// - the bias is smaller than that of the base, and so is the accuracy (means over seeds)
// - `contrast` (null: there is none): the interval of the method's accuracy minus that of random
//   pairs of the same number does not lie above zero
// - in a cell of several sources one has over 80 % of the pairs
// - in a cell the chosen held-out answers became less likely than under the base, on average
// - length: the interval of the length gap (held_out_pairs.h) lies beyond 0.2 on either side
// `base_bias` is a distance from unbiased, as in the group.
std::vector<std::string> failure_signatures(double base_accuracy, double base_bias,
                                            const GroupResult& group, const Contrast* contrast);

}  // namespace braid

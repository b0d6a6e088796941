// A flow diagram as SVG: where records come from, and what became of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace braid {

struct FlowNode {
  std::string name;
  std::string colour;  // CSS
};

struct Flow {
  size_t from, to;  // indices of the nodes on the left and on the right
  int64_t count;
};

// Heights are proportional to counts. Nodes without a flow are left out.
std::string flow_svg(const std::vector<FlowNode>& left, const std::vector<FlowNode>& right,
                     const std::vector<Flow>& flows);

}  // namespace braid

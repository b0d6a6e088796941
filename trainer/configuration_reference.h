// docs/configuration.md, generated from the option table and the command line.
#pragma once

#include <string>
#include <vector>

namespace braid {

struct CommandReference {
  struct Flag {
    std::string name, fallback, help;
  };
  std::string name;  // "braid eval"
  std::string help;
  std::vector<Flag> flags;  // beside the keys of the configuration
};

std::string configuration_markdown(const std::vector<CommandReference>& commands);

}  // namespace braid

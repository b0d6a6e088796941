#include "trainer/wait_policy.h"

#include <unistd.h>

#include <cstdlib>

namespace braid {

void choose_wait_policy(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") != nullptr || std::getenv("GOMP_SPINCOUNT") != nullptr) return;
  // Some tens of microseconds: longer than the gaps between the loops of one operator, far shorter
  // than a time slice.
  ::setenv("GOMP_SPINCOUNT", "10000", 1);
  ::execv("/proc/self/exe", argv);
  // Without /proc the program goes on as it is, only slower when the machine is busy.
}

}  // namespace braid

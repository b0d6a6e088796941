// How worker threads wait for work.
#pragma once

namespace braid {

// OpenMP workers spin for milliseconds before they sleep. On a machine that does anything else,
// spinning threads take the processor from those that have work, and every parallel loop becomes
// many times slower. The runtime reads its settings when it is loaded, which is before main: so
// this sets a short spin and starts the program again. Does nothing when the environment already
// says OMP_WAIT_POLICY or GOMP_SPINCOUNT. Call it first.
void choose_wait_policy(char** argv);

}  // namespace braid

#include "trainer/environment.h"

#include <ATen/Version.h>

#include "trainer/device.h"

namespace braid {

Json run_environment(c10::Device device) {
  return {{"device", describe_device(device)}, {"instructions", at::get_cpu_capability()}};
}

}  // namespace braid

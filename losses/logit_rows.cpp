#include "losses/logit_rows.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#ifdef BRAID_HAS_CUDA_KERNELS
#include <c10/core/DeviceGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include "losses/kernels/logit_rows.h"
#endif

#include <vector>

#include "base/error.h"
#include "losses/logit_rows_cpu.h"

namespace braid {
namespace {

LogitRows allocate(const at::Tensor& logits) {
  const auto values = logits.options().dtype(at::kFloat);
  const int64_t rows = logits.size(0);
  return {at::empty({rows}, values), at::empty({rows}, values), at::empty({rows}, values),
          at::empty({rows}, values.dtype(at::kBool))};
}

template <typename T>
LogitRows rows_on_cpu(const at::Tensor& logits, const at::Tensor& targets, bool write_differences) {
  LogitRows result = allocate(logits);
  static const LogitRowPass<T> pass = logit_row_passes<T>().front().pass;
  const int64_t vocab = logits.size(1);
  T* const data = logits.mutable_data_ptr<T>();
  const int64_t* const target = targets.const_data_ptr<int64_t>();
  float* const logps = result.logps.mutable_data_ptr<float>();
  float* const entropy = result.entropy.mutable_data_ptr<float>();
  float* const target_logits = result.target_logits.mutable_data_ptr<float>();
  bool* const correct = result.correct.mutable_data_ptr<bool>();
  at::parallel_for(0, logits.size(0), 1, [&](int64_t begin, int64_t end) {
    std::vector<float> scratch(write_differences ? static_cast<size_t>(vocab) : 0);
    for (int64_t i = begin; i < end; ++i) {
      const LogitRow row =
          pass(data + i * vocab, vocab, target[i], write_differences ? scratch.data() : nullptr);
      logps[i] = row.logp;
      entropy[i] = row.entropy;
      target_logits[i] = row.target_logit;
      correct[i] = row.correct;
    }
  });
  return result;
}

#ifdef BRAID_HAS_CUDA_KERNELS
LogitRows rows_on_cuda(const at::Tensor& logits, const at::Tensor& targets,
                       bool write_differences) {
  LogitRows result = allocate(logits);
  kernels::LogitRowsArguments arguments;
  arguments.logits = logits.mutable_data_ptr();
  arguments.type = logits.scalar_type() == at::kFloat  ? kernels::LogitType::kFloat32
                   : logits.scalar_type() == at::kHalf ? kernels::LogitType::kFloat16
                                                       : kernels::LogitType::kBFloat16;
  arguments.targets = targets.const_data_ptr<int64_t>();
  arguments.rows = logits.size(0);
  arguments.vocab = logits.size(1);
  arguments.write_differences = write_differences;
  arguments.logps = result.logps.mutable_data_ptr<float>();
  arguments.entropy = result.entropy.mutable_data_ptr<float>();
  arguments.target_logits = result.target_logits.mutable_data_ptr<float>();
  arguments.correct = result.correct.mutable_data_ptr<bool>();
  const c10::DeviceGuard guard(logits.device());
  const c10::impl::VirtualGuardImpl device(logits.device().type());
  const char* const error =
      kernels::launch_logit_rows(arguments, device.getStream(logits.device()).native_handle());
  if (error != nullptr) fail("CUDA kernel logit_rows: {}", error);
  return result;
}
#endif

}  // namespace

LogitRows logit_rows(const at::Tensor& logits, const at::Tensor& targets, bool write_differences) {
  BRAID_ASSERT(logits.dim() == 2 && logits.is_contiguous() && targets.is_contiguous());
  BRAID_ASSERT(targets.scalar_type() == at::kLong && targets.sizes() == logits.sizes().slice(0, 1));
  const at::ScalarType type = logits.scalar_type();
  if (logits.is_cpu() && type == at::kFloat)
    return rows_on_cpu<float>(logits, targets, write_differences);
  if (logits.is_cpu() && type == at::kBFloat16) {
    return rows_on_cpu<c10::BFloat16>(logits, targets, write_differences);
  }
#ifdef BRAID_HAS_CUDA_KERNELS
  if (logits.is_cuda() && type != at::kDouble)
    return rows_on_cuda(logits, targets, write_differences);
#endif
  return logit_rows_composed(logits, targets, write_differences);
}

LogitRows logit_rows_composed(const at::Tensor& logits, const at::Tensor& targets,
                              bool write_differences) {
  const at::Tensor wide = logits.to(logits.scalar_type() == at::kDouble ? at::kDouble : at::kFloat);
  const at::Tensor column = targets.unsqueeze(1);
  const at::Tensor log_softmax = at::log_softmax(wide, 1);
  const at::Tensor softmax = log_softmax.exp();
  LogitRows result;
  result.logps = log_softmax.gather(1, column).squeeze(1);
  result.entropy = -(softmax * log_softmax).sum(1);
  result.target_logits = wide.gather(1, column).squeeze(1);
  result.correct = wide.argmax(1) == targets;
  if (write_differences) {
    const at::Tensor difference = softmax.neg();
    difference.scatter_add_(1, column, at::ones_like(column, difference.options()));
    at::Tensor(logits).copy_(difference);
  }
  return result;
}

}  // namespace braid

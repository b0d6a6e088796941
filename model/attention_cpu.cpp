// Attention on the CPU: tasks are dealt to threads, the largest first; one autograd node.
#include "model/attention_cpu.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <atomic>

#include "model/attention_group.h"
#include "model/ops/cpu_rows.h"

namespace braid {
namespace {

// A thread that is done takes the next task: groups differ too much in size to be dealt beforehand.
// Every task has its own elements of the result, so the order changes no bit.
template <typename T>
void run_tasks(const AttentionTensors<T>& tensors, const AttentionShape& shape,
               const AttentionPlan& plan, typename AttentionPasses<T>::Pass pass) {
  const auto count = static_cast<int64_t>(plan.groups().size()) * shape.kv_heads;
  std::atomic<int64_t> next = 0;
  const int64_t threads = std::min<int64_t>(at::get_num_threads(), count);
  at::parallel_for(0, threads, 1, [&](int64_t, int64_t) {
    static thread_local AttentionScratch scratch;
    for (int64_t i = next++; i < count; i = next++) {
      const auto& members = plan.groups()[static_cast<size_t>(i / shape.kv_heads)];
      pass(tensors, shape, {plan.layout().segments, members, i % shape.kv_heads}, scratch);
    }
  });
}

template <typename T>
const AttentionPasses<T>& fastest() {
  static const AttentionPasses<T> passes = attention_passes<T>().front();
  return passes;
}

AttentionShape shape_of(const at::Tensor& q, const at::Tensor& k, const AttentionOptions& options) {
  return {q.size(1),      k.size(1),
          q.size(2),      static_cast<float>(options.scale),
          options.window, static_cast<float>(options.softcap)};
}

template <typename T>
AttentionTensors<T> tensors_of(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                               const at::Tensor& lse) {
  AttentionTensors<T> tensors{};
  tensors.q = q.const_data_ptr<T>();
  tensors.k = k.const_data_ptr<T>();
  tensors.v = v.const_data_ptr<T>();
  tensors.lse = lse.mutable_data_ptr<float>();
  return tensors;
}

// What backward needs beside tensors.
struct Call : torch::CustomClassHolder {
  Call(AttentionPlan the_plan, const AttentionOptions& the_options)
      : plan(std::move(the_plan)), options(the_options) {}
  AttentionPlan plan;
  AttentionOptions options;
};

struct CpuAttention : torch::autograd::Function<CpuAttention> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& q_in,
                            const at::Tensor& k_in, const at::Tensor& v_in,
                            const AttentionPlan& plan, const AttentionOptions& options) {
    const auto q = q_in.contiguous(), k = k_in.contiguous(), v = v_in.contiguous();
    auto out = at::empty(q.sizes(), q.options());
    auto lse = at::empty({q.size(0), q.size(1)}, q.options().dtype(at::kFloat));
    with_cpu_type(q, [&]<typename T>(T) {
      auto tensors = tensors_of<T>(q, k, v, lse);
      tensors.out = out.mutable_data_ptr<T>();
      run_tasks(tensors, shape_of(q, k, options), plan, fastest<T>().forward);
    });
    context->save_for_backward({q, k, v, lse});
    context->saved_data["call"] =
        c10::IValue::make_capsule(c10::make_intrusive<Call>(plan, options));
    return out;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list grads) {
    const auto saved = context->get_saved_variables();
    const auto &q = saved[0], &k = saved[1], &v = saved[2], &lse = saved[3];
    const auto d_out = grads[0].contiguous();
    const auto capsule = context->saved_data["call"].toCapsule();
    const auto& call = static_cast<const Call&>(*capsule);
    const auto shape = shape_of(q, k, call.options);
    auto dq = at::empty(q.sizes(), q.options()), dk = at::empty(k.sizes(), k.options()),
         dv = at::empty(v.sizes(), v.options());
    with_cpu_type(q, [&]<typename T>(T) {
      auto tensors = tensors_of<T>(q, k, v, lse);
      tensors.d_out = d_out.const_data_ptr<T>();
      tensors.dq = dq.mutable_data_ptr<T>();
      tensors.dk = dk.mutable_data_ptr<T>();
      tensors.dv = dv.mutable_data_ptr<T>();
      run_tasks(tensors, shape, call.plan, fastest<T>().backward);
    });
    return {dq, dk, dv, {}, {}};
  }
};

}  // namespace

at::Tensor attention_cpu(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                         const AttentionPlan& plan, const AttentionOptions& options) {
  return CpuAttention::apply(q, k, v, plan, options);
}

}  // namespace braid

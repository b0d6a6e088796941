// Attention on the CPU: tasks are dealt to threads, the largest first; one autograd node.
#include "model/attention_cpu.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <atomic>
#include <numeric>

#include "model/attention_group.h"

namespace braid {
namespace {

// (group, key/value head), by falling number of visible keys.
struct Tasks {
  std::vector<size_t> groups;
  int64_t kv_heads;
};

Tasks tasks_of(const AttentionPlan& plan, int64_t kv_heads) {
  const auto& segments = plan.layout().segments;
  std::vector<double> cost;
  for (const auto& members : plan.groups()) {
    double sum = 0;
    for (const size_t i : members) {
      const auto length = static_cast<double>(segments[i].length);
      sum += length * (static_cast<double>(segments[i].position) + length / 2);
    }
    cost.push_back(sum);
  }
  Tasks tasks{std::vector<size_t>(cost.size()), kv_heads};
  std::iota(tasks.groups.begin(), tasks.groups.end(), size_t{0});
  std::ranges::stable_sort(tasks.groups, [&](size_t a, size_t b) { return cost[a] > cost[b]; });
  return tasks;
}

// A thread that is done takes the next task: groups differ too much in size to be dealt beforehand.
// Every task has its own elements of the result, so the order changes no bit.
template <typename T>
void run_tasks(const AttentionTensors<T>& tensors, const AttentionShape& shape,
               const AttentionPlan& plan, typename AttentionPasses<T>::Pass pass) {
  const Tasks tasks = tasks_of(plan, shape.kv_heads);
  const auto count = static_cast<int64_t>(tasks.groups.size()) * shape.kv_heads;
  std::atomic<int64_t> next = 0;
  const int64_t threads = std::min<int64_t>(at::get_num_threads(), count);
  at::parallel_for(0, threads, 1, [&](int64_t begin, int64_t end) {
    static thread_local AttentionScratch scratch;
    if (begin == end) return;
    for (int64_t i = next++; i < count; i = next++) {
      const auto& members = plan.groups()[tasks.groups[static_cast<size_t>(i / shape.kv_heads)]];
      pass(tensors, shape, {plan.layout().segments, members, i % shape.kv_heads}, scratch);
    }
  });
}

template <typename T>
const AttentionPasses<T>& fastest() {
  static const AttentionPasses<T> passes = attention_passes<T>().front();
  return passes;
}

template <typename Fn>
void with_type(at::ScalarType type, const Fn& fn) {
  if (type == at::kFloat) {
    fn(float{});
  } else {
    fn(c10::BFloat16{});
  }
}

AttentionShape shape_of(const at::Tensor& q, const at::Tensor& k, double scale, int64_t window) {
  return {q.size(1), k.size(1), q.size(2), static_cast<float>(scale), window};
}

struct PlanCapsule : torch::CustomClassHolder {
  explicit PlanCapsule(AttentionPlan value) : plan(std::move(value)) {}
  AttentionPlan plan;
};

struct CpuAttention : torch::autograd::Function<CpuAttention> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& q_in,
                            const at::Tensor& k_in, const at::Tensor& v_in,
                            const AttentionPlan& plan, double scale, int64_t window) {
    const auto q = q_in.contiguous(), k = k_in.contiguous(), v = v_in.contiguous();
    auto out = at::empty(q.sizes(), q.options());
    auto lse = at::empty({q.size(0), q.size(1)}, q.options().dtype(at::kFloat));
    with_type(q.scalar_type(), [&]<typename T>(T) {
      AttentionTensors<T> tensors{};
      tensors.q = q.const_data_ptr<T>();
      tensors.k = k.const_data_ptr<T>();
      tensors.v = v.const_data_ptr<T>();
      tensors.out = out.mutable_data_ptr<T>();
      tensors.lse = lse.mutable_data_ptr<float>();
      run_tasks(tensors, shape_of(q, k, scale, window), plan, fastest<T>().forward);
    });
    context->save_for_backward({q, k, v, lse});
    context->saved_data["plan"] = c10::IValue::make_capsule(c10::make_intrusive<PlanCapsule>(plan));
    context->saved_data["scale"] = scale;
    context->saved_data["window"] = window;
    return out;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list grads) {
    const auto saved = context->get_saved_variables();
    const auto &q = saved[0], &k = saved[1], &v = saved[2], &lse = saved[3];
    const auto d_out = grads[0].contiguous();
    const auto capsule = context->saved_data["plan"].toCapsule();
    const auto& plan = static_cast<const PlanCapsule&>(*capsule).plan;
    const auto shape = shape_of(q, k, context->saved_data["scale"].toDouble(),
                                context->saved_data["window"].toInt());
    auto dq = at::empty(q.sizes(), q.options()), dk = at::empty(k.sizes(), k.options()),
         dv = at::empty(v.sizes(), v.options());
    with_type(q.scalar_type(), [&]<typename T>(T) {
      AttentionTensors<T> tensors{};
      tensors.q = q.const_data_ptr<T>();
      tensors.k = k.const_data_ptr<T>();
      tensors.v = v.const_data_ptr<T>();
      tensors.lse = lse.mutable_data_ptr<float>();
      tensors.d_out = d_out.const_data_ptr<T>();
      tensors.dq = dq.mutable_data_ptr<T>();
      tensors.dk = dk.mutable_data_ptr<T>();
      tensors.dv = dv.mutable_data_ptr<T>();
      run_tasks(tensors, shape, plan, fastest<T>().backward);
    });
    return {dq, dk, dv, {}, {}, {}};
  }
};

}  // namespace

at::Tensor attention_cpu(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                         const AttentionPlan& plan, double scale, int64_t window) {
  return CpuAttention::apply(q, k, v, plan, scale, window);
}

}  // namespace braid

// Attention on the CPU.
//
// A task is one group (a prompt and its branches) and one key/value head, so that no two tasks
// write the same gradient. Inside, queries go in blocks over the keys they can see: the masked half
// is skipped except on the diagonal. Products and softmax are float32 (double for double) for every
// dtype; only q, k and v are kept for backward, which recomputes the weights.
#include "model/attention_cpu.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <limits>

namespace braid {
namespace {

constexpr int64_t kBlock = 64;  // queries per block: few masked elements, still long products

struct Shape {
  int64_t kv_heads, group, dim;
  at::ScalarType math;
};

Shape shape_of(const at::Tensor& q, const at::Tensor& k) {
  return {k.size(1), q.size(1) / k.size(1), q.size(2),
          q.scalar_type() == at::kDouble ? at::kDouble : at::kFloat};
}

// Rows of one key/value head of a segment: [n * group, D] of q-like tensors (row i * group + g is
// query i, head g of the group), [n, D] of k and v.
at::Tensor rows_of(const at::Tensor& x, const Segment& segment, int64_t kv, int64_t group,
                   at::ScalarType math) {
  return x.narrow(0, segment.begin, segment.length)
      .narrow(1, kv * group, group)
      .to(math)
      .reshape({segment.length * group, x.size(2)});
}

// Queries [begin, end) of a segment and the keys [first, last) they see between them.
struct Block {
  int64_t begin, end, first, last;
};

std::vector<Block> blocks_of(const Segment& segment, int64_t window) {
  std::vector<Block> blocks;
  for (int64_t begin = 0; begin < segment.length; begin += kBlock) {
    const int64_t end = std::min(begin + kBlock, segment.length);
    const int64_t oldest = segment.position + begin - window + 1;
    blocks.push_back(
        {begin, end, window > 0 ? std::max<int64_t>(0, oldest) : 0, segment.position + end});
  }
  return blocks;
}

template <typename T>
void hide(const at::Tensor& scores, const Block& block, int64_t position, int64_t group,
          int64_t window) {
  const int64_t keys = block.last - block.first;
  T* row = scores.mutable_data_ptr<T>();
  constexpr T kHidden = -std::numeric_limits<T>::infinity();
  for (int64_t i = block.begin; i < block.end; ++i) {
    const int64_t seen_end = position + i + 1 - block.first;
    const int64_t seen_begin =
        window > 0 ? std::max<int64_t>(0, position + i - window + 1 - block.first) : 0;
    for (int64_t g = 0; g < group; ++g, row += keys) {
      std::fill(row, row + seen_begin, kHidden);
      std::fill(row + seen_end, row + keys, kHidden);
    }
  }
}

// Attention weights [(end - begin) * group, last - first] of one block.
at::Tensor weights_of(const at::Tensor& q, const at::Tensor& k, const Block& block,
                      const Segment& segment, int64_t group, double scale, int64_t window) {
  const auto scores = at::mm(q, k.t()).mul_(scale);
  if (scores.scalar_type() == at::kDouble) {
    hide<double>(scores, block, segment.position, group, window);
  } else {
    hide<float>(scores, block, segment.position, group, window);
  }
  return at::_softmax(scores, -1, /*half_to_float=*/false);
}

// One group and key/value head: keys and values of the root and of the segment at hand.
struct Task {
  const AttentionPlan& plan;
  const std::vector<size_t>& members;
  int64_t kv;
  Shape shape;

  // fn(segment, keys [m, D], values [m, D]) for every member, prefix included in keys and values.
  template <typename Fn>
  void for_each_segment(const at::Tensor& k, const at::Tensor& v, const Fn& fn) const {
    const auto& segments = plan.layout().segments;
    const auto part = [&](const at::Tensor& x, size_t index) {
      return rows_of(x, segments[index], kv, 1, shape.math);
    };
    const auto root_k = part(k, members[0]), root_v = part(v, members[0]);
    fn(segments[members[0]], root_k, root_v);
    for (size_t i = 1; i < members.size(); ++i) {
      fn(segments[members[i]], at::cat({root_k, part(k, members[i])}),
         at::cat({root_v, part(v, members[i])}));
    }
  }
};

template <typename Fn>
void for_each_task(const AttentionPlan& plan, const Shape& shape, const Fn& fn) {
  const auto groups = static_cast<int64_t>(plan.groups().size());
  at::parallel_for(0, groups * shape.kv_heads, 1, [&](int64_t begin, int64_t end) {
    const at::NoGradGuard no_grad;  // thread-local, so set where the work is done
    for (int64_t i = begin; i < end; ++i) {
      fn(Task{plan, plan.groups()[static_cast<size_t>(i % groups)], i / groups, shape});
    }
  });
}

void forward_task(const Task& task, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                  at::Tensor& out, double scale, int64_t window) {
  const int64_t group = task.shape.group;
  task.for_each_segment(
      k, v, [&](const Segment& segment, const at::Tensor& keys, const at::Tensor& values) {
        const auto queries = rows_of(q, segment, task.kv, group, task.shape.math);
        auto result = at::empty_like(queries);
        for (const Block& block : blocks_of(segment, window)) {
          const int64_t rows = (block.end - block.begin) * group, seen = block.last - block.first;
          const auto weights =
              weights_of(queries.narrow(0, block.begin * group, rows),
                         keys.narrow(0, block.first, seen), block, segment, group, scale, window);
          auto target = result.narrow(0, block.begin * group, rows);
          at::mm_out(target, weights, values.narrow(0, block.first, seen));
        }
        out.narrow(0, segment.begin, segment.length)
            .narrow(1, task.kv * group, group)
            .copy_(result.view({segment.length, group, task.shape.dim}));
      });
}

// Gradients of one segment; dk and dv cover prefix and segment.
void backward_segment(const Task& task, const Segment& segment, const at::Tensor& queries,
                      const at::Tensor& keys, const at::Tensor& values, const at::Tensor& grad,
                      at::Tensor& dq, at::Tensor& dk, at::Tensor& dv, double scale,
                      int64_t window) {
  const int64_t group = task.shape.group;
  for (const Block& block : blocks_of(segment, window)) {
    const int64_t row = block.begin * group, rows = (block.end - block.begin) * group;
    const int64_t seen = block.last - block.first;
    const auto q = queries.narrow(0, row, rows), g = grad.narrow(0, row, rows);
    const auto k = keys.narrow(0, block.first, seen), v = values.narrow(0, block.first, seen);
    const auto weights = weights_of(q, k, block, segment, group, scale, window);
    dv.narrow(0, block.first, seen).addmm_(weights.t(), g);
    const auto d_scores =
        at::_softmax_backward_data(at::mm(g, v.t()), weights, -1, weights.scalar_type());
    auto target = dq.narrow(0, row, rows);
    at::addmm_out(target, target, d_scores, k, /*beta=*/0, /*alpha=*/scale);
    dk.narrow(0, block.first, seen).addmm_(d_scores.t(), q, 1, scale);
  }
}

void backward_task(const Task& task, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                   const at::Tensor& grad, at::Tensor& dq, at::Tensor& dk, at::Tensor& dv,
                   double scale, int64_t window) {
  const int64_t group = task.shape.group;
  const Segment& root = task.plan.layout().segments[task.members[0]];
  at::Tensor root_dk, root_dv;  // gathers what the branches add
  const auto store = [&](at::Tensor& into, const Segment& segment, const at::Tensor& value) {
    into.narrow(0, segment.begin, segment.length).select(1, task.kv).copy_(value);
  };
  task.for_each_segment(
      k, v, [&](const Segment& segment, const at::Tensor& keys, const at::Tensor& values) {
        const auto queries = rows_of(q, segment, task.kv, group, task.shape.math);
        const auto g = rows_of(grad, segment, task.kv, group, task.shape.math);
        auto segment_dq = at::zeros_like(queries);
        auto segment_dk = at::zeros_like(keys), segment_dv = at::zeros_like(values);
        backward_segment(task, segment, queries, keys, values, g, segment_dq, segment_dk,
                         segment_dv, scale, window);
        dq.narrow(0, segment.begin, segment.length)
            .narrow(1, task.kv * group, group)
            .copy_(segment_dq.view({segment.length, group, task.shape.dim}));
        if (!root_dk.defined()) {
          root_dk = segment_dk;
          root_dv = segment_dv;
          return;
        }
        root_dk.add_(segment_dk.narrow(0, 0, root.length));
        root_dv.add_(segment_dv.narrow(0, 0, root.length));
        store(dk, segment, segment_dk.narrow(0, root.length, segment.length));
        store(dv, segment, segment_dv.narrow(0, root.length, segment.length));
      });
  store(dk, root, root_dk);
  store(dv, root, root_dv);
}

struct PlanCapsule : torch::CustomClassHolder {
  explicit PlanCapsule(AttentionPlan value) : plan(std::move(value)) {}
  AttentionPlan plan;
};

struct CpuAttention : torch::autograd::Function<CpuAttention> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& q,
                            const at::Tensor& k, const at::Tensor& v, const AttentionPlan& plan,
                            double scale, int64_t window) {
    auto out = at::empty(q.sizes(), q.options());
    for_each_task(plan, shape_of(q, k),
                  [&](const Task& task) { forward_task(task, q, k, v, out, scale, window); });
    context->save_for_backward({q, k, v});
    context->saved_data["plan"] = c10::IValue::make_capsule(c10::make_intrusive<PlanCapsule>(plan));
    context->saved_data["scale"] = scale;
    context->saved_data["window"] = window;
    return out;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list grads) {
    const auto saved = context->get_saved_variables();
    const auto &q = saved[0], &k = saved[1], &v = saved[2];
    const auto capsule = context->saved_data["plan"].toCapsule();
    const auto& plan = static_cast<const PlanCapsule&>(*capsule).plan;
    const double scale = context->saved_data["scale"].toDouble();
    const int64_t window = context->saved_data["window"].toInt();
    const auto empty_like = [](const at::Tensor& x) { return at::empty(x.sizes(), x.options()); };
    auto dq = empty_like(q), dk = empty_like(k), dv = empty_like(v);
    for_each_task(plan, shape_of(q, k), [&](const Task& task) {
      backward_task(task, q, k, v, grads[0], dq, dk, dv, scale, window);
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

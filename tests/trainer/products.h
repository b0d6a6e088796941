// The matrix products that ATen executes on this thread.
#pragma once

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/record_function.h>

#include <array>
#include <string_view>
#include <vector>

namespace braid::test {

// [m, k] times [k, n], `count` of them.
struct Product {
  int64_t m, k, n, count;

  double flops() const { return 2.0 * static_cast<double>(m * k * n * count); }
  bool has(int64_t size) const { return m == size || k == size || n == size; }
};

// Records from its construction on, with all work on this thread. Only leaves count: at::linear and
// at::matmul end in one of them.
class Products {
 public:
  Products() : threads_(at::get_num_threads()) {
    current() = this;
    at::set_num_threads(1);
    handle_ = at::addThreadLocalCallback(at::RecordFunctionCallback(&Products::start)
                                             .needsInputs(true)
                                             .scopes({at::RecordScope::FUNCTION}));
  }
  ~Products() {
    at::removeCallback(handle_);
    at::set_num_threads(threads_);
    current() = nullptr;
  }
  Products(const Products&) = delete;
  Products& operator=(const Products&) = delete;

  const std::vector<Product>& all() const { return products_; }

 private:
  static Products*& current() {
    static thread_local Products* instance = nullptr;
    return instance;
  }

  // The position of the first factor among the arguments; -1: not a product.
  static int first_factor(std::string_view name) {
    for (const std::string_view product : {"aten::mm", "aten::bmm", "aten::mv"}) {
      if (name == product) return 0;
    }
    for (const std::string_view product : {"aten::addmm", "aten::addmm_", "aten::baddbmm",
                                           "aten::baddbmm_", "aten::addmv", "aten::addmv_"}) {
      if (name == product) return 1;
    }
    return -1;
  }

  static std::unique_ptr<at::ObserverContext> start(const at::RecordFunction& function) {
    const int first = first_factor(function.name());
    if (first < 0) return nullptr;
    const auto inputs = function.inputs();
    const auto a = inputs[static_cast<size_t>(first)].toTensor();
    const auto b = inputs[static_cast<size_t>(first) + 1].toTensor();
    const bool batched = a.dim() == 3;
    current()->products_.push_back(
        {a.size(-2), a.size(-1), b.dim() == 1 ? 1 : b.size(-1), batched ? a.size(0) : 1});
    return nullptr;
  }

  int threads_;
  at::CallbackHandle handle_;
  std::vector<Product> products_;
};

}  // namespace braid::test

// IFEval (Zhou et al. 2023): answers that must follow instructions about their form.
#include "base/error.h"
#include "data/instructions/check.h"
#include "data/tasks/kinds/task_kind.h"

namespace braid {
namespace {

class InstructionsCheck : public AnswerCheck {
 public:
  explicit InstructionsCheck(std::vector<Instruction> instructions)
      : instructions_(std::move(instructions)) {}

  Judgement judge(std::string_view answer) const override {
    InstructionResult result = check(answer, instructions_);
    return {std::move(result.strict), std::move(result.loose)};
  }

 private:
  std::vector<Instruction> instructions_;
};

class IfevalTask : public TaskKind {
 public:
  explicit IfevalTask(ObjectReader& object)
      : prompt_(Field::require(object, "prompt")), end_(read_answer_end(object)) {}

  std::string_view read(const Scope& scope, TaskItem& item) const override {
    auto instructions = read_instructions(scope.row, "instructions");
    if (instructions.empty()) return "no instructions";
    item.questions.push_back({require_text(prompt_, scope), end_,
                              std::make_shared<InstructionsCheck>(std::move(instructions))});
    return "";
  }

 private:
  Field prompt_;
  std::shared_ptr<const AnswerEnd> end_;
};

}  // namespace

std::unique_ptr<TaskKind> make_ifeval_task(ObjectReader& object) {
  return std::make_unique<IfevalTask>(object);
}

}  // namespace braid

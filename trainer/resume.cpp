#include "trainer/resume.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "trainer/best_directory.h"
#include "trainer/checkpoint.h"
#include "trainer/progress.h"
#include "trainer/run_identity.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMetrics[] = {"metrics.jsonl", "metrics.csv"};
constexpr const char* kForkEntry = "forked from";  // of the identity

// The checkpoint that a path on the command line means.
fs::path named_checkpoint(const std::string& flag, const fs::path& path) {
  if (!fs::is_directory(path)) {
    fail("{}: {}: no such directory; give a checkpoint, or a run that has one", flag,
         path.string());
  }
  const fs::path real = fs::canonical(path);  // without a trailing slash, which hides the name
  if (real.filename().string().starts_with("checkpoint-")) {
    const auto damage = checkpoint_damage(real);
    if (damage) fail("{}: {}: {}", flag, path.string(), *damage);
    return real;
  }
  const auto newest = newest_valid_checkpoint(real, say);
  if (!newest) fail("{}: {}: holds no whole checkpoint", flag, path.string());
  return *newest;
}

// The manifest has a checksum of everything else.
std::string fingerprint_of(const fs::path& checkpoint) {
  return hash_hex(read_text_file(checkpoint / "manifest.json"));
}

class Beginning {
 public:
  Beginning(const RunConfiguration& config, const ResumeRequest& request, RunFile run)
      : config_(config),
        request_(request),
        run_(std::move(run)),
        output_(fs::weakly_canonical(config.output)),
        before_(read_run_file(output_)),
        own_(newest_valid_checkpoint(output_, say)) {
    if (!request.fork.empty() && request.from != "auto" && request.from != "never") {
      fail("--resume and --fork: both name a checkpoint; give one of them");
    }
    run_.forked_from = find_origin();
    if (!run_.forked_from.is_null()) {
      run_.identity[kForkEntry] = run_.forked_from["fingerprint"];
    }
    state_.run_key = run_key(run_.identity);
  }

  TrainingState begin(Adapter& adapter, AdamW& optimizer) {
    const auto checkpoint = find_checkpoint();
    if (checkpoint) {
      require_same_run(*checkpoint);
      go_on(*checkpoint, adapter, optimizer);
    } else if (!run_.forked_from.is_null()) {
      branch_off(adapter, optimizer);
    }
    continue_best(checkpoint);
    write_run_file(output_, run_);
    return state_;
  }

 private:
  std::string asked_path() const { return fs::absolute(request_.fork).lexically_normal().string(); }

  // What the run is a branch of; null: it is none.
  Json find_origin() const {
    const bool asked = !request_.fork.empty();
    if (own_) {
      const Json& origin = before_.forked_from;
      if (asked && origin.is_null()) {
        fail("--fork: {} holds checkpoints of a run that is no branch; give another output",
             output_.string());
      }
      if (asked && origin["asked"] != asked_path()) {
        fail("--fork: {} is a branch of {}; give another output", output_.string(),
             origin["asked"].get<std::string>());
      }
      return origin;
    }
    if (!asked) return before_.forked_from;  // it ended before its first checkpoint
    const fs::path checkpoint = named_checkpoint("--fork", request_.fork);
    if (checkpoint.parent_path() == output_) {
      fail("--fork: {}: is in the output directory itself; give another output",
           checkpoint.string());
    }
    return {{"asked", asked_path()},
            {"checkpoint", checkpoint.string()},
            {"fingerprint", fingerprint_of(checkpoint)}};
  }

  std::optional<fs::path> find_checkpoint() const {
    if (request_.from == "auto") return own_;
    if (request_.from == "never") {
      if (!list_checkpoints(output_).empty()) {
        fail("--resume never: {} holds checkpoints; give another output, or remove it",
             output_.string());
      }
      return std::nullopt;
    }
    const fs::path named = named_checkpoint("--resume", request_.from);
    // A copy elsewhere is where the run began here; when this start is not the first, it is past
    // it.
    const bool elsewhere = named.parent_path() != output_;
    if (elsewhere && own_ &&
        read_checkpoint_state(*own_).step >= read_checkpoint_state(named).step) {
      return own_;
    }
    return named;
  }

  void require_same_run(const fs::path& checkpoint) const {
    if (read_checkpoint_state(checkpoint).run_key == state_.run_key) return;
    const Json before = read_run_file(checkpoint.parent_path()).identity;
    fail(
        "{}: belongs to a run with other settings ({}); give another --output, restore the "
        "settings, or branch off with --fork",
        checkpoint.string(),
        before.is_null() ? "run.json is missing"
                         : fmt::format("{}", fmt::join(differences(run_.identity, before), "; ")));
  }

  void go_on(const fs::path& checkpoint, Adapter& adapter, AdamW& optimizer) {
    say("resuming from " + checkpoint.string());
    state_ = restore_checkpoint(checkpoint, adapter, optimizer);
    const RunFile before = read_run_file(checkpoint.parent_path());
    if (checkpoint.parent_path() != output_) {
      bring_metrics(checkpoint.parent_path());
    } else if (request_.from != "auto") {
      remove_later(checkpoint);
    }
    if (!before.configuration.is_null()) {
      const auto changes = allowed_changes(run_, before);
      if (!changes.empty()) say(fmt::format("changed since: {}", fmt::join(changes, "; ")));
    }
    if (!before.environment.is_null()) {
      const auto moves = differences(run_.environment, before.environment);
      if (!moves.empty()) {
        say(fmt::format("computed elsewhere before, so that the last bits may differ: {}",
                        fmt::join(moves, "; ")));
      }
    }
  }

  // They are computed again, to the same numbers; left there, the next start would take them.
  void remove_later(const fs::path& checkpoint) const {
    for (const fs::path& other : list_checkpoints(output_)) {
      if (other.filename() == checkpoint.filename()) break;
      remove_checkpoint(other);
      say("removed, because it is later: " + other.string());
    }
  }

  void bring_metrics(const fs::path& run_directory) const {
    for (const char* name : kMetrics) {
      if (!fs::exists(run_directory / name) || fs::exists(output_ / name)) continue;
      write_file_atomic(output_ / name, read_text_file(run_directory / name));
    }
  }

  void branch_off(Adapter& adapter, AdamW& optimizer) {
    const fs::path checkpoint = run_.forked_from["checkpoint"].get<std::string>();
    const auto damage = checkpoint_damage(checkpoint);
    if (damage || fingerprint_of(checkpoint) != run_.forked_from["fingerprint"]) {
      fail("{}: this run began as a branch of it, but {}; give another output", checkpoint.string(),
           damage ? *damage : "it has changed");
    }
    const TrainingState origin = restore_checkpoint(checkpoint, adapter, optimizer);
    state_.step = origin.step;
    state_.tokens = origin.tokens;
    state_.pairs = origin.pairs;
    state_.seconds = origin.seconds;
    say(fmt::format("a branch of {}, at step {}", checkpoint.string(), origin.step));
    // Its metrics begin behind that step, whatever lies there.
    for (const char* name : kMetrics) fs::remove(output_ / name);
    const RunFile before = read_run_file(checkpoint.parent_path());
    if (before.identity.is_null()) {
      say("its run.json is missing: what differs is not known");
      return;
    }
    Json now = run_.identity;
    now.erase(kForkEntry);
    Json then = before.identity;
    then.erase(kForkEntry);
    auto changes = differences(now, then);
    std::ranges::move(allowed_changes(run_, before), std::back_inserter(changes));
    say(fmt::format("differs from that run: {}", fmt::join(changes, "; ")));
  }

  // What the checkpoint knows of train.best. best/ is brought to the same state: a killed run may
  // have found a better one after its last checkpoint, and finds it again.
  void continue_best(const std::optional<fs::path>& checkpoint) {
    const std::optional<BestSoFar> before = std::exchange(state_.best, std::nullopt);
    if (config_.train.best.empty()) return;
    state_.best.emplace(config_.train);
    if (before && before->same_goal(*state_.best)) {
      state_.best = before;
    } else if (checkpoint) {
      say(fmt::format("best: {} was not looked at before step {}; counted from there",
                      config_.train.best, state_.step));
    }
    if (state_.best->step > 0) {
      restore_best(output_, *checkpoint, *state_.best);
    } else {
      remove_best(output_);
    }
  }

  const RunConfiguration& config_;
  const ResumeRequest& request_;
  RunFile run_;
  fs::path output_;
  RunFile before_;  // of an earlier start
  std::optional<fs::path> own_;
  TrainingState state_;
};

}  // namespace

TrainingState begin_run(const RunConfiguration& config, const ResumeRequest& request, RunFile run,
                        Adapter& adapter, AdamW& optimizer) {
  return Beginning(config, request, std::move(run)).begin(adapter, optimizer);
}

}  // namespace braid

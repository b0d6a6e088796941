"""Trains the same pairs with one technique of braid switched off at a time, in turns, on a CPU.

    scripts/bench ablation --model MODEL --pairs PAIRS.jsonl [--rounds 3] [--steps 5] [--batch 4]

Rank 16 on all linears, DPO, pairs in file order. "all" caches the reference's log-probabilities, trains in bf16 with the vector instructions that the
processor has, and packs as many pairs into a micro-batch as --micro-batch-tokens allow. Fused operators, shared prompts and the lean set of kept
activations have no switch; docs/performance.md has what they brought when they came. Only steps are timed, without the first. An idle machine, please.
"""

import argparse
import pathlib
import statistics
import tempfile

from lib.training import add_arguments, logged_steps, run_process, spread, write_run

CONTENDERS = {  # name: keys of the run, environment
    "all": ({}, {}),
    "reference in the step": ({"train.cache_reference": False}, {}),
    "one pair a micro-batch": ({"train.micro_batch_tokens": 1}, {}),
    "layers recomputed": ({"train.recompute": "on"}, {}),
    "one thread": ({"threads": 1}, {}),
    "fp32": ({"dtype": "fp32"}, {}),
    "products by AVX2": ({}, {"ONEDNN_MAX_CPU_ISA": "AVX2"}),
}


def parse_arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench ablation", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arguments(parser)
    parser.add_argument("--pairs", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--batch", type=int, default=4, help="pairs of a step")
    parser.add_argument("--micro-batch-tokens", type=int, default=2048)
    arguments = parser.parse_args()
    if arguments.rounds < 1 or arguments.steps < 2:
        parser.error("--rounds is at least 1 and --steps at least 2: the first step is not timed")
    return arguments


def measure(arguments, keys, environment):
    """Pairs per second and peak memory in MiB."""
    train = {"max_steps": arguments.steps, "pairs_per_step": arguments.batch, "micro_batch_tokens": arguments.micro_batch_tokens, "shuffle": False}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        pairs = folder / arguments.pairs.name  # what the steps take: a cached reference is computed for all pairs of a file
        pairs.write_text("".join(arguments.pairs.read_text().splitlines(keepends=True)[:arguments.steps * arguments.batch]))
        run = write_run(arguments, folder, pairs, train)
        flags = [word for key, value in keys.items() for word in (f"--{key}", str(value).lower())]
        _, peak, _ = run_process([arguments.braid, "train", run, *flags], environment)
        seconds = [row["step_seconds"] for row in logged_steps(folder)][1:]
        return arguments.batch * len(seconds) / sum(seconds), peak


def main():
    arguments = parse_arguments()
    rounds = []
    for number in range(arguments.rounds):
        names = list(CONTENDERS) if number % 2 == 0 else list(reversed(CONTENDERS))
        rounds.append({name: measure(arguments, *CONTENDERS[name]) for name in names})
    print("| | pairs/s | of all, % | peak memory, MiB |")
    print("|" + "---|" * 4)
    for name in CONTENDERS:
        rates, peaks = zip(*(found[name] for found in rounds))
        share = statistics.median(100 * found[name][0] / found["all"][0] for found in rounds)
        print(f"| {name} | {spread(rates, 2)} | {share:.0f} | {spread(peaks, 0)} |")


if __name__ == "__main__":
    main()

"""Compares the peak memory that `braid plan` predicts with what `braid train` then needs on a CPU.

    scripts/bench memory --model MODEL --pairs PAIRS.jsonl [--dtypes bf16 fp32] [--micro-batch-tokens 512 2048 8192]

Trains --steps steps of --batch pairs per line of the table, rank 16 on all linears, the reference computed in the step. The constants to correct
when the ratios leave 0.9 to 1.1 are in trainer/plan/memory.cpp.
"""

import argparse
import json
import pathlib
import tempfile

from lib.training import add_arguments, logged_steps, run_process, write_run


def parse_arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench memory", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arguments(parser)
    parser.add_argument("--pairs", type=pathlib.Path, nargs="+", required=True)
    parser.add_argument("--dtypes", nargs="+", default=["bf16", "fp32"])
    parser.add_argument("--micro-batch-tokens", type=int, nargs="+", default=[512, 2048, 8192])
    parser.add_argument("--batch", type=int, default=40, help="pairs of a step")
    parser.add_argument("--steps", type=int, default=6, help="the allocator needs some to reach its peak")
    return parser.parse_args()


def measure(arguments, pairs, dtype, tokens):
    train = {"max_steps": arguments.steps, "pairs_per_step": arguments.batch, "micro_batch_tokens": tokens, "cache_reference": False}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        run = write_run(arguments, folder, pairs, train, dtype=dtype)
        predicted = json.loads(run_process([arguments.braid, "plan", run, "--json"])[0])["memory"]["peak"] / 2**20
        run_process([arguments.braid, "train", run])
        return predicted, max(row["peak_memory_mib"] for row in logged_steps(folder))


def main():
    arguments = parse_arguments()
    print("| pairs | dtype | train.micro_batch_tokens | predicted MiB | measured MiB | predicted / measured |")
    print("|" + "---|" * 6)
    for pairs in arguments.pairs:
        for dtype in arguments.dtypes:
            for tokens in arguments.micro_batch_tokens:
                predicted, measured = measure(arguments, pairs, dtype, tokens)
                print(f"| {pairs.stem} | {dtype} | {tokens} | {predicted:.0f} | {measured:.0f} | {predicted / measured:.2f} |", flush=True)


if __name__ == "__main__":
    main()

"""Compares the peak memory that `braid plan` predicts with what `braid train` then needs on a CPU.

    scripts/bench memory --model MODEL --pairs PAIRS.jsonl [--dtypes bf16 fp32] [--micro-batch-tokens 512 2048 8192]

Trains --steps steps of --batch pairs per line of the table, rank 16 on all linears, the reference computed in the step. The constants to correct
when the ratios leave 0.9 to 1.1 are in trainer/plan/memory.cpp.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile


def parse_arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench memory", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    root = pathlib.Path(__file__).resolve().parents[2]
    parser.add_argument("--braid", type=pathlib.Path, default=root / "build" / "release" / "braid")
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--pairs", type=pathlib.Path, nargs="+", required=True)
    parser.add_argument("--dtypes", nargs="+", default=["bf16", "fp32"])
    parser.add_argument("--micro-batch-tokens", type=int, nargs="+", default=[512, 2048, 8192])
    parser.add_argument("--batch", type=int, default=40, help="pairs of a step")
    parser.add_argument("--steps", type=int, default=6, help="the allocator needs some to reach its peak")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    return parser.parse_args()


def run(command):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{result.stderr[-2000:]}")
    return result.stdout


def measure(arguments, pairs, dtype, tokens):
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / "run"
        config = {
            "model": str(arguments.model.resolve()),
            "output": str(output),
            "dtype": dtype,
            "device": "cpu",
            "threads": arguments.threads,
            "data": {"train": [str(pairs.resolve())], "held_out": 0},
            "train": {"max_steps": arguments.steps, "pairs_per_step": arguments.batch, "micro_batch_tokens": tokens, "cache_reference": False},
        }
        path = pathlib.Path(folder) / "run.json"
        path.write_text(json.dumps(config))
        predicted = json.loads(run([arguments.braid, "plan", path, "--json"]))["memory"]["peak"] / 2**20
        run([arguments.braid, "train", path])
        rows = [json.loads(line) for line in (output / "metrics.jsonl").read_text().splitlines()]
        return predicted, max(row["peak_memory_mib"] for row in rows if "peak_memory_mib" in row)


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

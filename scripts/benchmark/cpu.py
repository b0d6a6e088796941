"""Trains the same LoRA adapter on the same pairs with braid and with TRL + PEFT on a CPU, in turns, and compares them.

    scripts/bench cpu --model MODEL --pairs PAIRS.jsonl... --adapter ADAPTER --harness HARNESS --python VENV/bin/python

PAIRS are files of conversations in TRL's form, measured one after another. HARNESS is a directory with two files that --python runs: trl_dpo.py, which trains and writes a JSON
report, and common.py, whose tokenize_pair gives the ids that TRL trains on. braid gets these ids. All start from ADAPTER (a PEFT
directory) and take the pairs in file order, --batch of them to an optimizer step, with DPO (beta 0.1), a constant learning rate and the base
model as reference. Five contenders:

    braid                          bf16 weights, reference in the step
    braid, cached                  the same, reference computed before
    TRL + PEFT, as it comes        fp32 weights with bf16 autocast, gradient checkpointing, 8 pairs at a time, reference in the step
    TRL + PEFT, tuned              bf16 weights with autocast, no checkpointing, one pair at a time (no padding), --preload
    TRL + PEFT, tuned, cached      the same, reference computed before

Every round runs each of them once, in an order that turns around from round to round, and measures what the processor can do. Give medians only
from an idle machine, and at least five rounds. The run fails when the trainers did not see the same tokens.
"""

import argparse
import json
import os
import pathlib
import statistics
import sys
import tempfile

from lib.training import add_arguments, logged_steps, run_process, spread, write_run

MAX_LENGTH = 1024
LEARNING_RATE = 1e-4
TRL_BATCH = 8  # its default

TOKENISE = """
import json, sys
import common
from transformers import AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
for row in common.read_jsonl(sys.argv[2], int(sys.argv[3])):
    print(json.dumps(common.tokenize_pair(tokenizer, row)))
"""


def parse_arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench cpu", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arguments(parser)
    for name in ("adapter", "harness", "python"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    parser.add_argument("--pairs", type=pathlib.Path, required=True, nargs="+")
    parser.add_argument("--preload", default="", help="library preloaded into the tuned TRL, such as a faster allocator")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--batch", type=int, default=16, help="pairs per optimizer step")
    parser.add_argument("--micro-batch-tokens", type=int, default=2048, help="of braid")
    parser.add_argument("--json", type=pathlib.Path, help="all rounds, as they were measured")
    parser.add_argument("--markdown", type=pathlib.Path, help="the page, beside standard output")
    arguments = parser.parse_args()
    if arguments.rounds < 1 or arguments.steps < 2:
        parser.error("--rounds is at least 1 and --steps at least 2: the first step is not timed")
    if arguments.batch > TRL_BATCH and arguments.batch % TRL_BATCH:
        parser.error(f"--batch is below {TRL_BATCH} or a multiple of it")
    return arguments


def tokenise(arguments):
    count = arguments.steps * arguments.batch
    out, _, _ = run_process([arguments.python, "-c", TOKENISE, arguments.model, arguments.pairs, count],
                            {"PYTHONPATH": str(arguments.harness.resolve()), "HF_HUB_OFFLINE": "1"})
    rows = [json.loads(line) for line in out.splitlines()]
    if len(rows) < count:
        raise SystemExit(f"{arguments.pairs.name} has {len(rows)} pairs; {arguments.steps} steps of {arguments.batch} need {count}")
    return rows


def tokens_by_step(arguments, rows, prompts):
    """Tokens of every step when the prompt counts `prompts` times."""
    counts = [prompts * len(r["prompt_ids"]) + len(r["chosen_ids"]) + len(r["rejected_ids"]) for r in rows]
    return [sum(counts[i:i + arguments.batch]) for i in range(0, len(counts), arguments.batch)]


def require_same(name, seen, expected):
    if seen != expected:
        raise SystemExit(f"{name} did not train on the same tokens: {seen} in its steps, {expected} expected")


def run_file(arguments, folder, rows, cached):
    ids = folder / "ids.jsonl"
    ids.write_text("".join(json.dumps(row) + "\n" for row in rows))
    train = {
        "max_steps": arguments.steps,
        "pairs_per_step": arguments.batch,
        "micro_batch_tokens": arguments.micro_batch_tokens,
        "shuffle": False,
        "cache_reference": cached,
    }
    return write_run(arguments, folder, ids, train, adapter=str(arguments.adapter.resolve()), dtype="bf16",
                     data={"train": [str(ids)], "held_out": 0, "max_length": MAX_LENGTH}, loss={"kind": "dpo", "beta": 0.1},
                     optimizer={"learning_rate": LEARNING_RATE, "schedule": "constant", "warmup": 0})


def braid_round(arguments, folder, rows, cached):
    run, metrics = run_file(arguments, folder, rows, cached), folder / "run" / "metrics.jsonl"
    _, peak, first = run_process([arguments.braid, "train", run], watch=metrics)
    steps = logged_steps(folder)
    totals = [0] + [int(step["num_tokens"]) for step in steps]
    require_same("braid", [b - a for a, b in zip(totals, totals[1:])], tokens_by_step(arguments, rows, prompts=1))
    return {"first": first, "peak": peak, "seconds": [s["step_seconds"] for s in steps], "losses": [s["loss"] for s in steps]}


def trl_round(arguments, folder, rows, tuned, cached):
    report = folder / "trl.json"
    size = 1 if tuned else min(TRL_BATCH, arguments.batch)
    command = [arguments.python, arguments.harness / "trl_dpo.py", "--model", arguments.model, "--pairs", arguments.pairs, "--report", report,
               "--adapter-init", arguments.adapter, "--steps", arguments.steps, "--max-length", MAX_LENGTH, "--threads", arguments.threads,
               "--learning-rate", LEARNING_RATE, "--autocast", "--dtype", "bf16" if tuned else "fp32",
               "--gradient-checkpointing", "off" if tuned else "on", "--batch-size", size, "--accumulation", arguments.batch // size,
               "--precompute-ref", "on" if cached else "off"]
    _, peak, _ = run_process(command, {"LD_PRELOAD": arguments.preload} if tuned and arguments.preload else None)
    result = json.loads(report.read_text())
    steps = result["steps"]
    require_same("TRL", [s["real"] for s in steps], tokens_by_step(arguments, rows, prompts=2))
    return {"first": result["timing"]["process_start_to_first_step_s"], "peak": peak, "seconds": [s["seconds"] for s in steps],
            "losses": [s["loss"] for s in steps], "packages": result["environment"]["packages"]}


CONTENDERS = {
    "braid": lambda *a: braid_round(*a, cached=False),
    "TRL + PEFT, as it comes": lambda *a: trl_round(*a, tuned=False, cached=False),
    "TRL + PEFT, tuned": lambda *a: trl_round(*a, tuned=True, cached=False),
    "braid, cached": lambda *a: braid_round(*a, cached=True),
    "TRL + PEFT, tuned, cached": lambda *a: trl_round(*a, tuned=True, cached=True),
}


def plan(arguments, rows, dtype, cached=False):
    """FLOPs that a pair needs at least, and the rate of a large product in `dtype`, FLOP/s."""
    with tempfile.TemporaryDirectory() as folder:
        run = run_file(arguments, pathlib.Path(folder), rows, cached)
        numbers = json.loads(run_process([arguments.braid, "plan", run, "--json", "--dtype", dtype])[0])
    return numbers["flops"]["total"] / numbers["planned"]["groups"], numbers["time"]["peak_flops"]


def run_round(arguments, rows, turned):
    results = {"peaks": {dtype: plan(arguments, rows, dtype)[1] for dtype in ("bf16", "fp32")}}
    for name in reversed(CONTENDERS) if turned else CONTENDERS:
        with tempfile.TemporaryDirectory() as folder:
            results[name] = CONTENDERS[name](arguments, pathlib.Path(folder), rows)
        print(f"{name}: {results[name]}", file=sys.stderr)
    return results


def rate(arguments, result):
    return arguments.batch * (arguments.steps - 1) / sum(result["seconds"][1:])


def rate_from_start(arguments, result):
    return arguments.batch * arguments.steps / (result["first"] + sum(result["seconds"][1:]))


def table(arguments, rounds, floors):
    lines = ["| | pairs/s | share of the bf16 rate, % | braid is faster by | start to end of the first step, s | pairs/s from the start | peak memory, MiB |",
             "|" + "---|" * 7]
    for name in CONTENDERS:
        column, cached = [r[name] for r in rounds], name.endswith("cached")
        own = "braid, cached" if cached else "braid"
        shares = [100 * rate(arguments, r[name]) * floors[cached] / r["peaks"]["bf16"] for r in rounds]
        ratios = [rate(arguments, r[own]) / rate(arguments, r[name]) for r in rounds]
        cells = [name, spread([rate(arguments, c) for c in column], 2), spread(shares, 0), "" if name == own else spread(ratios, 2),
                 spread([c["first"] for c in column], 1), spread([rate_from_start(arguments, c) for c in column], 2),
                 spread([c["peak"] for c in column], 0)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def loss_gap(rounds):
    """The mean difference of a step's loss between braid and the tuned TRL, with the reference in the step."""
    return statistics.fmean(abs(a - b) for r in rounds for a, b in zip(r["braid"]["losses"], r["TRL + PEFT, tuned"]["losses"]))


def processor():
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown processor")


def measured(arguments):
    """All rounds on one file of pairs."""
    rows = tokenise(arguments)
    floors = {cached: plan(arguments, rows, "bf16", cached)[0] for cached in (False, True)}
    rounds = []
    for number in range(arguments.rounds):
        print(f"{arguments.pairs.name}: round {number + 1} of {arguments.rounds}", file=sys.stderr)
        rounds.append(run_round(arguments, rows, turned=number % 2 == 1))
    return {"pairs": arguments.pairs.stem, "tokens_per_pair": sum(tokens_by_step(arguments, rows, prompts=1)) / len(rows), "floors": floors,
            "rounds": rounds}


def section(arguments, found):
    rounds, floors = found["rounds"], found["floors"]
    peaks = {dtype: spread([r["peaks"][dtype] / 1e9 for r in rounds], 0) for dtype in ("bf16", "fp32")}
    return f"""## {found["pairs"]}

{found["tokens_per_pair"]:.0f} tokens a pair, the prompt once. The necessary work of a pair is {floors[False] / 1e12:.3f} TFLOP, {floors[True] / 1e12:.3f} with a
cached reference; a large product ran at {peaks["bf16"]} GFLOP/s in bf16 in the same rounds (fp32: {peaks["fp32"]}). A step's loss differs
between braid and the tuned TRL by {loss_gap(rounds):.4f} in the mean, both in bf16.

{table(arguments, rounds, floors)}
"""


def page(arguments, results, load):
    packages = results[0]["rounds"][0]["TRL + PEFT, tuned"]["packages"]
    versions = ", ".join(f"{name} {packages[name]}" for name in ("trl", "peft", "transformers", "torch"))
    head = f"""# Benchmarks

Written by `scripts/bench cpu --rounds {arguments.rounds} --steps {arguments.steps} --batch {arguments.batch} --micro-batch-tokens \
{arguments.micro_batch_tokens}`; `scripts/bench cpu --help` says what each contender is. {processor()}, {arguments.threads} threads, load {load:.2f} before the
first round. {run_process([arguments.braid, "--version"])[0].strip()}; {versions}.

Model `{arguments.model.name}`, {arguments.batch} pairs a step, {arguments.steps} steps of which the first is not timed. Median of the rounds [lowest, highest].
All saw the same tokens. The share is that of the necessary work of a pair (docs/performance.md) in the rate of a large bf16 product of the same
round. Ratios are within a round, and to the braid that gets its reference the same way. "From the start" counts everything since the process began,
a reference pass included.
"""
    return "\n".join([head, *(section(arguments, found) for found in results)])


def main():
    arguments, load = parse_arguments(), os.getloadavg()[0]
    results = [measured(argparse.Namespace(**{**vars(arguments), "pairs": pairs})) for pairs in arguments.pairs]
    text = page(arguments, results, load)
    print(text, end="")
    if arguments.markdown:
        arguments.markdown.write_text(text)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()

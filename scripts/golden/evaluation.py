"""Writes tests/golden/evaluation_stories.json, or another --output: evaluation tasks on real sets, done plainly in float32.

Prompts and metrics by evaluation_tasks.py and evaluation_winobias.py, log-probabilities by evaluation_scores.py: transformers,
one sequence at a time, no cache. Only row numbers and numbers are written, no text of the sets. Needs torch 2.11.0,
transformers 5.17.0 and sentencepiece 0.2.3:
    python scripts/golden/evaluation.py DATA stories260K
    python scripts/golden/evaluation.py DATA SmolLM2-135M-Instruct --output evaluation_smollm2.json
DATA holds a directory per set; the model is a Hugging Face directory, or one with a bare SentencePiece `tokenizer.model`.
"""

import argparse
import json
import pathlib
import time

import evaluation_tasks as tasks
import evaluation_winobias as winobias
import torch
from evaluation_scores import Scorer, TooLong
from formula import OUT, rounded

ITEMS, BBQ_FACTOR = 50, 4
DIGITS = 6

MC, STEREOSET, TRUTHFULQA = "mc_accuracy/{}.jsonl.gz", "stereoset/stereoset_dev.jsonl.gz", "truthfulqa/mc_task.json"
TASKS = {  # name: files, reader, metrics
    "arc_easy": ([MC.format("arc_easy")], tasks.choices("\nAnswer:"), tasks.choice_metrics),
    "arc_challenge": ([MC.format("arc_challenge")], tasks.choices("\nAnswer:"), tasks.choice_metrics),
    "piqa": ([MC.format("piqa")], tasks.choices("\nAnswer:"), tasks.choice_metrics),
    "commonsense_qa": ([MC.format("commonsense_qa")], tasks.choices(""), tasks.choice_metrics),
    "winogrande": (["winogrande/dev.jsonl"], tasks.winogrande, tasks.accuracy_metrics),
    "truthfulqa_mc1": ([TRUTHFULQA], tasks.truthfulqa("mc1"), tasks.mc1_metrics),
    "truthfulqa_mc2": ([TRUTHFULQA], tasks.truthfulqa("mc2"), tasks.mc2_metrics),
    "crows_pairs": (["crows_pairs/crows_pairs_anonymized.csv"], tasks.crows_pairs, tasks.crows_metrics),
    "stereoset_intrasentence": ([STEREOSET], tasks.stereoset("intrasentence"), tasks.stereoset_metrics),
    "stereoset_intersentence": ([STEREOSET], tasks.stereoset("intersentence"), tasks.stereoset_metrics),
    "lambada": (["lambada/lambada_openai.jsonl.gz"], tasks.lambada, tasks.lambada_metrics),
    "bbq": (["bbq/Age.jsonl.gz"], tasks.bbq, tasks.bbq_metrics),
    "winogender": (
        ["winogender/all_sentences.tsv", "winogender/occupations-stats.tsv"], tasks.winogender, tasks.winogender_metrics),
}


def scored(scorer, item):
    """False if the item is too long for the model."""
    try:
        item.scores = [score for request in item.requests for score in scorer.score(*request)]
    except TooLong:
        return False
    return True


def written(item, greedy=False):
    row = {"row": item.row}
    if item.scores:
        row |= {"logps": rounded(item.logps, DIGITS), "tokens": [s.tokens for s in item.scores]}
    if item.gold is not None:
        row["gold"] = item.gold
    if greedy:
        row["greedy"] = [s.greedy for s in item.scores]
    return row


def rounded_all(values, digits):
    def short(value):
        if value is None or isinstance(value, int):
            return value
        if isinstance(value, list):
            return value if isinstance(value[0], (bool, str)) else rounded(value, digits)
        return rounded([value], digits)[0]

    return {k: short(v) for k, v in values.items()}


def task_result(scorer, name, data, count):
    files, read, metrics = TASKS[name]
    items = read(*(data / file for file in files))[:count]
    kept = [item for item in items if scored(scorer, item)]
    return kept, {
        "files": files, "items": [written(i, name == "lambada") for i in kept], "skipped": len(items) - len(kept),
        "metrics": rounded_all(metrics(kept), 8),
    }


def winobias_result(scorer, kind, data, count):
    """Pairs without exactly one other occupation have the published numbers only; they count as skipped."""
    items = winobias.read(data / "winobias", kind)[:count]
    rows = []
    for item in items:
        assert scored(scorer, item), "a sentence longer than the context"
        item.about["values"] = winobias.paper_values(scorer, item)
        rows.append(written(item) | rounded_all(item.about["values"], DIGITS))
    names = [f"{side}_stereotyped_type{kind}.txt.dev" for side in winobias.SIDES]
    names += ["male_occupations.txt", "female_occupations.txt"]
    return items, {
        "files": [f"winobias/{name}" for name in names], "items": rows, "skipped": sum(not i.scores for i in items),
        "metrics": rounded_all(winobias.metrics(items), 8),
    }


def print_result(name, items, result, seconds):
    metrics = ", ".join(f"{k} {v}" if v is None or isinstance(v, int) else f"{k} {v:.5g}" for k, v in result["metrics"].items())
    print(f"{name:24} {len(items):4} items, {result['skipped']:2} skipped, {seconds:6.1f} s: {metrics}", flush=True)


def write(path, results):
    """One item per line: a change shows as a changed line."""
    lines = []
    for name, result in results.items():
        rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in result["items"])
        rest = json.dumps({k: v for k, v in result.items() if k != "items"}, separators=(",", ":"))
        lines.append(f'"{name}":{rest[:-1]},"items":[\n{rows}\n]}}')
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--items", type=int, default=ITEMS, help="rows of every set; bbq takes four times as many")
    parser.add_argument("--output", type=pathlib.Path, default=OUT / "evaluation_stories.json")
    options = parser.parse_args()
    torch.set_num_threads(1)
    scorer = Scorer(str(options.model))
    runs = {name: lambda name=name: task_result(
        scorer, name, options.data, options.items * (BBQ_FACTOR if name == "bbq" else 1)) for name in TASKS}
    for kind in (1, 2):
        runs[f"winobias_type{kind}"] = lambda kind=kind: winobias_result(scorer, kind, options.data, options.items)
    results = {}
    for name, run in runs.items():
        start = time.monotonic()
        items, results[name] = run()
        print_result(name, items, results[name], time.monotonic() - start)
    write(options.output, results)
    print(f"{options.output.name}: {options.output.stat().st_size} bytes")


if __name__ == "__main__":
    main()

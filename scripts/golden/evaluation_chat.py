"""Writes tests/golden/evaluation_chat.json: some tasks of evaluation.py with their prompts in a chat template.

The template is tests/golden/plain_turns.jinja. Needs what evaluation.py needs, and jinja2 3.1.6:
    python scripts/golden/evaluation_chat.py DATA stories260K
"""

import argparse
import pathlib
import time

import torch
from chat_scores import ChatScorer
from evaluation import print_result, task_result, write
from formula import OUT

TASKS = {"arc_easy": 50, "winogrande": 50, "crows_pairs": 50, "stereoset_intersentence": 50, "bbq": 100, "winogender": 60}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("model", type=pathlib.Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    scorer = ChatScorer(str(options.model), OUT / "plain_turns.jinja")
    results = {}
    for name, count in TASKS.items():
        start = time.monotonic()
        items, results[name] = task_result(scorer, name, options.data, count)
        print_result(name, items, results[name], time.monotonic() - start)
    path = OUT / "evaluation_chat.json"
    write(path, results)
    print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()

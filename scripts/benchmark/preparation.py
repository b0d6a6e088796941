"""Times `braid prepare` on made ratings: four rated answers to every prompt, as JSON Lines and as Parquet.

    python scripts/benchmark/preparation.py build/release/braid [--prompts 2500 25000 250000] [--threads 2] [--keep DIR]

Needs pyarrow. Prints time, peak memory and the pairs that were kept for every size, and whether both formats gave the same pairs
(but for the name of the file). Prompts have 10 to 60 words of a Zipf-like vocabulary around one of 200 subjects, answers 20 to 120; ratings
are 1 to 5 on two axes.
"""

import argparse
import json
import os
import pathlib
import random
import subprocess
import tempfile
import time

import pyarrow
import pyarrow.parquet

WORDS = 20000
SUBJECTS = 200


def vocabulary(generator):
    letters = "abcdefghijklmnoprstuvw"
    return ["".join(generator.choices(letters, k=generator.randint(2, 9))) for _ in range(WORDS)]


def rows(prompts):
    generator = random.Random(1)
    words = vocabulary(generator)
    subjects = [generator.sample(words, 40) for _ in range(SUBJECTS)]

    def text(low, high, subject):
        count = generator.randint(low, high)
        common = [words[int(WORDS * generator.random() ** 4)] for _ in range(count // 2)]
        chosen = common + generator.choices(subject, k=count - len(common))
        generator.shuffle(chosen)
        return " ".join(chosen)

    for number in range(prompts):
        subject = subjects[generator.randrange(SUBJECTS)]
        yield {
            "prompt": f"{number}: {text(10, 60, subject)}?",
            "answers": [
                {"text": text(20, 120, subject), "helpful": generator.randint(1, 5), "honest": generator.randint(1, 5)}
                for _ in range(4)
            ],
        }


def write(prompts, folder):
    json_lines, parquet = folder / "ratings.jsonl", folder / "ratings.parquet"
    writer, batch = None, []
    with open(json_lines, "w") as file:
        for row in rows(prompts):
            file.write(json.dumps(row) + "\n")
            batch.append(row)
            if len(batch) == 10000:
                writer = add(writer, batch, parquet)
                batch = []
    if batch:
        writer = add(writer, batch, parquet)
    writer.close()
    return json_lines, parquet


def add(writer, batch, path):
    table = pyarrow.Table.from_pylist(batch)
    writer = writer or pyarrow.parquet.ParquetWriter(path, table.schema)
    writer.write_table(table)
    return writer


def run_file(file, folder):
    source = {
        "name": "ratings",
        "files": [str(file)],
        "kind": "rating",
        "prompt": "prompt",
        "responses": [{"each": "answers[]", "text": "text"}],
        "axes": [{"name": "helpful", "range": [1, 5]}, {"name": "honest", "range": [1, 5]}],
    }
    output = folder / ("prepared-" + file.suffix[1:])
    config = {
        "data": {"sources": [source], "prepared": str(output)},
        "selection": {"strategy": "quality_diversity", "fraction": 0.6},
    }
    path = folder / (file.suffix[1:] + ".json")
    path.write_text(json.dumps(config))
    return path, output


def measure(braid, config, threads):
    start = time.monotonic()
    process = subprocess.Popen([braid, "prepare", config, "--threads", str(threads)], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{braid} prepare {config} failed")
    return time.monotonic() - start, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime


def same_pairs(first, second):
    def lines(path):
        with open(path / "pairs.jsonl") as file:
            for line in file:
                row = json.loads(line)
                row.pop("file")
                yield row

    return all(a == b for a, b in zip(lines(first), lines(second), strict=True))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("braid")
    parser.add_argument("--prompts", type=int, nargs="+", default=[2500, 25000, 250000])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--keep", type=pathlib.Path)
    arguments = parser.parse_args()
    print("prompts  answers  format   seconds  CPU s  MiB   pairs")
    for prompts in arguments.prompts:
        with tempfile.TemporaryDirectory() as temporary:
            folder = arguments.keep or pathlib.Path(temporary)
            folder.mkdir(exist_ok=True)
            outputs = []
            for file in write(prompts, folder):
                config, output = run_file(file, folder)
                seconds, mib, processor = measure(arguments.braid, config, arguments.threads)
                outputs.append(output)
                kept = json.loads((output / "summary.json").read_text())["totals"]["pairs"]["train"]
                print(f"{prompts:7}  {4 * prompts:7}  {file.suffix[1:]:7}  {seconds:7.1f}  {processor:5.1f}  {mib:4.0f}  {kept}",
                      flush=True)
            print("same pairs" if same_pairs(*outputs) else "DIFFERENT PAIRS", flush=True)


if __name__ == "__main__":
    main()

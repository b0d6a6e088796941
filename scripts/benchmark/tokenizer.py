"""Encodes the same texts with braid and with the `tokenizers` package (0.23.3), in turns, and prints throughputs and ratios.

    ninja -C build/release bench_tokenizer
    python scripts/benchmark/tokenizer.py build/release/bench_tokenizer MODEL FILE... [--rounds 7]

MODEL is a directory with a tokenizer.json, or with GPT-2's vocab.json and merges.txt. FILEs are texts, or JSON Lines (every
string in a row is a document); .gz is unpacked. Texts are cut at line breaks into documents of about 4 KB.
"""

import argparse
import gzip
import json
import os
import pathlib
import statistics
import struct
import subprocess
import tempfile
import time

from tokenizers import Tokenizer, decoders, models, pre_tokenizers

DOCUMENT_BYTES = 4096


def strings_in(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for member in value.values() if isinstance(value, dict) else value:
            yield from strings_in(member)


def documents_of(path):
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8", "replace")
    if ".jsonl" in path.name:
        rows = [json.loads(line) for line in text.split("\n") if line.strip()]
        return [string for row in rows for string in strings_in(row) if string]
    documents, size = [""], 0
    for line in text.splitlines(keepends=True):
        if size > DOCUMENT_BYTES:
            documents.append("")
            size = 0
        documents[-1] += line
        size += len(line)
    return documents


def tokenizer_file(model, folder):
    if (model / "tokenizer.json").exists():
        return model / "tokenizer.json"
    tokenizer = Tokenizer(models.BPE.from_file(str(model / "vocab.json"), str(model / "merges.txt")))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<|endoftext|>"])
    path = pathlib.Path(folder) / "tokenizer.json"
    tokenizer.save(str(path))
    return path


class Braid:
    name = "braid"

    def __init__(self, program, model, documents, folder):
        path = pathlib.Path(folder) / "documents"
        with path.open("wb") as file:
            for document in documents:
                data = document.encode()
                file.write(struct.pack("<I", len(data)) + data)
        self.process = subprocess.Popen([program, model, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, threads):
        self.process.stdin.write(f"{threads}\n")
        self.process.stdin.flush()
        seconds, tokens = self.process.stdout.readline().split()
        return float(seconds), int(tokens)


class Package:
    name = "tokenizers"

    def __init__(self, path, documents):
        self.tokenizer = Tokenizer.from_file(str(path))
        self.tokenizer.encode_special_tokens = True
        self.documents = documents

    def run(self, threads):
        os.environ["TOKENIZERS_PARALLELISM"] = "true" if threads > 1 else "false"
        begin = time.perf_counter()
        encodings = self.tokenizer.encode_batch_fast(self.documents, add_special_tokens=False)
        seconds = time.perf_counter() - begin
        return seconds, sum(len(encoding) for encoding in encodings)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    os.environ["RAYON_NUM_THREADS"] = str(cores)
    documents = [document for path in args.files for document in documents_of(path)]
    megabytes = sum(len(document.encode()) for document in documents) / 1e6
    print(f"{len(documents)} documents, {megabytes:.2f} MB, load {os.getloadavg()[0]:.2f}")
    with tempfile.TemporaryDirectory() as folder:
        path = tokenizer_file(args.model, folder)
        sides = [Braid(args.program, path.parent, documents, folder), Package(path, documents)]
        for threads in sorted({1, cores}):
            for side in sides:
                side.run(threads)  # warm caches on both sides
            seconds = {side.name: [] for side in sides}
            tokens = set()
            for _ in range(args.rounds):
                for side in sides:
                    taken, count = side.run(threads)
                    seconds[side.name].append(taken)
                    tokens.add(count)
            assert len(tokens) == 1, f"the sides disagree: {tokens} tokens"
            median = {name: statistics.median(times) for name, times in seconds.items()}
            for name, times in seconds.items():
                print(f"{threads} thread(s) {name}: {megabytes / median[name]:.1f} MB/s, "
                      f"{tokens.copy().pop() / median[name] / 1e6:.2f} M tokens/s "
                      f"(median of {args.rounds}; {min(times):.3f} to {max(times):.3f} s)")
            print(f"{threads} thread(s) ratio: {median['tokenizers'] / median['braid']:.2f}")
        sides[0].process.stdin.close()
        sides[0].process.wait()


if __name__ == "__main__":
    main()

"""Runs of braid train on a CPU, for the benchmarks: their common arguments, a run file, what a process takes, and what it logged."""

import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

BRAID = pathlib.Path(__file__).resolve().parents[3] / "build" / "release" / "braid"


def add_arguments(parser):
    parser.add_argument("--braid", type=pathlib.Path, default=BRAID)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))


def run_process(command, environment=None, watch=None):
    """Standard output, peak memory in MiB, and the wall seconds until the file `watch` had a line (None without one)."""
    begin, first = time.monotonic(), None
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as log:
        process = subprocess.Popen([str(word) for word in command], env={**os.environ, **(environment or {})}, stdout=out, stderr=log)
        while True:
            waiting = watch is not None and first is None
            pid, status, usage = os.wait4(process.pid, os.WNOHANG if waiting else 0)
            if waiting and watch.exists() and watch.stat().st_size > 0:
                first = time.monotonic() - begin
            if pid:
                break
            time.sleep(0.02)
        process.returncode = os.waitstatus_to_exitcode(status)
        for stream in (out, log):
            stream.seek(0)
        if process.returncode != 0:
            raise SystemExit(f"{pathlib.Path(command[0]).name} failed:\n{log.read().decode(errors='replace')[-2000:]}")
        return out.read().decode(), usage.ru_maxrss / 1024, first


def write_run(arguments, folder, pairs, train, **keys):
    """A run file in `folder` that trains on the file `pairs` and writes into folder/run."""
    config = {
        "model": str(arguments.model.resolve()),
        "output": str(folder / "run"),
        "device": "cpu",
        "threads": arguments.threads,
        "data": {"train": [str(pairs.resolve())], "held_out": 0},
        "train": train,
        **keys,
    }
    path = folder / "run.json"
    path.write_text(json.dumps(config))
    return path


def logged_steps(folder):
    rows = map(json.loads, (folder / "run" / "metrics.jsonl").read_text().splitlines())
    return [row for row in rows if "step_seconds" in row]


def spread(values, digits):
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"

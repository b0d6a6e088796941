"""Where the files of a public set are, and bringing them here whole. Used by datasets.py.

A file is written as NAME.part, checked, and renamed: whatever has its final name is complete.
"""

import contextlib
import csv
import dataclasses
import fcntl
import fnmatch
import gzip
import hashlib
import http.client
import io
import json
import os
import pathlib
import typing
import urllib.error
import urllib.parse
import urllib.request
import zlib

CHUNK = 1 << 20
LONGEST_RECORD = 32 << 20
LARGEST_LISTING = 64 << 20
SECONDS_OF_SILENCE = 60


class Failure(Exception):
    """One line for the person who called."""


@dataclasses.dataclass(frozen=True)
class RemoteFile:
    path: str  # below the folder of the set
    url: str
    bytes: typing.Optional[int] = None
    digest: typing.Optional[tuple] = None  # (algorithm, hexadecimal), where the server publishes one


@dataclasses.dataclass(frozen=True)
class Listing:
    revision: str
    files: list
    licence: str = ""  # as the home page states it today, where that can be asked


@contextlib.contextmanager
def locked(folder):
    """One process at a time works in a folder; the lock goes with the process."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"waiting for another download into {folder}", flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def matching(names, patterns):
    return [name for name in names if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)]


def open_url(url):
    request = urllib.request.Request(url, headers={"User-Agent": "braid-datasets"})
    try:
        return urllib.request.urlopen(request, timeout=SECONDS_OF_SILENCE)
    except urllib.error.HTTPError as error:
        hint = "; it may ask for an account or for consent" if error.code in (401, 403) else ""
        raise Failure(f"{url}: the server answers {error.code} {error.reason}{hint}")
    except (OSError, http.client.HTTPException, ValueError) as error:
        host = urllib.parse.urlsplit(url).netloc
        raise Failure(f"{host} cannot be reached: {getattr(error, 'reason', error)}")


# A name that a server gave must stay below the folder of the set.
def stays_inside(path):
    parts = pathlib.PurePosixPath(path).parts
    return bool(parts) and parts[0] != "/" and ".." not in parts


# The hub publishes a digest of every file: SHA-256 of large ones, git's own of small ones.
def hub_digest(sibling):
    if sibling.get("lfs"):
        return ("sha256", sibling["lfs"]["sha256"])
    return ("git", sibling["blobId"]) if sibling.get("blobId") else None


def hub_listing(repository, revision, patterns):
    endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
    url = f"{endpoint}/api/datasets/{repository}/revision/{urllib.parse.quote(revision or 'main', safe='')}?blobs=true"
    try:
        with open_url(url) as response:
            info = json.loads(response.read(LARGEST_LISTING))
        siblings = {sibling["rfilename"]: sibling for sibling in info["siblings"]}
        commit = info["sha"]
        licence = (info.get("cardData") or {}).get("license") or ""
    except (ValueError, KeyError, TypeError, OSError, http.client.HTTPException):
        raise Failure(f"{url}: not the list of files that was expected")
    files = []
    for path in matching(sorted(siblings), patterns):
        if not stays_inside(path):
            raise Failure(f"{url}: lists a file outside of the set, {path}")
        address = f"{endpoint}/datasets/{repository}/resolve/{commit}/{urllib.parse.quote(path)}"
        files.append(RemoteFile(path, address, siblings[path].get("size"), hub_digest(siblings[path])))
    return Listing(commit, files, ", ".join(licence) if isinstance(licence, list) else str(licence))


def github_listing(repository, revision, paths):
    base = f"https://raw.githubusercontent.com/{repository}/{revision}/"
    return Listing(revision, [RemoteFile(path, base + urllib.parse.quote(path)) for path in paths])


def url_listing(base, _, paths):
    return Listing("", [RemoteFile(path, base + urllib.parse.quote(path)) for path in paths])


class Digests:
    """SHA-256 of what is passed through, and git's digest when that is the one to compare with."""

    def __init__(self, file, size):
        self.wanted = file.digest
        self.sha256 = hashlib.sha256()
        self.compared = self.sha256
        if self.wanted and self.wanted[0] == "git":
            self.compared = hashlib.sha1(b"blob %d\0" % size)

    def update(self, data):
        self.sha256.update(data)
        if self.compared is not self.sha256:
            self.compared.update(data)

    def differ(self):
        return self.wanted is not None and self.compared.hexdigest() != self.wanted[1]


def already_here(file, target):
    """Facts about a file that an earlier call brought, or None; only a published digest can tell."""
    if file.digest is None or not target.is_file():
        return None
    size = target.stat().st_size
    digests = Digests(file, size)
    with open(target, "rb") as stream:
        while data := stream.read(CHUNK):
            digests.update(data)
    return None if digests.differ() else {"bytes": size, "sha256": digests.sha256.hexdigest()}


def receive(response, file, part):
    length = response.headers.get("Content-Length")
    expected = file.bytes if file.bytes is not None else int(length) if length else None
    digests, received = Digests(file, expected or 0), 0
    with open(part, "wb") as out:
        while True:
            try:
                data = response.read(CHUNK)
            except (OSError, http.client.HTTPException) as error:
                raise Failure(f"{file.url}: the connection broke after {received} bytes ({error}); call again to go on")
            if not data:
                break
            out.write(data)
            digests.update(data)
            received += len(data)
    if expected is not None and received != expected:
        raise Failure(f"{file.url}: {received} of {expected} bytes came; call again to go on")
    if digests.differ():
        kind = digests.wanted[0]
        raise Failure(f"{file.url}: its {kind} digest is not the published one; call again, or ask the authors")
    return {"bytes": received, "sha256": digests.sha256.hexdigest()}


def download(file, target):
    part = target.with_name(target.name + ".part")
    try:
        with open_url(file.url) as response:
            facts = receive(response, file, part)
        check_records(part, target.name, file.url)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return facts


# Parquet by its magic; of the others the first record must be one.
def check_records(path, name, origin):
    plain = name[: -len(".gz")] if name.endswith(".gz") else name
    try:
        if plain.endswith(".parquet"):
            good = parquet_magic(path)
        else:
            with (gzip.open if name != plain else open)(path, "rb") as stream:
                start = stream.read(LONGEST_RECORD).decode("utf-8-sig", "ignore")
            delimiter = {".csv": ",", ".tsv": "\t"}.get(plain[-4:])
            good = first_table_row(start, delimiter) if delimiter else first_object(start)
    except (gzip.BadGzipFile, EOFError, zlib.error, csv.Error):
        good = False
    if not good:
        raise Failure(f"{origin}: what came is not a {plain.rsplit('.', 1)[-1]} file of records")


def parquet_magic(path):
    magic = b"PAR1"
    with open(path, "rb") as stream:
        first = stream.read(len(magic))
        stream.seek(max(stream.seek(0, os.SEEK_END) - len(magic), len(magic)))
        return first == magic and stream.read() == magic


def first_table_row(text, delimiter):
    first = next(csv.reader(io.StringIO(text), delimiter=delimiter), [])
    return len(first) > 1 and not first[0].lstrip().startswith("<")


def first_object(text):
    text = text.lstrip()
    if text.startswith("["):
        text = text[1:].lstrip()
    try:
        return isinstance(json.JSONDecoder().raw_decode(text)[0], dict)
    except ValueError:
        return False

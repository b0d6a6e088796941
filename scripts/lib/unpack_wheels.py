"""Unpacks wheels: unpack_wheels.py WHEEL_FOLDER TARGET_FOLDER PATTERN...

A member is written when the last pattern that matches it does not begin with "!". Each wheel is deleted once it is unpacked,
so that the disk never holds all of both.
"""

import fnmatch
import pathlib
import sys
import zipfile


def wanted(name, patterns):
    answer = False
    for pattern in patterns:
        if fnmatch.fnmatchcase(name, pattern.lstrip("!")):
            answer = not pattern.startswith("!")
    return answer


def unpack(wheel, target, patterns):
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            if member.is_dir() or not wanted(member.filename, patterns):
                continue
            path = pathlib.Path(archive.extract(member, target))
            path.chmod((member.external_attr >> 16) & 0o777 | 0o644)


def main():
    source, target, *patterns = sys.argv[1:]
    for wheel in sorted(pathlib.Path(source).glob("*.whl")):
        unpack(wheel, target, patterns)
        wheel.unlink()


main()

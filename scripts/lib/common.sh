# Sourced by the scripts: where things are, words for people, which tools to use, pinned downloads.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
deps=$root/.deps

say() { printf '%s\n' "$*"; }
warn() { printf 'warning: %s\n' "$*" >&2; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# usage SCRIPT: the comment at the top of a script is its help text.
usage() {
  sed -n '2,/^$/s/^# \{0,1\}//p' "$1"
}

# at_least WANTED VERSION
at_least() {
  [[ -n $2 && $(printf '%s\n' "$1" "$2" | sort -V | head -n 1) == "$1" ]]
}

system_cmake_is_new() {
  at_least 3.25 "$(cmake --version 2>/dev/null | sed -n '1s/.*version //p' || true)"
}

# Prints the C++ compiler to use: $CXX, or g++ if that is new enough, or a newer one beside it.
find_compiler() {
  if [[ -n ${CXX:-} ]]; then
    say "$CXX"
    return
  fi
  local candidate
  for candidate in g++ g++-14 g++-13 g++-12; do
    if at_least 12 "$("$candidate" -dumpversion 2>/dev/null || true)"; then
      say "$candidate"
      return
    fi
  done
  return 1
}

# Formatting differs from version to version, so there is one right one.
find_clang_format() {
  local candidate
  for candidate in clang-format-14 clang-format; do
    if "$candidate" --version 2>/dev/null | grep -q 'version 14\.'; then
      say "$candidate"
      return
    fi
  done
  return 1
}

# Puts cmake and ctest on PATH and chooses the compiler.
use_tools() {
  if ! system_cmake_is_new; then PATH=$deps/cmake/cmake/data/bin:$PATH; fi
  CXX=$(find_compiler) || die "no g++ 12 or newer: install one, or set CXX"
  export PATH CXX
}

# Compile jobs at once: one per core, and 3 GB of memory for each, because LibTorch's headers take that.
parallel_jobs() {
  local cores by_memory
  cores=$(nproc)
  by_memory=$(awk '/^MemAvailable:/ {print int($2 / 3000000)}' /proc/meminfo)
  if ((by_memory < 1)); then by_memory=1; fi
  say "${BRAID_JOBS:-$((cores < by_memory ? cores : by_memory))}"
}

# fetch_wheels REQUIREMENTS TARGET PATTERN...: downloads pinned wheels (pip checks their hashes) and unpacks the members that
# match the patterns (see unpack_wheels.py) into TARGET, with a copy of the requirements. TARGET is replaced whole or not at all.
fetch_wheels() {
  local requirements=$1 target=$2 work name
  shift 2
  name=$(basename "$requirements" .txt)
  python3 -m pip --version >/dev/null 2>&1 || die "python3 has no pip; as root: apt-get install python3-pip"
  work=$(mktemp -d "$deps/.fetch-XXXXXX")
  # shellcheck disable=SC2064  # expanded now, because the variable is local
  trap "rm -rf '$work'" EXIT
  mkdir "$work/wheels" "$work/temporary"
  local quiet=(--quiet)
  if [[ -t 1 ]]; then quiet=(); fi
  # Fixed tags: only libraries are taken from the wheels, so they are the same ones whatever Python runs here.
  TMPDIR=$work/temporary python3 -m pip --disable-pip-version-check download "${quiet[@]}" \
    --no-deps --require-hashes --only-binary=:all: --implementation cp --python-version 3.11 --abi cp311 \
    --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 --platform manylinux_2_25_x86_64 \
    --platform manylinux_2_18_x86_64 --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 \
    --dest "$work/wheels" --requirement "$requirements" ||
    die "the download for $requirements failed; set-up without a network: docs/building.md"
  python3 "$root/scripts/lib/unpack_wheels.py" "$work/wheels" "$work/unpacked" "$@" || die "unpacking $name failed"
  cp "$requirements" "$work/unpacked/requirements.txt"
  if [[ -e $target ]]; then mv "$target" "$work/replaced"; fi
  mv "$work/unpacked" "$target"
  rm -rf "$work"
  trap - EXIT
}

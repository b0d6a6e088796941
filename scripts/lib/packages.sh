# Sourced by scripts/dependencies: the system's packages.
# shellcheck shell=bash disable=SC2154  # root and deps come from common.sh

apt_log=$deps/apt.log

# Whether packages that only scripts/test uses are wanted too.
for_tests=false

libraries=(
  nlohmann-json3-dev libcli11-dev libfmt-dev libgtest-dev libgmock-dev
  libpcre2-dev libsentencepiece-dev libutf8proc-dev libxxhash-dev libzstd-dev zlib1g-dev
)

# Prints the packages that braid cannot be built without and that are not there.
missing_packages() {
  local installed package
  if command -v dpkg-query >/dev/null; then
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${libraries[@]}" 2>/dev/null) || true
    for package in "${libraries[@]}"; do
      grep -qx "installed $package" <<<"$installed" || say "$package"
    done
  fi
  command -v ninja >/dev/null || say ninja-build
  command -v pkg-config >/dev/null || say pkg-config
  find_compiler >/dev/null || compiler_package
  command -v python3 >/dev/null || say python3
  if fetches_pending && ! python3 -m pip --version >/dev/null 2>&1; then say python3-pip; fi
}

compiler_package() {
  # Ubuntu 22.04's default compiler is g++ 11.
  if grep -qs '^VERSION_CODENAME=jammy' /etc/os-release; then say g++-12; else say g++; fi
}

# Prints the packages that are welcome and not there: they make builds faster, or are for the tests only.
missing_conveniences() {
  local tool
  for tool in ccache mold; do command -v "$tool" >/dev/null || say "$tool"; done
  if $for_tests && ! find_clang_format >/dev/null; then say clang-format-14; fi
}

as_root() {
  if [[ $(id -u) == 0 ]]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
  command -v apt-get >/dev/null && as_root true 2>/dev/null
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" </dev/null >>"$apt_log" 2>&1
}

bring_packages() {
  local required welcome package
  mapfile -t required < <(missing_packages)
  mapfile -t welcome < <(missing_conveniences)
  # What could not be had once is not asked for again.
  local unavailable=$deps/unavailable-packages
  if [[ "${welcome[*]}" == "$(cat "$unavailable" 2>/dev/null)" ]]; then welcome=(); fi
  if ((${#required[@]} + ${#welcome[@]} == 0)); then return; fi
  if ! may_install; then
    if ((${#required[@]} > 0)); then die "missing packages; as root: apt-get install ${required[*]}"; fi
    return
  fi

  say "installing packages: ${required[*]} ${welcome[*]}"
  as_root apt-get update -qq </dev/null >"$apt_log" 2>&1 || warn "apt-get update failed; using the package lists at hand"
  if ((${#required[@]} > 0)); then
    apt_install "${required[@]}" || die "apt-get could not install ${required[*]}; why: $apt_log"
  fi
  for package in "${welcome[@]}"; do
    apt_install "$package" || warn "package $package could not be installed; going on without it"
  done
  mapfile -t welcome < <(missing_conveniences)
  say "${welcome[*]}" >"$unavailable"
}

#!/usr/bin/env bash
# Sets up what the kiosk needs on Debian 12: packages, virtual environment, fonts, icons, pinyin, texts, demonstration guides.
#
#   deploy/setup.sh kiosk    to run the kiosk (default)
#   deploy/setup.sh test     and to run the tests
#   deploy/setup.sh bench    and to run the benchmarks
#
# Every step looks first and does nothing when nothing is missing, so that it may be run again at any time, also after an
# interruption. PYTHON=/path/to/python3.11 chooses the interpreter. pip and apt follow the machine's own configuration.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

venv=.venv

say() { printf '%s\n' "$*"; }
die() { printf 'set-up stopped: %s\n' "$*" >&2; exit 1; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; return; fi
    command -v sudo >/dev/null || die "administrator rights are needed for: $* (run this as root, or install sudo)"
    sudo "$@"
}

apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -qq "$@"; }

# Names the packages of the given lists that are not installed.
missing_packages() {
    local names
    mapfile -t names < <(sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "$@")
    comm -13 \
        <(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${names[@]}" 2>/dev/null | sed -n 's/^installed //p' | sort -u) \
        <(printf '%s\n' "${names[@]}" | sort -u)
}

install_packages() {
    if ! command -v dpkg-query >/dev/null; then
        say "This is not Debian. Please see to the packages in: $*"
        return
    fi
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ "${#missing[@]}" -gt 0 ] || return 0
    say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
    as_root dpkg --configure -a   # finishes what an interrupted installation left behind
    apt update || die "the Debian package lists could not be fetched (see above)"
    apt install --yes --no-install-recommends "${missing[@]}" >/dev/null || die "apt-get failed (see above)"
}

# Prints the first usable Python 3.11. A name on the PATH may be a pyenv shim without a version behind it, so it is tried.
find_python() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} python3.11 /usr/bin/python3.11 python3; do
        if "$candidate" -c 'import sys, venv; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    die "Python 3.11 was not found (apt-get install python3.11, or set PYTHON)"
}

# make_environment STAMP REQUIREMENTS: installs a requirements file, once for each change of it.
make_environment() {
    local stamp="$venv/$1" requirements="$2" wanted python
    wanted=$(sha256sum "$requirements")
    if [ -x "$venv/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then return; fi
    if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        python=$(find_python)
        say "Making the virtual environment $venv with $("$python" --version)"
        "$python" -m venv --clear "$venv"
    fi
    say "Installing the Python packages of $requirements (a few minutes the first time)"
    "$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --require-hashes -r "$requirements" ||
        die "the Python packages could not be installed (see above); run this again to go on"
    printf '%s\n' "$wanted" > "$stamp"
}

purpose=${1:-kiosk}
case "$purpose" in
    kiosk) install_packages deploy/debian-packages.txt ;;
    test) install_packages deploy/debian-packages.txt deploy/debian-packages-test.txt ;;
    bench) install_packages deploy/debian-packages{,-test,-bench}.txt ;;
    *) printf 'usage: deploy/setup.sh [kiosk|test|bench]\n' >&2; exit 2 ;;
esac
case "$purpose" in
    kiosk) make_environment installed-kiosk requirements.txt ;;
    bench) make_environment installed-bench requirements-bench.txt ;;
    test) make_environment installed-test requirements-dev.txt ;;
esac
"$venv/bin/python" deploy/make_fonts.py
"$venv/bin/python" deploy/make_icons.py
"$venv/bin/python" deploy/make_input.py
"$venv/bin/python" deploy/make_catalogues.py
"$venv/bin/python" deploy/make_guide_files.py
if [ -d assets/build/catalogue ]; then files=(--files assets/build/catalogue); else files=(); fi
"$venv/bin/python" main.py guide build hub/catalogue/demonstration "${files[@]}" --out assets/build/demonstration.catalogue

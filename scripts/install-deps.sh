#!/usr/bin/env bash
# The one list of Debian 12 packages, used by ./dev and by deploy/Dockerfile alike.
#
#   scripts/install-deps.sh GROUP...          install what is missing from the groups
#   scripts/install-deps.sh --list GROUP...   print the packages of the groups, install nothing
#   scripts/install-deps.sh --check GROUP...  print what is missing; exit status 1 if anything is
#
# Groups: build (the program), runtime (what the program needs to run), rust (Debian's own toolchain), test, bench, fuzz,
# lint, embeddings (npm, to fetch the sentence encoder). Asking dpkg takes about 20 ms, so there is no stamp file that could go stale.
set -euo pipefail

# An entry NAME:COMMAND counts as present when COMMAND is on PATH, whoever put it there (Node.js often comes from
# elsewhere, and then Debian's npm would conflict with it).
packages_of() {
    case "$1" in
    build)
        echo g++ cmake ninja-build ccache pkg-config \
            libboost1.81-dev libboost-json1.81-dev libfmt-dev libspdlog-dev libcli11-dev libseccomp-dev libssl-dev \
            libcurl4-openssl-dev libsqlite3-dev libarchive-dev libgumbo-dev zlib1g-dev libutf8proc-dev libtomlplusplus-dev libyaml-cpp-dev \
            libgtest-dev libgmock-dev
        ;;
    runtime)
        # gcc: rustc links with it. The libraries are what `ldd build/bin/rustcoder` names (tests/deploy_check.py).
        echo bubblewrap gcc libc6-dev ca-certificates \
            libboost-json1.81.0 libfmt9 libspdlog1.10 libseccomp2 libssl3 libstdc++6 \
            libcurl4 libsqlite3-0 libarchive13 libgumbo1 zlib1g libutf8proc2 libyaml-cpp0.7
        ;;
    rust) echo rustc-web cargo-web ;;
    test) echo python3 python3-yaml curl:curl nodejs:node npm:npm librust-itoa-dev ;;
    embeddings) echo nodejs:node npm:npm ;;
    bench) echo libbenchmark-dev libxapian-dev libhnswlib-dev python3 wrk:wrk ;;
    fuzz) echo clang-19 libclang-rt-19-dev ;;
    lint) echo clang-19 clang-format-19 clang-tidy-19 shellcheck python3 ;;
    *)
        echo "install-deps: unknown group '$1' (build runtime rust test bench fuzz lint embeddings)" >&2
        return 2
        ;;
    esac
}

mode=install
case "${1:-}" in
--list) mode=list && shift ;;
--check) mode=check && shift ;;
-h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0" && exit 0 ;;
esac
if [ $# -eq 0 ]; then
    echo "install-deps: name at least one group (build runtime rust test bench fuzz lint embeddings)" >&2
    exit 2
fi

entries=()
for group in "$@"; do
    list=$(packages_of "$group")
    read -ra words <<<"${list//$'\n'/ }"
    entries+=("${words[@]}")
done

if [ "$mode" = list ]; then
    printf '%s\n' "${entries[@]%%:*}" | sort -u
    exit 0
fi

if ! command -v dpkg-query >/dev/null; then
    echo "install-deps: this is not a Debian system (no dpkg-query); install yourself: ${entries[*]%%:*}" >&2
    [ "$mode" = check ] && exit 1
    exit 0 # the build will say what is really missing
fi

# "Package status" of all names in one call; names that dpkg has never heard of go to stderr.
installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "${entries[@]%%:*}" 2>/dev/null |
    sed -n 's/ installed$//p' || true)
missing=()
for entry in "${entries[@]}"; do
    package=${entry%%:*}
    command=""
    [ "$entry" != "$package" ] && command=${entry#*:}
    if [ -n "$command" ] && command -v "$command" >/dev/null; then continue; fi
    if grep -qx -F -- "$package" <<<"$installed"; then continue; fi
    case " ${missing[*]:-} " in *" $package "*) ;; *) missing+=("$package") ;; esac
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$mode" = check ]; then
    printf '%s\n' "${missing[@]}"
    exit 1
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "install-deps: missing packages, and neither root nor sudo to install them. Ask an administrator to run:" >&2
        echo "    apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@"; }

echo "install-deps: installing ${#missing[@]} Debian package(s): ${missing[*]}" >&2
apt update >&2 || echo "install-deps: apt-get update failed; going on with the package index that is there" >&2
unknown=()
for package in "${missing[@]}"; do
    # A candidate version is what apt could install; a name it merely knows of has "(none)".
    candidate=$(apt-cache policy "$package" 2>/dev/null | sed -n 's/^ *Candidate: //p')
    if [ -z "$candidate" ] || [ "$candidate" = "(none)" ]; then unknown+=("$package"); fi
done
if [ ${#unknown[@]} -gt 0 ]; then
    echo "install-deps: not in this machine's package index: ${unknown[*]}" >&2
    echo "install-deps: they are in Debian 12 (main and security); check /etc/apt/sources.list*" >&2
    exit 1
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! apt install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    echo "install-deps: apt-get install failed; the last lines of its output are above" >&2
    exit 1
fi
echo "install-deps: done" >&2

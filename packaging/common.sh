# What packaging/demo and packaging/test share; sourced by them, POSIX sh.
#
# Everything is built below one folder that git ignores; ASYR_BUILD_DIR names
# another one.
# shellcheck shell=sh

root=$(cd "$(dirname "$0")/.." && pwd)
build_dir=${ASYR_BUILD_DIR:-$root/build}

# No part of a build asks the network, or git about the version.
export GOFLAGS="${GOFLAGS:--buildvcs=false}" GOPROXY=off GOTOOLCHAIN=local
export GOCACHE="${GOCACHE:-$build_dir/go-cache}"

say() {
    printf '== %s\n' "$*"
}

fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# packages JOB...: their packages, one a line.
packages() {
    for job in "$@"; do
        sed -n "s/^$job  *//p" "$root/packaging/dependencies"
    done
}

is_installed() {
    case $(dpkg-query -W -f '${Status}' "$1" 2>/dev/null) in
    'install ok installed') return 0 ;;
    *) return 1 ;;
    esac
}

# need JOB...: install what is missing of their packages; as root only.
need() {
    missing=
    for package in $(packages "$@"); do
        is_installed "$package" || missing="$missing $package"
    done
    missing=${missing# }
    if [ -z "$missing" ]; then
        say "packages: all installed"
        return
    fi
    say "packages: missing $missing"
    if [ "$(id -u)" -ne 0 ]; then
        fail "installing packages needs root; run this as root first:
    apt-get update && apt-get install --no-install-recommends $missing"
    fi
    say "apt-get install $missing"
    apt-get -qq update || fail "apt-get update failed"
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
        install $missing </dev/null || fail "apt-get install failed"
}

# build NAME CMAKE-ARGUMENT...: configure and build below the build folder.
build() {
    name=$1
    shift
    say "build in ${build_dir#"$root"/}/$name"
    cmake -S "$root" -B "$build_dir/$name" -G Ninja "$@" >"$build_dir/$name.log" 2>&1 ||
        { cat "$build_dir/$name.log"; fail "cmake failed"; }
    cmake --build "$build_dir/$name" || fail "the build failed"
}

# What the scripts beside it share; sourced by them, POSIX sh.
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

# need JOB...: install the packages of these jobs that are missing.
need() {
    "$root/packaging/install-dependencies" "$@" || exit 1
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

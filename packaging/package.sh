# What the builders of packages share; sourced after common.sh, POSIX sh.
# They need no build and no SWIG: what SWIG generates is in the checkout.
# shellcheck shell=sh disable=SC2154 # root is of common.sh

version=$(cat "$root/VERSION")
next_major=$((${version%%.*} + 1))
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

# require PROGRAM PACKAGE: the Debian package that has the program.
require() {
    command -v "$1" >/dev/null || fail "$1 was not found; install it (Debian: $2)"
}

# output_folder FOLDER: made, and absolute.
output_folder() {
    [ -n "$1" ] || fail "expected a folder to write the package into, found an empty name"
    mkdir -p "$1" || exit 1
    (cd "$1" && pwd)
}

# stage_texts BINDING FOLDER: the pages and the licence.
stage_texts() {
    cp "$root/bindings/$1"/*.md "$root/LICENSE" "$2"
}

# fill FILE: its text, with what the packages of this version want of the library.
fill() {
    sed -e "s/@VERSION@/$version/g" -e "s/@NEXT_MAJOR@/$next_major/g" \
        -e "s/@NUMBER@/$(version_number)/g" "$1"
}

# The version as one number, as packaging/module/library.go.in computes it.
version_number() {
    echo "$version" | awk -F. '{ print ($1 * 1000 + $2) * 1000 + $3 }'
}

# make_zip ARCHIVE FOLDER: the files below the folder, and no folders.
make_zip() {
    rm -f "$1"
    (cd "$2" && find . -type f | sed 's,^\./,,' >"$stage/files" &&
        cmake -E tar cf "$1" --format=zip --files-from="$stage/files") ||
        fail "cmake -E tar failed"
}

# How programs find what was installed under a prefix: by environment alone.
# Sourced; POSIX sh.
# shellcheck shell=sh

# folder_of PREFIX NAME: where the file of that name is.
folder_of() {
    dirname "$(find "$1" -name "$2" | head -n 1)"
}

# use_prefix PREFIX: point the tools and interpreters of this shell there.
use_prefix() {
    libdir=$(dirname "$(folder_of "$1" asyncresult.pc)")
    export PATH="$1/bin:$PATH"
    export LD_LIBRARY_PATH="$libdir"
    export PKG_CONFIG_PATH="$libdir/pkgconfig"
    rubylib=$(folder_of "$1" asyncresult.rb)
    rubyarch=$(dirname "$(folder_of "$1" asyncresult_native.so)")
    export RUBYLIB="$rubylib:$rubyarch"
    export LUA_PATH="$1/share/lua/5.4/?.lua;;"
    export LUA_CPATH="$libdir/lua/5.4/?.so;;"
    export GOPATH="$1/share/gocode" GO111MODULE=off
}

# The table that Debian's crc32 tool gives of a folder.  Sourced; POSIX sh.
# shellcheck shell=sh

# tool_table FOLDER: the tool writes "crc<tab>path", and a remark when a path looks
# like a checksum; with /dev/null as another file it names a single one, too.
tool_table() {
    find -H "$1" -type f -print0 | LC_ALL=C sort -z | xargs -0 crc32 /dev/null |
        LC_ALL=C sed -e '/^[0-9a-f]*\t\/dev\/null$/d' -e 's/\tOK$//' \
            -e 's/\tBAD [0-9a-f]* != [0-9A-Fa-f]*$//' -e 's/\t/  /'
}

#!/bin/sh
# Checksum every file below a folder: zlib's crc32, called in parallel.
#
#   checksum.sh FOLDER
#
# Rows are "%08x  %s", sorted by the bytes of the path.  A file or folder
# that cannot be read has a row of its own, and the exit status is then 1.
set -eu

folder=${1:?usage: checksum.sh FOLDER}
prototype='unsigned long crc32(unsigned long, const unsigned char *, unsigned int)'

if [ -d "$folder" ]; then
    find -H "$folder" -type d ! -readable -prune -print0 -o -type f -print0
else
    printf '%s\0' "$folder"
fi |
    LC_ALL=C sort -z |
    asyncresult map --files --null --format '{value:08x}  {}' \
        --error-format '--------  {}: {message}' z "$prototype" 0 '{data}' '{size}'

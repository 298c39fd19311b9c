# frozen_string_literal: true

# Checksum every file below a folder through zlib's crc32, in a pool.
# usage: ruby checksum.rb FOLDER
#
# Prints "crc32  path" for each file, sorted by the bytes of the path.  A file that
# cannot be read has "--------  path: message" in its row, and the exit status is 1.
require "asyncresult"

CHUNK = 64 * 1024 * 1024 # the most of a file that is in memory at once
AHEAD = 64 # how many files are read before the first of them is waited for
CRC32 = AsyncResult.c_function(
  "z", "unsigned long crc32(unsigned long, const unsigned char *, unsigned int)"
)

# Every file below a folder, and the folders that cannot be read.
def files_below(folder)
  names = Dir.children(folder, encoding: Encoding::BINARY)
  names.flat_map do |name|
    path = File.join(folder.b, name)
    case File.lstat(path).ftype
    when "directory" then files_below(path)
    when "file" then [path]
    else []
    end
  end
rescue SystemCallError
  [folder.b]
end

# The result for a file, or the error that kept it from being read.
def submit(pool, path)
  File.open(path, "rb") do |file|
    content = file.read(CHUNK) || ""
    result = pool.apply_async(CRC32, 0, content, content.bytesize)
    while (content = file.read(CHUNK))
      result = pool.apply_async(CRC32, result.get, content, content.bytesize)
    end
    result
  end
rescue SystemCallError => error
  error.class.new
end

# A file's row, and whether it has a checksum.
def row_of(path, outcome)
  raise outcome if outcome.is_a?(Exception)

  [format("%08x  ", outcome.get).b + path, true]
rescue SystemCallError, AsyncResult::Error => error
  ["--------  ".b + path + ": ".b + error.message.b, false]
end

def show_progress(done, total)
  $stderr.write("\r#{done} of #{total} files") if $stderr.tty?
end

def rows_of(pool, paths)
  pending = []
  rows = paths.each_with_index.filter_map do |path, index|
    show_progress(index, paths.size)
    pending << [path, submit(pool, path)]
    row_of(*pending.shift) if pending.size > AHEAD
  end
  rows + pending.map { |path, outcome| row_of(path, outcome) }
end

abort("usage: ruby checksum.rb FOLDER") unless ARGV.size == 1
paths = files_below(ARGV.first).sort
rows = AsyncResult::Pool.open { |pool| rows_of(pool, paths) }
$stderr.write("\r\e[K") if $stderr.tty?
rows.each { |row, _| $stdout.write(row, "\n") }
exit(rows.all? { |_, has_checksum| has_checksum } ? 0 : 1)

# frozen_string_literal: true

# The SHA-256 of every file below a folder, by a block in a pool.
# usage: ruby digests.rb FOLDER
#
# Prints "digest  path" for each file as it is done, and a file that cannot be read on the
# standard error stream, with the exit status 1.  No more than AHEAD files are in the
# queue at once.
require "asyncresult"
require "digest"
require "find"

AHEAD = 64

def files_below(folder)
  Find.find(folder).lazy.select { |path| File.file?(path) && !File.symlink?(path) }
end

status = 0
AsyncResult::Pool.open do |pool|
  digests = pool.imap(files_below(ARGV.fetch(0)), buffer_size: AHEAD) do |path|
    [Digest::SHA256.file(path).hexdigest, path].join("  ")
  end
  loop do
    puts digests.next
  rescue SystemCallError => error
    warn(error.message)
    status = 1
  end
end
exit(status)

# frozen_string_literal: true

require "mkmf"
require "shellwords"

OLDEST = Gem::Version.new(File.read(File.expand_path("../../VERSION", __dir__)).strip)
WANTED = Gem::Requirement.new(">= #{OLDEST}", "< #{OLDEST.segments.first + 1}")

# The version of the library that pkg-config knows, or nil.
def library_version
  found = pkg_config("asyncresult", "modversion")
  abort "asyncresult: pkg-config was not found; install it (Debian: pkg-config)" unless found || $PKGCONFIG
  found && Gem::Version.new(found)
end

def check_library
  found = library_version
  return if found && WANTED.satisfied_by?(found)

  abort "asyncresult: expected libasyncresult #{OLDEST} or later, below #{OLDEST.segments.first + 1}, " \
        "pkg-config found #{found || 'none'}; install it, or add the folder of its " \
        "asyncresult.pc to PKG_CONFIG_PATH"
end

# A library outside the system's folders is found without LD_LIBRARY_PATH too.
def run_paths
  folders = Shellwords.split(pkg_config("asyncresult", "libs-only-L") || "")
  folders.map { |folder| " -Wl,-rpath,#{File.expand_path(folder.delete_prefix('-L'))}" }.join
end

# A library built with another parker cannot be woken by signals.
def waits_on_conditions?
  pkg_config("asyncresult", "variable=parker") == "condition"
end

check_library
pkg_config("asyncresult") or abort "asyncresult: no program can be linked with libasyncresult; see mkmf.log"
have_header("asyncresult.h") or abort "asyncresult: asyncresult.h cannot be compiled; see mkmf.log"

$defs << "-DASYR_PARKER_CONDITION" if waits_on_conditions?
$CFLAGS << " -std=gnu11 -fvisibility=hidden"
# Workers may still release what Ruby gave them when Ruby has ended.
$DLDFLAGS << " -Wl,-z,nodelete" << run_paths
create_makefile("asyncresult/asyncresult_native")

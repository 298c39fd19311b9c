# frozen_string_literal: true

Gem::Specification.new do |gem|
  gem.name = "asyncresult"
  gem.version = File.read(File.join(__dir__, "VERSION")).strip
  gem.summary = "AsyncResult for Ruby: blocks and C functions called by a pool of threads"
  gem.description = "Results to wait for, time out on, cancel, or be called back by; C functions of any " \
                    "shared library run in parallel, without the GVL. Needs libasyncresult #{gem.version} " \
                    "or later, which pkg-config must know, and pkg-config itself."
  gem.authors = ["The libasyncresult authors"]
  gem.license = "MIT"
  gem.required_ruby_version = ">= 3.1"
  gem.files = Dir.glob("{lib,ext,sig,examples}/**/*.{rb,rbs,c,h}", base: __dir__) +
              Dir.glob("*.md", base: __dir__) + %w[LICENSE VERSION]
  gem.extensions = ["ext/asyncresult/extconf.rb"]
  gem.extra_rdoc_files = Dir.glob("*.md", base: __dir__)
  gem.rdoc_options = ["--main", "README.md", "--exclude", "ext/"]
end

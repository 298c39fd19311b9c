# frozen_string_literal: true

# Runs the contract in Ruby.
# usage: run.rb [BEGINNING OF AN ID]
$stdout.sync = true
require_relative "harness"
%w[get callback queue map imap pool terminate process strand code combine language].each do |name|
  require_relative name
end
exit(Contract.run(ARGV.fetch(0, "")).zero? ? 0 : 1)

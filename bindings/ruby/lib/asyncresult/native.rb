# frozen_string_literal: true

require "asyncresult/asyncresult_native"

class AsyncResult
  # The wrappers that SWIG generates, and the glue: private to the library.
  Native = ::Asyncresult_native
  private_constant :Native
  Object.__send__(:remove_const, :Asyncresult_native)

  # @return [String] the version of the library that is loaded, such as "0.1.0"
  def self.version
    Native.version
  end
end

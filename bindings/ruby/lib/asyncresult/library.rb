# frozen_string_literal: true

class AsyncResult
  # A C function of a shared library, ready to be called by a pool.
  class CFunction
    # @api private
    attr_reader :handle

    def initialize(library, prototype)
      @handle = Native.function_new_c(library.handle, prototype)
    end

    # @return [String] its name in the library
    def name
      Native.function_get_name(@handle)
    end

    # @return [String] its prototype, as it was given
    def prototype
      Native.function_get_prototype(@handle)
    end

    def inspect
      "#<#{self.class} #{prototype}>"
    end
  end

  # A shared library that was opened; `library["double cos(double)"]` is one of its
  # functions.
  class Library
    # @api private
    attr_reader :handle

    # Open a library.
    #
    # @param name [String, nil] a path, a file name that the system's loader finds
    #   ("libm.so.6"), a stem ("m"), or nil for what the running program has loaded
    # @return [Library]
    def self.open(name)
      new(name)
    end

    def initialize(name)
      @handle = Native.library_open(name)
    end

    # @return [String] the name by which it was found
    def name
      Native.library_get_name(@handle)
    end

    # One of its functions.
    #
    # @param prototype [String] "double cos(double)"
    # @return [CFunction]
    def [](prototype)
      CFunction.new(self, prototype)
    end

    def inspect
      "#<#{self.class} #{name}>"
    end
  end

  # A C function by its library and its prototype.
  #
  # @param library [String, nil] as for Library.open
  # @param prototype [String] "double cos(double)"
  # @return [CFunction]
  def self.c_function(library, prototype)
    Library.open(library)[prototype]
  end
end

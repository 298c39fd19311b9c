# frozen_string_literal: true

class AsyncResult
  # A C function of a shared library, ready to be called by a pool.
  class CFunction
    attr_reader :handle # :nodoc:

    def initialize(library, prototype)
      @handle = Native.function_new_c(library.handle, prototype)
    end

    def name
      Native.function_get_name(@handle)
    end

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
    attr_reader :handle # :nodoc:

    # `name` is a path, a file name that the system's loader finds ("libm.so.6"), a
    # stem ("m"), or nil for what the running program has loaded.
    def self.open(name)
      new(name)
    end

    def initialize(name)
      @handle = Native.library_open(name)
    end

    # The name by which it was found.
    def name
      Native.library_get_name(@handle)
    end

    def [](prototype)
      CFunction.new(self, prototype)
    end

    def inspect
      "#<#{self.class} #{name}>"
    end
  end

  # A C function by its library and its prototype.
  def self.c_function(library, prototype)
    Library.open(library)[prototype]
  end
end

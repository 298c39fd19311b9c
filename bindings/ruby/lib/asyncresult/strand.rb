# frozen_string_literal: true

class AsyncResult
  # An order for tasks: those of one strand run one at a time, in the order of their
  # submits; a pinned strand runs them all on one thread of its own.
  class Strand
    attr_reader :handle # :nodoc:

    def initialize(pool, handle) # :nodoc:
      @pool = pool
      @handle = handle
    end

    # As Pool#apply, Pool#apply_async and so on, in the strand.
    %i[apply apply_async map map_async starmap starmap_async imap
       imap_unordered].each do |name|
      define_method(name) do |*arguments, **options|
        @pool.public_send(name, *arguments, **options, strand: self)
      end
    end
  end
end

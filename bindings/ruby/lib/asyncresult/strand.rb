# frozen_string_literal: true

class AsyncResult
  # An order for tasks: those of one strand run one at a time, in the order of their
  # submits; a pinned strand runs them all on one thread of its own.
  #
  # A strand is for C functions or for Ruby code, whichever its first task is, since these
  # run on threads of different kinds.
  #
  # Its `apply`, `apply_async`, `map`, `map_async`, `starmap`, `starmap_async`, `imap` and
  # `imap_unordered` are those of its pool, in the strand.
  class Strand
    KINDS = { false => Native::STRAND_SERIAL, true => Native::STRAND_PINNED }.freeze
    private_constant :KINDS

    # @return [Pool] the pool whose strand it is
    attr_reader :pool

    # @api private
    def initialize(pool, pinned)
      @pool = pool
      @pinned = pinned
      @handle = Native.strand_new(pool.core.handle, KINDS.fetch(pinned))
      @lock = ::Mutex.new
      @is_for_code = nil
    end

    %i[apply apply_async map map_async starmap starmap_async imap
       imap_unordered].each do |name|
      define_method(name) do |*arguments, **options, &block|
        @pool.public_send(name, *arguments, **options, strand: self, &block)
      end
    end

    # The native strand for C functions.
    # @api private
    def for_functions
      claim(false)
      @handle
    end

    # The Workers for Ruby code, and the native strand there, if it needs one.
    # @api private
    def for_code(core)
      claim(true)
      unless @pool.core.equal?(core)
        raise ArgumentError, "expected a strand of this pool, found another pool's"
      end

      @lock.synchronize { @for_code ||= make_for_code }
    end

    private

    def claim(is_for_code)
      @is_for_code = is_for_code if @is_for_code.nil?
      return if @is_for_code == is_for_code

      raise ArgumentError, "expected only C functions or only Ruby code in a strand, found both"
    end

    # What is pinned has Workers of its own, which are one.
    def make_for_code
      @handle = nil
      return [@pool.core.add_workers(workers: 1, spares: 0), nil] if @pinned

      workers = @pool.core.code_workers
      [workers, Native.strand_new(workers.handle, Native::STRAND_SERIAL)]
    end
  end
end

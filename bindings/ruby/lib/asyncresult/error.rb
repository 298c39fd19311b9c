# frozen_string_literal: true

class AsyncResult
  # What every error of the library tells.
  module Failure
    # Made from a native error, or by hand as any exception.
    # @api private
    def initialize(message = nil, native = nil)
      super(message || CODES.fetch(self.class::CODE).last)
      @native = native
    end

    # @return [Integer] the status code, a number of AsyncResult::CODES
    def code
      @native ? Native.error_get_code(@native) : self.class::CODE
    end

    # @return [String] the error's name in the registry, or the class name of the exception
    #   that it stands for
    def kind
      @native ? Native.error_get_kind(@native) : CODES.fetch(code).first.to_s
    end

    # @return [String, nil] where it was raised, in the form of its language
    def trace
      @native && Native.error_get_trace(@native)
    end

    # @return [String, nil] the language in which it was raised
    def origin
      @native ? Native.error_get_origin(@native) : "Ruby"
    end

    # @return [Object] what is attached to it: the exception itself, if a callback raised one
    def value
      @native && Native.error_get_value(@native)
    end

    # @return [Exception, nil] the exception of Ruby that it stands for, or the error that led
    #   to it
    def cause
      super || (@cause ||= original_cause)
    end

    private

    def original_cause
      attached = value
      return attached if attached.is_a?(::Exception)

      native = @native && Native.error_get_cause(@native)
      native && Error.__send__(:wrap, native)
    end
  end

  # Any error of the library.  There is a subclass for each kind; its name is the
  # kind followed by "Error".
  class Error < ::StandardError
    include Failure
    CODE = 9
  end

  # The code Stop: there is nothing more to come.  It ends a `loop`.
  class StopIteration < ::StopIteration
    include Failure
    CODE = 16
  end

  CODES.each do |code, (kind, _)|
    next if kind == :Stop

    const_set("#{kind}Error", Class.new(Error) { const_set(:CODE, code) })
  end

  # Between exceptions and the library's own errors.
  class Error
    CLASSES = CODES.to_h do |code, (kind, _)|
      [code, AsyncResult.const_get(kind == :Stop ? :StopIteration : "#{kind}Error")]
    end.freeze
    FOLDER = "#{__dir__}/"
    MAX_CAUSES = 32
    # What a task raised and `get` does not: it would end the caller, or be taken for
    # what became of the wait.  A TaskError has it as its cause.
    HELD_BACK = [::SystemExit, ::SignalException, TimeoutError, NotReadyError,
                 InterruptedError, StopIteration].freeze
    private_constant :CLASSES, :FOLDER, :MAX_CAUSES, :HELD_BACK

    class << self
      # The native error of an exception, with its causes but for `known` and what
      # led to that.
      # @api private
      def native_for(exception, known = nil, depth = 0)
        native = exception.instance_variable_get(:@native) if exception.is_a?(Failure)
        return native if native

        cause = native_cause(exception, known, depth)
        Native.error_new(TaskError::CODE, texts_of(exception), exception, false, cause)
      end

      # The native error of what a task raised: who reads it has that exception itself
      # raised, unless it is one that is held back.
      # @api private
      def native_failure(exception)
        itself = HELD_BACK.none? { |type| type === exception }
        code = exception.is_a?(Failure) ? exception.code : TaskError::CODE
        texts = texts_of(exception)
        texts[0] = exception.class.to_s unless itself
        cause = native_cause(exception, nil, 0)
        Native.error_new(code, texts, exception, itself, cause)
      end

      # The native error of what an input raised, likewise.
      # @api private
      def native_holding(exception)
        Native.error_new(TaskError::CODE, texts_of(exception), exception, true, nil)
      end

      # A native error that nothing raised.
      # @api private
      def native(code, message)
        Native.error_new(code, [nil, message, nil], nil, false, nil)
      end

      private

      # The exception for a native error: what a task raised, as it is.
      def wrap(native)
        exception = Native.error_get_exception(native)
        return exception if exception

        type = CLASSES.fetch(Native.error_get_code(native), Error)
        type.new(Native.error_get_message(native), native)
      end

      # The backtrace begins where the library was called, or is that of the task.
      def raise_native(native)
        error = wrap(native)
        error.set_backtrace(own_lines(caller)) unless error.backtrace
        raise error, cause: error.cause
      end

      def native_cause(exception, known, depth)
        cause = exception.cause
        return if cause.nil? || cause.equal?(known) || depth == MAX_CAUSES

        native_for(cause, known, depth + 1)
      end

      def texts_of(exception)
        native = exception.is_a?(Failure) && exception.instance_variable_get(:@native)
        kind = native ? exception.kind : exception.class.to_s
        trace = own_lines(exception.backtrace || []).join("\n")
        [kind, message_of(exception), trace].map { |text| plain(text) }
      end

      # Of a backtrace, the lines that are not the library's.
      def own_lines(backtrace)
        backtrace.reject { |line| line.start_with?(FOLDER) }
      end

      def message_of(exception)
        exception.message.to_s
      rescue ::StandardError => error
        "its message raised #{error.class}"
      end

      # UTF-8 without a NUL, which is what the library takes.
      def plain(text)
        text.encode(Encoding::UTF_8, invalid: :replace, undef: :replace)
            .scrub.tr("\0", "?")
      end
    end
  end

  Native.set_error_class(Error)
end

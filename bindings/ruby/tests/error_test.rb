# frozen_string_literal: true

require_relative "support"

# Errors as exceptions.
class ErrorTest < AsyncResultTest
  def failure(&callback)
    result = pool.apply_async(square, 2, callback: ->(_) { callback.call })
    assert_raises(AsyncResult::TaskError) { result.get }
  end

  def test_each_kind_has_a_class
    AsyncResult::CODES.each do |code, (kind, meaning)|
      type = AsyncResult.const_get(kind == :Stop ? :StopIteration : "#{kind}Error")
      error = type.new
      assert_equal [code, kind.to_s, meaning], [error.code, error.kind, error.message]
      assert_kind_of ::StandardError, error
      assert_kind_of AsyncResult::Error, error unless kind == :Stop
    end
  end

  def test_the_end_of_an_iteration_ends_a_loop
    ended = loop { raise AsyncResult::StopIteration }
    assert_nil ended
  end

  def test_an_error_of_the_library_tells_all
    error = assert_raises(AsyncResult::TypeError) { pool.apply(square, "x") }
    assert_equal [20, "Type", "C"], [error.code, error.kind, error.origin]
    assert_equal [nil, nil, nil], [error.trace, error.value, error.cause]
    assert_includes error.message, "argument 1"
  end

  def test_the_backtrace_begins_where_the_library_was_called
    error = assert_raises(AsyncResult::TypeError) { pool.apply(square, "x") }
    assert_includes error.backtrace.first, "#{__FILE__}:#{__LINE__ - 1}"
  end

  def test_a_callback_error_keeps_the_exception
    raised = nil
    error = failure { raise(raised = IOError.new("no")) }
    assert_equal ["IOError", "no", "Ruby", 9],
                 [error.kind, error.message, error.origin, error.code]
    assert_same raised, error.cause
    assert_same raised, error.value
    assert_includes error.trace, __FILE__
    refute_includes error.trace, "lib/asyncresult/"
  end

  def test_reading_again_changes_nothing
    result = pool.apply_async(square, 2, callback: ->(_) { raise "no" })
    first, second = Array.new(2) { assert_raises(AsyncResult::TaskError) { result.get } }
    refute_same first, second
    assert_equal [first.kind, first.message, first.trace],
                 [second.kind, second.message, second.trace]
    assert_same first.cause, second.cause
    assert_equal first.cause.backtrace, second.cause.backtrace
  end

  def test_the_causes_of_an_exception_are_kept
    error = failure do
      raise IOError, "inner"
    rescue IOError
      raise ArgumentError, "outer"
    end
    assert_equal %w[outer inner], [error.cause.message, error.cause.cause.message]
  end

  def test_an_error_callback_has_the_error_as_its_cause
    result = pool.apply_async(square, "x", error_callback: ->(_) { raise "again" })
    error = assert_raises(AsyncResult::TaskError) { result.get }
    assert_equal [RuntimeError, AsyncResult::TypeError],
                 [error.cause.class, error.cause.cause.class]
  end

  def test_an_error_callback_that_raises_its_error_changes_nothing
    result = pool.apply_async(square, "x", error_callback: ->(error) { raise error })
    error = assert_raises(AsyncResult::TypeError) { result.get }
    assert_nil error.cause
  end

  def test_an_error_of_another_result_is_passed_on
    one = pool
    other = one.apply_async(square, "x")
    result = one.apply_async(square, 2, callback: ->(_) { other.get })
    error = assert_raises(AsyncResult::TypeError) { result.get }
    assert_includes error.message, "argument 1"
  end

  def test_a_time_out_in_a_callback_is_no_time_out_of_get
    held, = held_pool
    waiting = held.apply_async(square, 1)
    result = pool.apply_async(square, 2, callback: ->(_) { waiting.get(timeout: 0) })
    error = assert_raises(AsyncResult::TaskError) { result.get }
    assert_equal "Timeout", error.kind
  end

  def test_an_error_made_in_ruby_is_as_any_exception
    error = failure { raise AsyncResult::QueueFullError, "mine" }
    assert_equal ["AsyncResult::QueueFullError", "mine"], [error.kind, error.message]
    assert_instance_of AsyncResult::QueueFullError, error.cause
  end

  def test_odd_exceptions_become_errors
    nameless = Class.new(StandardError)
    shy = Class.new(StandardError) { def message = raise("no message") }
    assert_match(/\A#<Class:0x\h+>\z/, failure { raise nameless }.kind)
    assert_equal "its message raised RuntimeError", failure { raise shy }.message
    assert_equal "a?b", failure { raise "a\0b" }.message
    assert_equal "a\u{fffd}", failure { raise "a\xff" }.message
    assert_equal "é", failure { raise "é".encode("ISO-8859-1") }.message
    assert_equal "SystemStackError", failure { def deep = deep; deep }.kind
  end

  def test_a_wait_inside_rescue_is_not_caused_by_what_was_rescued
    raise IOError
  rescue IOError
    error = assert_raises(AsyncResult::TypeError) { pool.apply(square, "x") }
    assert_nil error.cause
  end
end

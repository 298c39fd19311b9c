# frozen_string_literal: true

require_relative "support"

# Results made of results, waits for several, and promises.
class CombineTest < AsyncResultTest
  class Odd < StandardError; end

  def failing(one, message = "odd")
    one.apply_async { raise Odd, message }
  end

  def test_then_takes_a_block_a_callable_or_a_c_function
    one = pool
    given = Object.new
    assert_equal 7, one.apply_async { 6 }.then { |value| value + 1 }.get
    assert_equal 9, one.apply_async(square, 3).then(&:itself).get
    assert_equal "12", one.apply_async { 12 }.then(:to_s.to_proc).get
    assert_equal 16, one.apply_async { 4 }.then(square).get
    assert_equal 81, one.apply_async(square, 3).then(square).get
    assert_same given, one.apply_async { given }.then { |same| same }.get
    assert_equal [1, 2], one.map_async([1, 2], &:itself).then(&:itself).get
    assert_raises(AsyncResult::TypeError) { one.apply_async { given }.then(square).get }
  end

  def test_an_error_goes_through_then_as_the_same_object
    one = pool
    result = failing(one)
    chained = result.then { flunk }
    assert_same result.error, chained.error
    assert_equal "Type", one.apply_async(square, "x").then { flunk }.error.kind
  end

  def test_rescue_has_the_exception_and_a_value_goes_through
    one = pool
    result = failing(one)
    assert_same result.error, result.rescue { |error| error }.get
    assert_equal 1, one.apply_async { 1 }.rescue { flunk }.get
    second = failing(one).rescue { |error| raise IOError, error.message }.error
    assert_equal [IOError, "odd"], [second.class, second.message]
  end

  def test_then_and_rescue_have_callbacks
    log = []
    one = pool
    one.apply_async { 1 }.then(callback: log.method(:<<)) { |value| value + 1 }.wait
    failing(one).then(error_callback: log.method(:<<)) { flunk }.wait
    assert_equal [2, Odd], [log.first, log.last.class]
  end

  def test_then_is_cancelled_before_its_turn
    held, latch, result = held_pool
    ran = false
    chained = result.then { ran = true }
    assert_equal :dequeued, chained.cancel
    open_latch(latch)
    assert_equal latch, result.get
    assert_raises(AsyncResult::CancelledError) { chained.get }
    refute ran
    assert_equal 4, held.apply(square, 2)
  end

  def test_then_needs_something_to_call
    result = pool.apply_async { 1 }
    assert_raises(AsyncResult::ArgumentError) { result.then }
    assert_raises(AsyncResult::ArgumentError) { result.then(5) }
    assert_raises(AsyncResult::ArgumentError) { result.rescue(-> {}) { 1 } }
  end

  def test_all_gives_the_values_in_order_or_an_error
    one, other = pool, pool
    results = [one.apply_async { "a" }, other.apply_async(square, 2), one.apply_async { nil }]
    assert_equal ["a", 4, nil], AsyncResult.all(results).get
    assert_equal ["a", 4], AsyncResult.all(*results.first(2)).get
    assert_equal [], AsyncResult.all(pool: one).get
    assert_raises(Odd) { AsyncResult.all(results, failing(one)).get }
    found = AsyncResult.all([results.first, failing(one)], errors: :collect).get
    assert_equal ["a", Odd], [found.first, found.last.class]
    assert_raises(AsyncResult::ArgumentError) { AsyncResult.all }
    assert_raises(AsyncResult::ArgumentError) { AsyncResult.all(1) }
  end

  def test_all_and_any_have_callbacks
    log = []
    one = pool
    AsyncResult.all(one.apply_async { 1 }, callback: log.method(:<<)).wait
    AsyncResult.any(one.apply_async { 2 }, callback: log.method(:<<)).wait
    AsyncResult.any(failing(one), error_callback: log.method(:<<)).wait
    assert_equal [[1], 2], log.first(2)
    assert_instance_of AsyncResult::TaskError, log.last
  end

  def test_any_gives_the_first_value_or_all_errors
    one = pool
    assert_equal 5, AsyncResult.any(failing(one), one.apply_async { 5 }).get
    error = AsyncResult.any(failing(one, "a"), failing(one, "b")).error
    assert_equal %w[a b], error.value.map(&:message)
  end

  def test_wait_any_and_wait_all
    _, latch, held = held_pool
    ready = pool.apply_async { 1 }
    bad = failing(pool)
    assert_same ready, AsyncResult.wait_any(held, ready)
    assert_same bad, AsyncResult.wait_any([bad, held])
    refute AsyncResult.wait_all(held, ready, timeout: 0.01)
    assert_raises(AsyncResult::TimeoutError) { AsyncResult.wait_any(held, timeout: 0) }
    assert_raises(AsyncResult::ArgumentError) { AsyncResult.wait_any }
    assert_raises(AsyncResult::ArgumentError) { AsyncResult.wait_any(held, timeout: Float::NAN) }
    open_latch(latch)
    assert AsyncResult.wait_all([held, ready], bad)
    assert AsyncResult.wait_all
  end

  # B6
  def test_waits_for_several_are_interruptible
    _, _, held = held_pool
    assert_raises(Timeout::Error) { Timeout.timeout(0.02) { AsyncResult.wait_all(held) } }
    waiter = sleeping_thread { AsyncResult.wait_any(held) }
    waiter.raise(Odd)
    assert_raises(Odd) { waiter.value }
    taker = sleeping_thread { AsyncResult.as_completed(held).first }
    assert taker.kill.join
  end

  def test_as_completed_yields_each_result_in_the_order_of_completion
    one = pool(2)
    gates = Array.new(2) { Thread::Queue.new }
    results = gates.map { |gate| one.apply_async { gate.pop } }
    iterator = AsyncResult.as_completed(results)
    gates[1] << :second
    assert_same results[1], iterator.next
    gates[0] << :first
    assert_same results[0], iterator.next
    assert_raises(::StopIteration) { iterator.next }
    assert_equal 2, AsyncResult.as_completed(*results).size
    seen = []
    AsyncResult.as_completed(results) { |result| seen << result.get }
    assert_equal %i[first second], seen.sort
    assert_empty AsyncResult.as_completed.to_a
  end

  def test_as_completed_ends_when_its_time_is_over
    _, _, held = held_pool
    found = []
    ready = pool.apply_async { 1 }
    ready.wait
    assert_raises(AsyncResult::TimeoutError) do
      AsyncResult.as_completed(held, ready, timeout: 0.01) { |result| found << result }
    end
    assert_equal [ready], found
  end

  def test_the_owner_of_a_queue_runs_its_callbacks_while_it_waits
    queue = AsyncResult::Queue.new.own
    one = pool(1, queue: queue)
    log = []
    results = Array.new(3) { |number| one.apply_async(callback: log.method(:<<)) { number } }
    assert AsyncResult.wait_all(results, timeout: LIMIT)
    assert_equal [0, 1, 2], log
    again = one.apply_async(callback: log.method(:<<)) { 3 }
    assert_same again, AsyncResult.wait_any(again, timeout: LIMIT)
  end

  def test_a_promise_is_completed_once
    log = []
    one = pool
    promise = one.promise(callback: log.method(:<<))
    refute_predicate promise.result, :ready?
    value = Object.new
    assert_same promise, promise.set(value)
    assert_same value, promise.result.get
    assert_equal [value], log
    assert_raises(AsyncResult::StateError) { promise.set(1) }
    assert_raises(AsyncResult::StateError) { promise.fail(Odd.new) }
  end

  def test_a_promise_that_fails_raises_that_exception
    error = Odd.new("by hand")
    promise = pool.promise.fail(error)
    assert_same error, assert_raises(Odd) { promise.result.get }
    assert_equal "by hand", promise.result.rescue(&:message).get
    assert_raises(AsyncResult::ArgumentError) { pool.promise.fail("text") }
  end

  def test_a_promise_sees_that_its_result_was_cancelled_and_ends_with_its_pool
    one = pool
    promise = one.promise
    refute_predicate promise, :cancelled?
    promise.result.cancel
    assert_predicate promise, :cancelled?
    other = one.promise
    one.terminate
    assert_raises(AsyncResult::TerminatedError) { other.result.get }
  end

  def test_a_promise_that_is_dropped_is_cancelled
    one = pool
    results = Thread.new { Array.new(20) { one.promise.result } }.value
    Thread.new { 50.times { Object.new } }.join
    GC.start
    assert_instance_of AsyncResult::CancelledError, AsyncResult.wait_any(results).error
    one.close
  end

  def test_chains_survive_stress
    one = pool
    GC.stress = true
    result = one.apply_async { +"a" }.then { |text| "#{text}b" }
    assert_equal [["ab", 4]], AsyncResult.all(AsyncResult.all(result, one.apply_async(square, 2))).get
    failed = one.apply_async { raise Odd, "stress" }.rescue(&:message)
    assert_equal "stress", failed.get
  ensure
    GC.stress = false
  end
end

# frozen_string_literal: true

require_relative "support"

# Completion queues that the program drains itself.
class QueueTest < AsyncResultTest
  def setup
    super
    @queue = AsyncResult::Queue.new
    @log = []
  end

  def submit(one, number)
    one.apply_async(square, number, callback: @log.method(:<<))
  end

  def test_run_counts_and_stops_at_its_limit
    one = pool(1, queue: @queue)
    results = Array.new(3) { submit(one, _1) }
    one.close
    one.join
    assert_equal 3, @queue.size
    assert_equal [2, 1, 0], [@queue.run(limit: 2), @queue.run, @queue.run]
    assert_equal [0, 1, 4], results.map(&:get)
  end

  def test_run_waits_as_long_as_it_is_told
    one = pool(1, queue: @queue)
    assert_equal 0, @queue.run(timeout: 0.01)
    submit(one, 3)
    assert_equal 1, @queue.run(timeout: nil)
    assert_raises(Timeout::Error) { Timeout.timeout(0.05) { @queue.run(timeout: nil) } }
    assert_equal [9], @log
  end

  def test_run_inside_a_callback_runs_nothing
    one = pool(1, queue: @queue)
    inner = nil
    one.apply_async(square, 2, callback: ->(_) { inner = @queue.run })
    submit(one, 3)
    one.close
    one.join
    assert_equal 2, @queue.run
    assert_equal 0, inner
  end

  def test_an_exception_in_a_callback_is_the_results
    result = pool(1, queue: @queue).apply_async(square, 2, callback: ->(_) { raise "no" })
    assert_equal 1, @queue.run(timeout: nil)
    assert_equal "no", assert_raises(AsyncResult::TaskError) { result.get }.message
  end

  def test_what_ends_the_program_ends_it_also_from_a_callback
    result = pool(1, queue: @queue).apply_async(square, 2, callback: ->(_) { raise Interrupt })
    assert_raises(Interrupt) { @queue.run(timeout: nil) }
    assert_equal "Interrupt", assert_raises(AsyncResult::TaskError) { result.get }.kind
  end

  def test_timeout_ends_a_callback_and_its_result_fails
    result = pool(1, queue: @queue).apply_async(square, 2, callback: ->(_) { sleep })
    IO.select([@queue])
    assert_raises(Timeout::Error) { Timeout.timeout(0.05) { @queue.run } }
    assert result.wait(timeout: 0)
    refute_predicate result, :successful?
    assert_equal 0, @queue.run
  end

  def test_the_owner_drains_in_get_wait_and_join
    one = pool(1, queue: @queue.own)
    assert_equal 4, submit(one, 2).get
    assert submit(one, 3).wait(timeout: LIMIT)
    last = submit(one, 4)
    one.close
    assert one.join
    assert last.wait(timeout: 0)
    assert_equal [4, 9, 16], @log
  end

  def test_the_owner_waits_also_for_results_without_callbacks
    one = pool(1, queue: @queue.own)
    assert_equal 4, one.apply(square, 2)
    held, _, running = held_pool(queue: @queue)
    assert_raises(AsyncResult::TimeoutError) { running.get(timeout: 0.01) }
    refute running.wait(timeout: 0)
    assert_raises(AsyncResult::ArgumentError) { running.get(timeout: Float::NAN) }
    assert_equal :open, held.state
  end

  def test_get_in_a_callback_of_the_owner_is_a_deadlock
    one = pool(1, queue: @queue.own)
    result = nil
    kind = nil
    result = one.apply_async(square, 2, callback: lambda { |_|
      kind = assert_raises(AsyncResult::DeadlockError) { result.get }.kind
    })
    assert_equal [4, "Deadlock"], [result.get, kind]
  end

  def test_a_closed_queue_refuses_and_holds_nothing_back
    one = pool(1, queue: @queue.own)
    result = submit(one, 2)
    IO.select([@queue])
    @queue.close
    @queue.close
    assert_equal [4, []], [result.get, @log]
    assert_raises(AsyncResult::StateError) { submit(one, 3) }
    assert_raises(AsyncResult::StateError) { @queue.run }
    assert_equal 9, one.apply(square, 3)
  end

  def test_a_done_callback_waits_for_the_host
    one = pool(1, queue: @queue)
    held, latch, = held_pool(queue: @queue)
    result = held.apply_async(square, 2)
    result.add_done_callback { @log << _1.get }
    open_latch(latch)
    assert_equal 4, result.get
    assert_empty @log
    @queue.run(timeout: nil)
    assert_equal [4], @log
    assert_equal :open, one.state
  end

  def test_its_io_is_not_closed_with_the_object
    3.times { IO.select([AsyncResult::Queue.new.tap(&:to_io)], nil, nil, 0) }
    GC.start
    assert_nil IO.select([@queue], nil, nil, 0)
    assert_same @queue.to_io, @queue.to_io
  end

  def test_wrong_limits_are_argument_errors
    [-1, 1.5, "1", nil].each do |limit|
      assert_raises(AsyncResult::ArgumentError) { AsyncResult::Queue.new(limit: limit) }
    end
  end
end

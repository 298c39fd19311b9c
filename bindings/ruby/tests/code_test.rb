# frozen_string_literal: true

require_relative "support"

# Blocks and other code of Ruby as tasks: what goes in and comes back.
class CodeTest < AsyncResultTest
  class Odd < StandardError
    attr_reader :detail

    def initialize(message = nil, detail: nil)
      super(message)
      @detail = detail
    end
  end

  Callable = Struct.new(:factor) do
    def call(number)
      factor * number
    end
  end

  def triple(number)
    number * 3
  end

  # The exception that a block raised in a task.
  def failure_of(one = pool, &block)
    one.apply_async(&block).error
  end

  def test_blocks_procs_lambdas_methods_and_callables_are_tasks
    one = pool
    tasks = [->(number) { number * 3 }, proc { |number| number * 3 }, method(:triple),
             3.method(:*), Callable.new(3)]
    tasks.each { |task| assert_equal 12, one.apply(task, 4) }
    assert_equal 12, one.apply(4) { |number| number * 3 }
    assert_equal 7, one.apply { 7 }
    assert_equal 9, one.apply(&-> { 9 })
  end

  def test_objects_go_in_and_come_back_as_themselves
    given = [Object.new, +"text", Class, { a: [1] }, 2**70, :symbol, nil, true, 1.5, -0.0, pool]
    one = pool
    given.each do |object|
      assert_same object, one.apply(object) { |same| same } unless object.is_a?(Float)
      assert_operator object, :==, one.apply(object, &:itself)
    end
    assert_predicate one.apply(Float::NAN, &:itself), :nan?
    assert_same given, one.apply_async(given) { |same| same }.get
  end

  def test_a_result_gives_the_same_object_each_time
    result = pool.apply_async { +"made there" }
    assert_same result.get, result.get
  end

  def test_keyword_arguments
    one = pool
    rest = ->(a, b:, **rest) { [a, b, rest] }
    assert_equal [1, 2, { c: 3 }], one.apply(rest, 1, kwargs: { b: 2, c: 3 })
    assert_equal 5, one.apply(kwargs: { factor: 5 }) { |factor:| factor }
    error = failure_of(one) { ->(needed:) { needed }.call }
    assert_instance_of ::ArgumentError, error
    result = one.apply_async(->(a:) { a }, kwargs: { b: 1 })
    assert_raises(::ArgumentError) { result.get }
    assert_raises(AsyncResult::ArgumentError) { one.apply_async(-> {}, kwargs: 1) }
  end

  def test_get_raises_the_exception_itself
    raised = Odd.new("on purpose", detail: [1])
    result = pool.apply_async { raise raised }
    assert_same raised, assert_raises(Odd) { result.get }
    trace = raised.backtrace.dup
    3.times { assert_same raised, assert_raises(Odd) { result.get } }
    assert_equal trace, raised.backtrace
    assert_match(/code_test\.rb:\d+:in `block/, trace.first)
    assert_equal [1], raised.detail
    assert_nil raised.cause
  end

  def test_an_exception_keeps_its_cause_also_below_a_rescue
    error = failure_of do
      raise IOError, "first"
    rescue IOError
      raise Odd, "second"
    end
    assert_equal ["second", "first"], [error.message, error.cause.message]
    begin
      raise "something else"
    rescue RuntimeError
      again = assert_raises(Odd) { pool.apply { raise error } }
    end
    assert_equal "first", again.cause.message
  end

  def test_error_is_nil_after_a_value_and_raises_when_the_time_is_over
    one = pool
    assert_nil one.apply_async { 1 }.error
    _, _, running = held_pool
    assert_raises(AsyncResult::TimeoutError) { running.error(timeout: 0) }
    assert_equal "Type", one.apply_async(square, "x").error.kind
  end

  def test_the_native_error_has_kind_message_and_trace
    result = pool.apply_async { raise Odd, "told" }
    result.wait
    assert_equal "#<AsyncResult failed, CodeTest::Odd: told>", result.inspect
  end

  def test_an_error_of_the_library_stays_the_same_object
    one = pool
    inner = nil
    error = failure_of(one) do
      one.apply(square, "x")
    rescue AsyncResult::TypeError => inner
      raise
    end
    assert_same inner, error
    assert_equal ["Type", AsyncResult::TypeError], [error.kind, error.class]
  end

  # B2
  def test_a_time_out_of_the_task_is_none_of_the_wait
    one = pool
    _, _, running = held_pool
    error = failure_of(one) { running.get(timeout: 0) }
    assert_instance_of AsyncResult::TaskError, error
    assert_instance_of AsyncResult::TimeoutError, error.cause
    assert_instance_of Timeout::Error, failure_of(one) { Timeout.timeout(0.001) { sleep } }
  end

  def test_what_would_end_the_caller_is_the_cause_of_a_task_error
    one = pool
    { SystemExit => -> { exit(3) }, Interrupt => -> { raise Interrupt },
      SignalException => -> { raise SignalException, "TERM" } }.each do |type, way|
      error = assert_raises(AsyncResult::TaskError) { one.apply(way) }
      assert_instance_of type, error.cause
    end
  end

  # B25
  def test_unusual_ways_to_leave_a_task_are_its_error_and_the_pool_lives
    one = pool
    deep = ->(number) { deep.call(number + 1) + 1 }
    { UncaughtThrowError => -> { throw :nowhere }, LocalJumpError => orphan_break,
      SystemStackError => -> { deep.call(0) }, NoMemoryError => -> { raise NoMemoryError },
      NotImplementedError => -> { raise NotImplementedError },
      AsyncResult::WorkerLostError => -> { Thread.exit },
      FiberError => -> { Fiber.yield } }.each do |type, way|
      assert_instance_of type, one.apply_async(&way).error
      assert_equal 4, one.apply { 4 }
    end
  end

  def orphan_break
    proc { break }
  end

  def test_return_and_next_leave_as_blocks_do
    one = pool
    assert_equal 1, one.apply { next 1 }
    assert_equal 2, one.apply(-> { return 2 })
    assert_instance_of LocalJumpError, failure_of(one) { return }
  end

  def test_a_killed_worker_fails_its_task_and_is_replaced
    one = pool
    entered = Thread::Queue.new
    cleaned = Thread::Queue.new
    result = one.apply_async do
      entered << Thread.current
      sleep
    ensure
      cleaned << true
    end
    entered.pop.kill.join
    assert cleaned.pop
    assert_raises(AsyncResult::WorkerLostError) { result.get }
    assert_equal 1, one.apply { 1 }
  end

  def test_thread_raise_in_a_task_is_its_error
    entered = Thread::Queue.new
    one = pool
    result = one.apply_async do
      entered << Thread.current
      sleep
    end
    entered.pop.raise(Odd, "from outside")
    assert_equal "from outside", assert_raises(Odd) { result.get }.message
    assert_equal 1, one.apply { 1 }
  end

  def test_every_thread_of_the_pool_may_be_killed
    one = pool(2, name: name)
    3.times do
      assert_equal [1, 4, 9], one.map(1..3) { |number| number * number }
      Thread.list.select { |thread| thread.name&.start_with?(name) }.each(&:kill).each(&:join)
    end
    assert_equal 5, one.apply { 5 }
  end

  def test_an_exception_whose_message_raises
    broken = Class.new(StandardError) { def message = raise("no") }
    assert_kind_of broken, failure_of { raise broken }
  end

  def test_a_failure_that_is_frozen
    assert_kind_of Exception, failure_of { raise Odd.new("cold").freeze }
  end

  def test_a_task_sees_that_it_is_cancelled
    one = pool
    entered = Thread::Queue.new
    refute_predicate AsyncResult, :cancelled?
    result = one.apply_async do
      entered << AsyncResult.cancelled?
      Thread.pass until AsyncResult.cancelled?
      :stopped
    end
    assert_equal false, entered.pop
    assert_equal :asked, result.cancel
    assert_equal :stopped, result.get
  end

  def test_a_task_sees_that_the_pool_was_terminated
    one = pool
    entered = Thread::Queue.new
    left = Thread::Queue.new
    result = one.apply_async do
      entered << true
      Thread.pass until AsyncResult.cancelled?
      left << true
    end
    entered.pop
    one.terminate
    assert_raises(AsyncResult::TerminatedError) { result.get }
    assert left.pop
    assert one.join
  end

  def test_a_queued_task_that_is_cancelled_never_runs
    one = pool
    gate = Thread::Queue.new
    entered = Thread::Queue.new
    held = one.apply_async { entered << true && gate.pop }
    entered.pop
    ran = false
    queued = one.apply_async { ran = true }
    assert_equal :dequeued, queued.cancel
    gate << 1
    assert_equal 1, held.get
    assert_raises(AsyncResult::CancelledError) { queued.get }
    refute ran
  end

  def test_callbacks_of_ruby_tasks
    log = []
    one = pool
    error = IOError.new("oh")
    one.apply_async(callback: log.method(:<<)) { [:value] }.wait
    one.apply_async(error_callback: log.method(:<<)) { raise error }.wait
    assert_equal [:value], log.first
    assert_same error, log.last
    result = one.apply_async(error_callback: ->(given) { raise Odd, given.message }) { raise error }
    found = assert_raises(AsyncResult::TaskError) { result.get }
    assert_equal ["CodeTest::Odd", Odd, error], [found.kind, found.cause.class, found.cause.cause]
  end

  def test_unread_errors_of_ruby_tasks_are_told
    log = Thread::Queue.new
    one = pool(1, on_unread_error: log.method(:<<))
    Thread.new { 20.times { one.apply_async { raise Odd, "unread" }.wait } }.join
    GC.start
    assert_instance_of Odd, log.pop
  end
end

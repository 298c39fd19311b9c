# frozen_string_literal: true

require_relative "support"

# Callbacks run on a thread of Ruby that the pool makes when it needs one.
class CallbackTest < AsyncResultTest
  # Each test names its pool after itself, for dispatchers of others may be idle yet.
  def dispatchers
    Thread.list.select { |thread| thread.name == name }
  end

  def test_a_pool_without_callbacks_has_no_thread
    named = pool(1, name: name)
    named.apply(square, 2)
    assert_empty dispatchers
    named.apply_async(square, 2, callback: ->(_) {}).get
    assert_equal 1, dispatchers.size
  end

  def test_the_thread_ends_when_it_is_idle_and_comes_back
    named = pool(1, name: name)
    log = []
    named.apply_async(square, 2, callback: log.method(:<<)).get
    Thread.pass until dispatchers.empty?
    named.apply_async(square, 3, callback: log.method(:<<)).get
    assert_equal [4, 9], log
  end

  def test_any_callable_will_do
    log = []
    callable = Struct.new(:log) { def call(value) = log << value }.new(log)
    one = pool
    [callable, log.method(:push), ->(value) { log << value }, proc { |value| log << value }]
      .each { |callback| one.apply_async(square, 2, callback: callback).get }
    assert_equal [4, 4, 4, 4], log
  end

  def test_what_is_not_callable_is_the_error_of_the_result
    result = pool.apply_async(square, 2, callback: 42)
    assert_equal "NoMethodError", assert_raises(AsyncResult::TaskError) { result.get }.kind
  end

  def test_ways_to_leave_a_callback_end_as_the_error_of_the_result
    kinds = {
      "UncaughtThrowError" => -> { throw :nowhere }, "SystemExit" => -> { exit },
      "LocalJumpError" => orphan_break, "NoMemoryError" => -> { raise NoMemoryError },
      "Interrupt" => -> { raise Interrupt }, "Task" => -> { Thread.exit }
    }
    one = pool
    kinds.each do |kind, way|
      result = one.apply_async(square, 2, callback: ->(_) { way.call })
      assert_equal kind, assert_raises(AsyncResult::TaskError) { result.get }.kind
      assert_equal 9, one.apply_async(square, 3, callback: ->(_) {}).get
    end
  end

  def orphan_break
    proc { break }
  end

  def test_a_killed_dispatcher_is_replaced
    held, latch, = held_pool(name: name)
    log = []
    results = [2, 3].map { held.apply_async(square, _1, callback: log.method(:<<)) }
    dispatchers.first.kill.join
    open_latch(latch)
    assert_equal [4, 9], results.map(&:get)
    assert_equal [4, 9], log
  end

  def test_a_callback_that_is_killed_fails_its_result_alone
    entered = Thread::Queue.new
    one = pool
    result = one.apply_async(square, 2, callback: lambda { |_|
      entered << Thread.current
      sleep
    })
    other = one.apply_async(square, 3, callback: ->(_) {})
    entered.pop.kill
    error = assert_raises(AsyncResult::TaskError) { result.get }
    assert_equal "the callback was left before its end", error.message
    assert_equal 9, other.get
  end

  def test_a_done_callback_that_raises_is_printed_and_harms_nobody
    held, latch, = held_pool
    result = held.apply_async(square, 2)
    log = Thread::Queue.new
    _, printed = capture_io do
      result.add_done_callback { raise "done badly" }
      result.add_done_callback { log << _1 }
      open_latch(latch)
      assert_same result, log.pop
      result.add_done_callback { raise "done at once" }
    end
    assert_includes printed, "done badly (RuntimeError)"
    assert_includes printed, "done at once (RuntimeError)"
    assert_equal 4, result.get
  end

  def test_add_done_callback_needs_a_block
    result = pool.apply_async(square, 2)
    assert_raises(AsyncResult::ArgumentError) { result.add_done_callback }
  end

  def test_join_waits_for_callbacks
    log = []
    one = pool
    gate = Thread::Queue.new
    one.apply_async(square, 2, callback: ->(value) { gate.pop && log << value })
    one.close
    refute one.join(timeout: 0.01)
    gate << true
    assert one.join
    assert_equal [4], log
  end

  def test_an_unread_error_hook_that_raises_is_printed
    calls = 0
    hook = ->(error) { raise "unread: #{error.kind}" if (calls += 1) == 1 }
    _, printed = capture_io do
      one = pool(1, on_unread_error: hook)
      Thread.new { 20.times { one.apply_async(square, "x").wait } }.join
      GC.start
      one.close
      one.join
      GC.start
      Timeout.timeout(LIMIT) { Thread.pass until $stderr.string.include?("unread: Type") }
    end
    assert_includes printed, "unread: Type (RuntimeError)"
  end

  def test_a_callback_for_values_alone_does_not_read_an_error
    log = Thread::Queue.new
    one = pool(1, on_unread_error: log.method(:push))
    called = false
    Thread.new do
      20.times { one.apply_async(square, "x", callback: ->(_) { called = true }).wait }
    end.join
    GC.start
    assert_equal "Type", log.pop.kind
    refute called
  end

  def test_a_submit_that_fails_calls_nothing
    log = []
    one = pool
    one.close
    assert_raises(AsyncResult::PoolClosedError) do
      one.apply_async(square, 2, callback: log.method(:<<), error_callback: log.method(:<<))
    end
    assert one.join
    assert_empty log
  end
end

# frozen_string_literal: true

require_relative "support"

# Waits in fibers of a scheduler leave their thread to the other fibers.
class FiberTest < AsyncResultTest
  # A scheduler as small as can be: it has fibers that are ready, that sleep until a time,
  # and that wait for a descriptor.
  class Scheduler
    def initialize
      @lock = Thread::Mutex.new
      @ready = []
      @sleeping = {}
      @readers = {}
      @blocked = 0
      @pipe = IO.pipe
    end

    def fiber(&block)
      fiber = Fiber.new(blocking: false, &block)
      fiber.resume
      fiber
    end

    def now
      Process.clock_gettime(Process::CLOCK_MONOTONIC)
    end

    def block(_blocker, timeout = nil)
      @blocked += 1
      @sleeping[Fiber.current] = now + timeout if timeout
      Fiber.yield
    ensure
      @blocked -= 1
      @sleeping.delete(Fiber.current)
    end

    def unblock(_blocker, fiber)
      @lock.synchronize { @ready << fiber }
      @pipe.last.write_nonblock(".")
    end

    def kernel_sleep(duration = nil)
      block(:sleep, duration)
    end

    def io_wait(io, events, timeout = nil)
      @readers[Fiber.current] = io
      block(io, timeout)
      events
    ensure
      @readers.delete(Fiber.current)
    end

    def close
      turn until @blocked.zero? && @ready.empty?
      @pipe.each(&:close)
    end

    def turn
      ready = @lock.synchronize { @ready.slice!(0..) }
      select if ready.empty?
      ready.each { |fiber| fiber.resume if fiber.alive? }
      wake(@sleeping.select { |_, time| time <= now }.keys)
    end

    def select
      due = @sleeping.values.min
      readers, = IO.select([@pipe.first, *@readers.values], nil, nil, due && [due - now, 0].max)
      return unless readers

      @pipe.first.read_nonblock(100, exception: false)
      wake(@readers.select { |_, io| readers.include?(io) }.keys)
    end

    def wake(fibers)
      fibers.each { |fiber| fiber.resume if fiber.alive? }
    end
  end

  # Run the block in a fiber beside one that has to have a turn meanwhile.
  def in_fibers(&block)
    thread = Thread.new do
      Fiber.set_scheduler(Scheduler.new)
      outcome = nil
      Fiber.schedule { outcome = block.call }
      Fiber.scheduler.close
      Fiber.set_scheduler(nil)
      outcome
    end
    thread.report_on_exception = false
    thread.value
  end

  def test_get_leaves_the_thread_to_other_fibers
    one = pool
    gate = ::Queue.new
    result = one.apply_async { gate.pop }
    value = in_fibers do
      Fiber.schedule { gate << :opened_by_a_fiber }
      result.get
    end
    assert_equal :opened_by_a_fiber, value
  end

  def test_many_fibers_wait_for_one_result
    held, latch, result = held_pool
    found = []
    in_fibers do
      5.times { Fiber.schedule { found << result.get } }
      Fiber.schedule { open_latch(latch) }
    end
    assert_equal [latch] * 5, found
    assert_equal 4, held.apply(square, 2)
  end

  def test_timeouts_of_fibers
    _, _, result = held_pool
    found = in_fibers do
      error = assert_raises(AsyncResult::TimeoutError) { result.get(timeout: 0.01) }
      [error.kind, result.wait(timeout: 0.01), result.wait(timeout: 0)]
    end
    assert_equal ["Timeout", false, false], found
  end

  def test_an_error_is_raised_in_the_fiber
    one = pool
    found = in_fibers do
      one.apply { raise IOError, "in a fiber" }
    rescue IOError => error
      error.message
    end
    assert_equal "in a fiber", found
  end

  def test_next_leaves_the_thread_to_other_fibers
    one = pool
    gate = ::Queue.new
    iterator = one.imap(1..2) { |number| [number, gate.pop] }
    found = in_fibers do
      Fiber.schedule { 2.times { |number| gate << number } }
      iterator.to_a
    end
    assert_equal [[1, 0], [2, 1]], found
    assert_raises(AsyncResult::TimeoutError) { in_fibers { waiting_iterator.next(timeout: 0.01) } }
  end

  def waiting_iterator
    pool.imap(function(:latch_wait), [new_latch])
  end

  def test_join_and_waits_for_several
    one = pool
    gate = ::Queue.new
    results = Array.new(2) { one.apply_async { gate.pop } }
    one.close
    found = in_fibers do
      Fiber.schedule { 2.times { gate << 1 } }
      [AsyncResult.wait_all(results), AsyncResult.as_completed(results).to_a.size, one.join,
       AsyncResult.wait_any(results).get]
    end
    assert_equal [true, 2, true, 1], found
  end

  def test_a_submit_that_waits_for_a_place
    held, latch, = held_pool(queue_limit: 1)
    held.apply_async(square, 2)
    found = in_fibers do
      Fiber.schedule { open_latch(latch) }
      held.apply_async(square, 3).get
    end
    assert_equal 9, found
  end

  def test_a_queue_that_a_fiber_runs
    queue = AsyncResult::Queue.new
    one = pool(1, queue: queue)
    gate = ::Queue.new
    log = []
    one.apply_async(callback: log.method(:<<)) { gate.pop }
    in_fibers do
      Fiber.schedule { gate << :called }
      queue.run(timeout: LIMIT)
    end
    assert_equal [:called], log
  end

  def test_what_wakes_too_late_leaves_the_fiber_alone
    held, latch, result = held_pool
    order = []
    in_fibers do
      result.wait(timeout: 0.01)
      Fiber.schedule { open_latch(latch) }
      result.get
      order << :got
      sleep(0.01)
      order << :slept
    end
    assert_equal %i[got slept], order
    assert_equal 1, held.apply(square, 1)
  end
end

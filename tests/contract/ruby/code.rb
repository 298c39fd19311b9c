# frozen_string_literal: true

# Ruby code as tasks: B2, B22 and B29 where they need it, and B23 and B24.
module Contract
  class Case
    # How many tasks inside each other end.
    def nest(pool, depth)
      depth.zero? ? 0 : pool.apply { nest(pool, depth - 1) + 1 }
    end

    # A worker of the pool that waits for a C function of another one.
    def blocked_worker(pool)
      _, latch, held = held_pool
      entered = Thread::Queue.new
      waiting = pool.apply_async do
        entered << true
        held.get
      end
      entered.pop
      [waiting, latch]
    end
  end

  check "B2.2" do
    _, _, running = held_pool
    error = raises("AsyncResult::TimeoutError") { pool.apply { running.get(timeout: 0) } }
    equal([AsyncResult::TaskError, AsyncResult::TimeoutError], [error, error.cause].map(&:class))
  end

  check "B22.5" do
    one = pool
    entered = Thread::Queue.new
    seen = Thread::Queue.new
    one.apply_async do
      entered << true
      Thread.pass until AsyncResult.cancelled?
      seen << true
    end
    entered.pop
    one.terminate
    equal(true, seen.pop)
  end

  check "B29.4" do
    entered = Thread::Queue.new
    result = pool.apply_async do
      entered << true
      Thread.pass until AsyncResult.cancelled?
      :seen
    end
    entered.pop
    equal(:asked, result.cancel)
    equal(:seen, result.get)
  end

  check "B23.6" do
    dropped = Thread::Queue.new
    ended = Thread::Queue.new
    Thread.new do
      one = AsyncResult::Pool.new(1)
      one.apply_async do
        one = nil
        dropped.pop
        GC.start
        ended << true
      end
      nil
    end.join
    dropped << true
    equal(true, ended.pop)
  end

  check "B23.9" do
    one = pool
    gate = Thread::Queue.new
    result = one.apply_async { gate.pop && one.join }
    one.close
    gate << true
    raises(:Deadlock) { result.get }
  end

  check "B24.1" do
    one = pool
    equal(2, one.apply { one.apply { 1 } + 1 })
  end

  check "B24.2" do
    equal(100, nest(pool, 100))
  end

  check "B24.3" do
    one = pool
    waiting, latch = blocked_worker(one)
    equal(:queued, one.apply { :queued })
    call(:latch_open, latch)
    equal(latch, waiting.get)
  end

  check "B24.4" do
    one = pool
    equal(1, one.apply { one.apply_async { 1 }.get(timeout: LIMIT) })
  end

  check "B24.5" do
    box = Thread::Queue.new
    result = pool.apply_async { box.pop.get }
    box << result
    raises(:Deadlock) { result.get }
  end

  check "B24.6" do
    two = pool(2)
    boxes = Array.new(2) { Thread::Queue.new }
    results = boxes.map { |box| two.apply_async { box.pop.get } }
    boxes.each_with_index { |box, place| box << results[1 - place] }
    equal(%w[Deadlock Deadlock], results.map { |result| result.error.kind })
  end

  check "B24.7" do
    one = pool
    equal([1, 4, 9], one.apply { one.map([1, 2, 3]) { |number| number * number } })
  end

  check "B24.8" do
    one = pool(1, spare_workers: 0)
    waiting, latch = blocked_worker(one)
    queued = one.apply_async { 1 }
    equal(false, queued.wait(timeout: 0.01))
    call(:latch_open, latch)
    equal([latch, 1], [waiting.get, queued.get])
  end

  check "B24.9" do
    one = pool(2)
    outcomes = [false, true].map do |pinned|
      strand = one.strand(pinned: pinned)
      box = Thread::Queue.new
      first = strand.apply_async { box.pop.get }
      box << strand.apply_async { 1 }
      first.error&.kind || first.get
    end
    equal(["Deadlock", 1], outcomes) # The thread of a pinned one runs what it waits for.
  end

  check "B24.10" do
    one = pool
    equal([1, 2, 3], one.apply { one.imap([1, 2, 3], &:itself).to_a })
  end
end

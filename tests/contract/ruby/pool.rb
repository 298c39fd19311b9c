# frozen_string_literal: true

# B19 to B21, B23 to B26: pools.
module Contract
  check "B19.1" do
    equal(`nproc`.to_i, AsyncResult::Pool.open(&:workers))
  end

  check "B19.2" do
    latch = new_latch
    three = pool(3)
    results = Array.new(3) { three.apply_async(fixture(:latch_wait), latch) }
    call(:wait_for_waiters, latch, 3)
    call(:latch_open, latch)
    equal([latch] * 3, results.map(&:get))
  end

  check "B19.3" do
    [0, -1].each do |number|
      raises(:Argument) { pool(number) }
      raises(:Argument) { pool(1, max_tasks_per_worker: number) }
      raises(:Argument) { pool(1, queue_limit: number) }
    end
  end

  check "B19.4" do
    counter = new_counter
    two = pool(2, initializer: fixture(:count), initargs: [counter])
    counts = Array.new(8) { two.apply(fixture(:counter_get), counter) }
    equal([true], counts.map { _1.between?(1, 2) }.uniq)
  end

  check "B19.5" do
    broken = pool(1, initializer: fixture(:byte), initargs: [300])
    submitted = begin
      broken.apply_async(fixture(:square), 1)
    rescue AsyncResult::BrokenError
      nil # The initializer was faster.
    end
    error = raises(:Broken) { submitted ? submitted.get : broken.apply(fixture(:square), 1) }
    equal("Type", error.cause.kind)
    raises(:Broken) { broken.apply_async(fixture(:square), 1) }
  end

  check "B19.6" do
    broken = pool(2, initializer: fixture(:byte), initargs: [300])
    raises(:Broken) { broken.apply(fixture(:square), 1) }
    broken.close
    equal(true, broken.join)
  end

  check "B19.7" do
    counter = new_counter
    one = pool(1, max_tasks_per_worker: 2, initializer: fixture(:count), initargs: [counter])
    6.times { one.apply(fixture(:square), 1) }
    equal(true, call(:counter_get, counter) >= 3)
  end

  check "B19.8" do
    counter = new_counter
    one = pool(1, max_tasks_per_worker: 2, initializer: fixture(:count), initargs: [counter])
    one.map(fixture(:square), 1..8, chunk_size: 4)
    equal(true, call(:counter_get, counter).between?(1, 2))
  end

  check "B20.1" do
    script = <<~'RUBY'
      used = File.read("/proc/self/statm").split.first.to_i * 4096
      Process.setrlimit(:AS, used + (64 << 20))
      begin
        AsyncResult::Pool.new(1000)
        exit!(1)
      rescue AsyncResult::SystemError
        exit!(Dir.children("/proc/self/task").size < 100 ? 42 : 2)
      end
    RUBY
    equal(42, status_of_script(script))
  end

  check "B21.1" do
    one = pool(1)
    one.close
    raises(:PoolClosed) { one.apply_async(fixture(:square), 1) }
    raises(:PoolClosed) { one.map_async(fixture(:square), [1]) }
    raises(:PoolClosed) { one.map_async(fixture(:square), []) }
  end

  check "B21.2" do
    held, latch, result = held_pool
    queued = held.apply_async(fixture(:square), 5)
    held.close
    call(:latch_open, latch)
    equal([latch, 25], [result.get, queued.get])
  end

  check "B21.3" do
    one = pool(1)
    2.times { one.close }
    equal(:closed, one.state)
  end

  check "B23.1" do
    raises(:PoolRunning) { pool(1).join }
  end

  check "B23.2" do
    counter = new_counter
    one = pool(1)
    20.times { one.apply_async(fixture(:count), counter) }
    one.close
    equal([true, true], [one.join, one.join])
    equal(20, call(:counter_get, counter))
  end

  check "B23.3" do
    held, latch, = held_pool
    held.close
    equal(false, held.join(timeout: 0.01))
    call(:latch_open, latch)
    equal(true, held.join)
  end

  check "B23.4" do
    counter = new_counter
    latch = new_latch
    kept = nil
    queued = AsyncResult::Pool.open(1) do |one|
      kept = one
      one.apply_async(fixture(:latch_wait), latch)
      call(:wait_for_waiters, latch, 1)
      queued = one.apply_async(fixture(:count), counter)
      # Leaving waits for the running task, so let it end by and by.
      Thread.new { call(:latch_open, latch) if queued.wait }
      queued
    end
    raises(:Terminated) { queued.get }
    equal([:terminated, 0], [kept.state, call(:counter_get, counter)])
  end

  check "B23.5" do
    latch = new_latch
    results = Thread.new do
      AsyncResult::Pool.new(1).then do |one|
        [one.apply_async(fixture(:latch_wait), latch), one.apply_async(fixture(:square), 5)]
      end
    end.value
    GC.start
    call(:latch_open, latch)
    equal([latch, 25], results.map(&:get))
  end

  check "B23.7" do
    ended = Thread::Queue.new
    result = Thread.new do
      pools = [AsyncResult::Pool.new(1)]
      pools.first.apply_async(fixture(:square), 5, callback: lambda { |_|
        pools.clear
        GC.start
        ended << true
      })
    end.value
    ended.pop
    equal(25, result.get)
  end

  check "B23.8" do
    one = pool(1)
    kind = nil
    one.apply_async(fixture(:square), 5, callback: lambda { |_|
      one.close
      kind = raises(:Deadlock) { one.join }.kind
    }).get
    equal("Deadlock", kind)
  end

  check "B25.1" do
    raises(:WorkerLost) { pool.apply_async(fixture(:exit_thread)).get }
  end

  check "B25.2" do
    one = pool(1)
    one.apply_async(fixture(:exit_thread)).wait
    equal(25, one.apply(fixture(:square), 5))
  end

  check "B25.3" do
    one = pool(1)
    ways = [-> { throw :nowhere }, -> { exit }, -> { Thread.exit }, -> { raise NoMemoryError },
            -> { abort }, proc { next }, -> { raise Class.new(Exception) }]
    allowed = 1
    failed = ways.count do |way|
      result = one.apply_async(fixture(:square), 5, callback: ->(_) { way.call })
      result.wait
      !result.successful?
    end
    equal(ways.size - allowed, failed)
    log = []
    equal(25, one.apply(fixture(:square), 5, callback: log.method(:<<)))
    equal([25], log)
  end

  check "B26.1" do
    held, = held_pool(queue_limit: 1, when_full: :fail)
    held.apply_async(fixture(:square), 1)
    raises(:QueueFull) { held.apply_async(fixture(:square), 2) }
  end

  check "B26.2" do
    held, latch, = held_pool(queue_limit: 1, when_full: :block)
    held.apply_async(fixture(:square), 1)
    submitter = Thread.new { held.apply_async(fixture(:square), 2) }
    Thread.pass until submitter.stop?
    equal(true, submitter.alive?)
    call(:latch_open, latch)
    equal(4, submitter.value.get)
  end

  check "B26.3" do
    held, = held_pool(queue_limit: 1, when_full: :caller_runs)
    held.apply_async(fixture(:square), 1)
    result = held.apply_async(fixture(:square), 2)
    equal([true, 4], [result.ready?, result.get])
  end

  check "B26.4" do
    held, latch, = held_pool(queue_limit: 1, when_full: :fail)
    result = held.map_async(fixture(:square), 1..20, chunk_size: 1)
    call(:latch_open, latch)
    equal((1..20).map { _1 * _1 }, result.get)
  end

  check "B26.5" do
    one = pool(1, queue_limit: 1, when_full: :block)
    latch = new_latch
    seen = Thread::Queue.new
    one.apply_async(fixture(:square), 5, callback: lambda { |_|
      one.apply_async(fixture(:latch_wait), latch)
      call(:wait_for_waiters, latch, 1)
      one.apply_async(fixture(:square), 6)
      seen << one.apply_async(fixture(:square), 7).ready?
    })
    equal(true, seen.pop)
  end

  check "B26.6" do
    held, latch, = held_pool(queue_limit: 1, when_full: :block)
    held.apply_async(fixture(:square), 1)
    submitter = Thread.new { raises(:Terminated) { held.apply_async(fixture(:square), 2) } }
    Thread.pass until submitter.stop?
    held.terminate
    equal("Terminated", submitter.value.kind)
    call(:latch_open, latch)
  end
end

# frozen_string_literal: true

# B12: where callbacks run, and queues that the program drains.
module Contract
  check "B12.1" do
    threads = []
    one = pool(1)
    note = ->(_) { threads << Thread.current }
    Array.new(2) { |number| one.apply_async(fixture(:square), number, callback: note) }
         .each(&:get)
    equal(2, threads.size)
    equal([false, true], [threads.include?(Thread.main), threads.uniq.all?(Thread)])
    equal([], threads - Thread.list)
  end

  check "B12.2" do
    log = []
    queue = AsyncResult::Queue.new
    result = pool(1, queue: queue).apply_async(fixture(:square), 3,
                                               callback: ->(value) { log << value })
    IO.select([queue])
    equal([false, []], [result.ready?, log])
    equal(1, queue.run)
    equal([true, [9]], [result.ready?, log])
  end

  check "B12.3" do
    queue = AsyncResult::Queue.new
    equal(nil, IO.select([queue], nil, nil, 0))
    result = pool(1, queue: queue).apply_async(fixture(:square), 3, callback: ->(_) {})
    equal([[queue], [], []], IO.select([queue]))
    queue.run
    equal(nil, IO.select([queue], nil, nil, 0))
    equal(true, result.ready?)
  end

  check "B12.4" do
    log = []
    queue = AsyncResult::Queue.new.own
    one = pool(1, queue: queue)
    note = ->(value) { log << [value, Thread.current] }
    equal(9, one.apply_async(fixture(:square), 3, callback: note).get)
    equal(true, one.apply_async(fixture(:square), 4, callback: note).wait)
    equal([[9, Thread.current], [16, Thread.current]], log)
  end

  check "B12.5" do
    seen = nil
    queue = AsyncResult::Queue.new
    result = nil
    result = pool(1, queue: queue).apply_async(fixture(:square), 3,
                                               callback: ->(_) { seen = result.ready? })
    queue.run(timeout: nil)
    equal([false, true], [seen, result.ready?])
  end

  check "B12.6" do
    queue = AsyncResult::Queue.new
    result = pool(1, queue: queue).apply_async(fixture(:square), 3,
                                               callback: ->(_) { raise IOError, "no" })
    queue.run(timeout: nil)
    equal("no", raises(:IOError) { result.get }.message)
  end

  check "B12.7" do
    queue = AsyncResult::Queue.new
    held, latch, = held_pool(queue: queue)
    log = []
    results = Array.new(2) { |number| held.apply_async(fixture(:square), number) }
    results.each { |result| result.add_done_callback { log << [_1, _1.ready?] } }
    equal(0, queue.run)
    call(:latch_open, latch)
    queue.run(timeout: nil, limit: 1) until log.size == 2
    equal(results.map { [_1, true] }, log)
  end

  check "B12.8" do
    log = []
    queue = AsyncResult::Queue.new
    result = pool(1, queue: queue).apply_async(fixture(:square), 3,
                                               callback: ->(value) { log << value })
    IO.select([queue])
    equal(false, result.ready?)
    queue.close
    equal([9, []], [result.get, log])
  end

  check "B12.9" do
    queue = AsyncResult::Queue.new(limit: 1)
    held, latch, = held_pool(queue: queue)
    result = held.apply_async(fixture(:square), 3, callback: ->(_) {})
    raises(:QueueFull) { held.apply_async(fixture(:square), 4, callback: ->(_) {}) }
    call(:latch_open, latch)
    queue.run(timeout: nil)
    equal(9, result.get)
  end
end

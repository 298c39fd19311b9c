# frozen_string_literal: true

# B31: results made of results.
module Contract
  class Case
    # Results of tasks that wait for a gate each, and the gates.
    def gated(pool, count)
      gates = Array.new(count) { Thread::Queue.new }
      [gates.map { |gate| pool.apply_async { gate.pop } }, gates]
    end
  end

  check "B31.1" do
    one = pool(2)
    _, _, held = held_pool
    ready = one.apply_async { 1 }
    failed = one.apply_async(fixture(:byte), 300)
    [ready, failed].each(&:wait)
    equal(1, [held, ready].index(AsyncResult.wait_any(held, ready)))
    equal(0, [failed, held].index(AsyncResult.wait_any(failed, held)))
    raises(:Timeout) { AsyncResult.wait_any(held, timeout: 0.01) }
  end

  check "B31.2" do
    _, latch, held = held_pool
    failed = pool.apply_async(fixture(:byte), 300)
    equal(false, AsyncResult.wait_all(held, failed, timeout: 0.01))
    call(:latch_open, latch)
    equal(true, AsyncResult.wait_all(held, failed))
  end

  check "B31.3" do
    one = pool(2)
    results, gates = gated(one, 2)
    places = AsyncResult.as_completed(results)
    gates[1] << 1
    equal(1, results.index(places.next))
    gates[0] << 1
    equal(0, results.index(places.next))
    equal(2, AsyncResult.as_completed(results).to_a.uniq.size)
  end

  check "B31.4" do
    equal(7, pool.apply_async { 6 }.then { |value| value + 1 }.get)
    equal(36, pool.apply_async(fixture(:square), 6).then(&:itself).get)
    equal(81, pool.apply_async { 9 }.then(fixture(:square)).get)
  end

  check "B31.5" do
    ran = false
    result = pool.apply_async(fixture(:byte), 300)
    raises(:Type) { result.then { ran = true }.get }
    equal(false, ran)
  end

  check "B31.6" do
    one = pool
    equal("Type", one.apply_async(fixture(:byte), 300).rescue(&:kind).get)
    equal(1, one.apply_async { 1 }.rescue { 2 }.get)
  end

  check "B31.7" do
    one = pool(2)
    results, gates = gated(one, 2)
    all = AsyncResult.all(results)
    gates[1] << "second"
    results[1].wait
    gates[0] << "first"
    equal(%w[first second], all.get)
    raises(:Type) { AsyncResult.all(results, one.apply_async(fixture(:byte), 300)).get }
  end

  check "B31.8" do
    one = pool
    failed = Array.new(2) { one.apply_async(fixture(:byte), 300) }
    equal(5, AsyncResult.any(*failed, one.apply_async { 5 }).get)
    error = raises(:Task) { AsyncResult.any(failed).get }
    equal(%w[Type Type], error.value.map(&:kind))
  end

  check "B31.9" do
    _, latch, first = held_pool
    ran = false
    chained = first.then { ran = true }
    equal(:dequeued, chained.cancel)
    call(:latch_open, latch)
    equal(latch, first.get)
    raises(:Cancelled) { chained.get }
    equal(false, ran)
  end

  check "B31.10" do
    one = pool
    promise = one.promise
    equal(false, promise.result.ready?)
    promise.set([1, :two])
    equal([1, :two], promise.result.get)
    raises(:State) { promise.set(2) }
    error = IOError.new("by hand")
    failed = one.promise.fail(error)
    equal(error, failed.result.error)
    raises(:State) { failed.fail(error) }
  end

  check "B31.11" do
    held, = held_pool
    first = held.apply_async { 1 }
    gate = Thread::Queue.new
    waiting = held.apply_async { gate.pop }
    results = [waiting.then { 1 }, AsyncResult.all(first, waiting), held.promise.result]
    held.terminate
    results.each { |result| raises(:Terminated) { result.get } }
    gate << 1
  end
end

# frozen_string_literal: true

# B22 and B29: terminate and cancel.
module Contract
  check "B22.1" do
    held, latch, = held_pool
    counter = new_counter
    held.apply_async(fixture(:count), counter)
    held.terminate
    call(:latch_open, latch)
    held.join
    equal(0, call(:counter_get, counter))
  end

  check "B22.2" do
    held, _, running = held_pool
    others = [held.apply_async(fixture(:square), 1), held.map_async(fixture(:square), [1, 2])]
    held.terminate
    [running, *others].each { |result| raises(:Terminated) { result.get } }
  end

  check "B22.3" do
    held, _, running = held_pool
    reader = Thread.new { raises(:Terminated) { running.get }.kind }
    Thread.pass until reader.stop?
    held.terminate
    equal("Terminated", reader.value)
  end

  check "B22.4" do
    latch = new_latch
    one = pool(1)
    log = []
    note = { callback: ->(value) { log << value }, error_callback: ->(error) { log << error.kind } }
    results = [one.apply_async(fixture(:latch_wait), latch, **note)]
    call(:wait_for_waiters, latch, 1)
    results << one.apply_async(fixture(:square), 1, **note)
    one.terminate
    results.each(&:wait)
    call(:latch_open, latch)
    one.join
    equal(%w[Terminated Terminated], log)
  end

  check "B22.6" do
    held, latch, = held_pool
    held.terminate
    equal(false, held.join(timeout: 0.01))
    call(:latch_open, latch)
    equal(true, held.join)
  end

  check "B22.7" do
    one = pool(1)
    one.terminate
    raises(:Terminated) { one.apply_async(fixture(:square), 1) }
  end

  check "B22.8" do
    one = pool(1)
    one.close
    2.times { one.terminate }
    equal(:terminated, one.state)
  end

  check "B29.1" do
    held, latch, = held_pool
    counter = new_counter
    log = []
    result = held.apply_async(fixture(:count), counter,
                              error_callback: ->(error) { log << error.kind })
    equal(:dequeued, result.cancel)
    raises(:Cancelled) { result.get }
    call(:latch_open, latch)
    held.close
    held.join
    equal([["Cancelled"], 0], [log, call(:counter_get, counter)])
  end

  check "B29.2" do
    _, latch, running = held_pool
    equal(:asked, running.cancel)
    call(:latch_open, latch)
    equal(latch, running.get)
  end

  check "B29.3" do
    result = pool.apply_async(fixture(:square), 5)
    result.wait
    equal([:too_late, 25], [result.cancel, result.get])
  end
end

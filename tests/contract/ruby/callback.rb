# frozen_string_literal: true

# B8 to B11 and B13: callbacks of a pool's own dispatcher.
module Contract
  check "B8.1" do
    log = []
    result = pool.apply_async(fixture(:square), 5, callback: ->(value) { log << value },
                                                   error_callback: ->(error) { log << error })
    result.get
    equal([25], log)
  end

  check "B8.2" do
    log = []
    result = pool.apply_async(fixture(:byte), 300,
                              callback: ->(value) { log << value },
                              error_callback: ->(error) { log << error.kind })
    raises(:Type) { result.get }
    equal(["Type"], log)
  end

  check "B8.3" do
    equal(25, pool.apply_async(fixture(:square), 5, callback: ->(_) { 99 }).get)
    result = pool.apply_async(fixture(:byte), 300, error_callback: ->(_) { 99 })
    raises(:Type) { result.get }
  end

  check "B9.1" do
    held, latch, = held_pool
    seen = []
    result = nil
    result = held.apply_async(fixture(:square), 5, callback: ->(_) { seen << result.ready? })
    call(:latch_open, latch)
    result.get
    equal([false], seen)
  end

  check "B9.2" do
    gate = Thread::Queue.new
    entered = Thread::Queue.new
    ended = false
    result = pool.apply_async(fixture(:square), 5, callback: lambda { |_|
      entered << true
      gate.pop
      ended = true
    })
    entered.pop
    reader = Thread.new { [result.get, ended] }
    Thread.pass until reader.stop?
    equal(false, result.ready?)
    gate << true
    equal([25, true], reader.value)
  end

  check "B9.3" do
    inside = 0
    log = []
    one = pool(1)
    results = Array.new(10) do |number|
      one.apply_async(fixture(:square), number, callback: lambda { |value|
        inside += 1
        Thread.pass
        log << [inside, value]
        inside -= 1
      })
    end
    results.each(&:get)
    equal(Array.new(10) { |number| [1, number * number] }, log)
  end

  check "B10.1" do
    result = pool.apply_async(fixture(:square), 5, callback: ->(_) { 1 / 0 })
    error = raises(:ZeroDivisionError) { result.get }
    equal(["divided by 0", "Ruby", ZeroDivisionError],
          [error.message, error.origin, error.cause.class])
  end

  check "B10.2" do
    result = pool.apply_async(fixture(:byte), 300, error_callback: ->(_) { raise "again" })
    error = raises(:RuntimeError) { result.get }
    causes = []
    causes << error while (error = error.cause)
    equal(["again", "Type"], [causes.first.message, causes.last.kind])
  end

  check "B10.3" do
    one = pool(1)
    log = []
    one.apply_async(fixture(:square), 1, callback: ->(_) { raise "no" })
    result = one.apply_async(fixture(:square), 2, callback: ->(value) { log << value })
    equal(4, result.get)
    equal([4], log)
  end

  check "B10.4" do
    one = pool(1)
    inner = Thread::Queue.new
    one.apply_async(fixture(:square), 2, callback: lambda { |value|
      inner << one.apply_async(fixture(:square), value)
    })
    equal(16, inner.pop.get)
  end

  check "B10.5" do
    held, latch, = held_pool
    kinds = Thread::Queue.new
    own = later = nil
    own = held.apply_async(fixture(:square), 2, callback: lambda { |_|
      [own, later].each do |result|
        result.get
      rescue AsyncResult::Error => error
        kinds << error.kind
      end
      kinds << "end"
    })
    later = held.apply_async(fixture(:square), 3, callback: ->(_) {})
    call(:latch_open, latch)
    equal(%w[Deadlock Deadlock end], Array.new(3) { kinds.pop })
    equal([4, 9], [own.get, later.get])
  end

  check "B10.6" do
    one = pool(1)
    result = one.apply_async(fixture(:square), 2, callback: lambda { |value|
      raise "wrong" unless one.apply_async(fixture(:square), value).get == 16
    })
    equal(4, result.get)
  end

  check "B11.1" do
    one = pool(1)
    gate = Thread::Queue.new
    slow = one.apply_async(fixture(:square), 2, callback: ->(_) { gate.pop })
    equal(9, one.apply_async(fixture(:square), 3).get)
    equal(false, slow.ready?)
    gate << true
    equal(4, slow.get)
  end

  check "B11.2" do
    one = pool(1)
    counter = new_counter
    log = []
    seen = Thread::Queue.new
    one.apply_async(fixture(:square), 2, callback: lambda { |_|
      other = one.apply_async(fixture(:count), counter, callback: ->(_) { log << 2 })
      call(:wait_for_count, counter, 1)
      seen << [other, other.ready?, log.dup]
      log << 1
    })
    other, was_ready, log_then = seen.pop
    equal([false, []], [was_ready, log_then])
    other.get
    equal([1, 2], log)
  end

  check "B13.1" do
    held, latch, = held_pool
    log = Thread::Queue.new
    results = [[:square, 2], [:byte, 300]].map do |name, argument|
      held.apply_async(fixture(name), argument)
    end
    results.each { |result| result.add_done_callback { log << [_1, _1.ready?] } }
    equal(0, log.size)
    call(:latch_open, latch)
    equal(results.map { [_1, true] }, Array.new(2) { log.pop })
    held.close
    held.join
    equal(0, log.size)
  end

  check "B13.2" do
    log = []
    result = pool.apply_async(fixture(:square), 2)
    result.get
    result.add_done_callback { log << _1.get }
    equal([4], log)
  end

  check "B13.3" do
    held, latch, = held_pool
    log = Thread::Queue.new
    result = held.apply_async(fixture(:square), 2)
    3.times { |number| result.add_done_callback { log << number } }
    call(:latch_open, latch)
    equal([0, 1, 2], Array.new(3) { log.pop })
  end
end

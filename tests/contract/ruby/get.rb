# frozen_string_literal: true

# B1 to B7: reading a result.
module Contract
  check "B1.1" do
    equal(25, pool.apply_async(fixture(:square), 5).get)
  end

  check "B1.2" do
    held, latch, = held_pool
    result = held.apply_async(fixture(:square), 6)
    reader = Thread.new { result.get }
    call(:latch_open, latch)
    equal(36, reader.value)
  end

  check "B1.3" do
    error = raises(:Type) { pool.apply_async(fixture(:byte), 300).get }
    equal(true, error.message.include?("argument 1"))
  end

  check "B1.4" do
    result = pool.apply_async(fixture(:text))
    equal(%w[asynchronous asynchronous], [result.get, result.get])

    result = pool.apply_async(fixture(:byte), 300)
    first, second = Array.new(2) { raises(:Type) { result.get } }
    equal([first.message, first.trace, first.cause],
          [second.message, second.trace, second.cause])
  end

  check "B1.5" do
    names = [[:square, 3], [:half, 5.0], [:text], [:nothing]]
    values = names.map { |name, *arguments| pool.apply(fixture(name), *arguments) }
    equal([9, 2.5, "asynchronous", nil], values)
    equal([Integer, Float, String, NilClass], values.map(&:class))
  end

  check "B2.1" do
    counter = new_counter
    latch = new_latch
    result = pool.apply_async(fixture(:count_and_wait), counter, latch)
    raises(:Timeout) { result.get(timeout: 0.01) }
    call(:latch_open, latch)
    equal(1, result.get)
    equal(1, call(:counter_get, counter))
  end

  check "B3.1" do
    _, _, result = held_pool
    raises(:Timeout) { result.get(timeout: 0) }
    raises(:Timeout) { result.get(timeout: -1) }
    raises(:Timeout) { result.get(timeout: -Float::INFINITY) }
  end

  check "B3.2" do
    _, latch, result = held_pool
    readers = [Float::INFINITY, 1e300].map do |timeout|
      Thread.new { result.get(timeout: timeout) }
    end
    call(:latch_open, latch)
    equal([latch, latch], readers.map(&:value))
  end

  check "B3.3" do
    _, _, result = held_pool
    raises(:Argument) { result.get(timeout: Float::NAN) }
    raises(:Argument) { result.wait(timeout: Float::NAN) }
  end

  check "B3.4" do
    result = pool.apply_async(fixture(:square), 4)
    result.wait
    equal([16, 16], [result.get(timeout: 0), result.get(timeout: -3)])
  end

  check "B4.1" do
    equal(true, pool.apply_async(fixture(:square), 2).wait)
    equal(true, pool.apply_async(fixture(:byte), 300).wait)
  end

  check "B4.2" do
    _, _, result = held_pool
    equal([false, false], [result.wait(timeout: 0.01), result.wait(timeout: 0)])
  end

  check "B5.1" do
    _, latch, result = held_pool
    equal(false, result.ready?)
    call(:latch_open, latch)
    result.wait
    equal(true, result.ready?)
  end

  check "B5.2" do
    _, _, result = held_pool
    raises(:NotReady) { result.successful? }
  end

  check "B5.3" do
    results = [[:square, 2], [:byte, 300]].map do |name, argument|
      pool.apply_async(fixture(name), argument)
    end
    results.each(&:wait)
    equal([true, false], results.map(&:successful?))
  end

  check "B6.1" do
    held, latch, = held_pool
    good = held.apply_async(fixture(:square), 7)
    bad = held.apply_async(fixture(:byte), 300)
    readers = Array.new(4) do
      Thread.new { [good.get, raises(:Type) { bad.get }.kind] }
    end
    call(:latch_open, latch)
    equal([[49, "Type"]] * 4, readers.map(&:value))
  end

  check "B6.2" do
    _, latch, result = held_pool
    reader = Thread.new do
      Thread.current.report_on_exception = false
      result.get
    end
    Thread.pass until reader.stop?
    reader.raise(IOError, "enough")
    error = begin
      reader.value
    rescue IOError => raised
      raised.message
    end
    equal("enough", error)
    call(:latch_open, latch)
    equal(latch, result.get)
  end

  check "B6.3" do
    script = <<~'RUBY'
      make = AsyncResult.c_function(FIXTURE, "int64_t fixture_latch_new(void)")
      hold = AsyncResult.c_function(FIXTURE, "int64_t fixture_latch_wait(int64_t)")
      open = AsyncResult.c_function(FIXTURE, "int64_t fixture_latch_open(int64_t)")
      pool = AsyncResult::Pool.new(2)
      latch = pool.apply(make)
      result = pool.apply_async(hold, latch)
      main = Thread.current
      Thread.new { Thread.pass until main.stop?; Process.kill(:INT, Process.pid) }
      begin
        result.get
      rescue Interrupt
        pool.apply(open, latch)
        exit!(result.get == latch ? 42 : 1)
      end
    RUBY
    equal(42, status_of_script(script))
  end

  check "B7.1" do
    log = Thread::Queue.new
    callbacks = { callback: log.method(:push), error_callback: log.method(:push) }
    held, latch, = held_pool
    held.apply_async(fixture(:square), 3, **callbacks)
    held.apply_async(fixture(:byte), 300, **callbacks)
    GC.start
    call(:latch_open, latch)
    equal(9, log.pop)
    equal("Type", log.pop.kind)
  end

  check "B7.2" do
    log = Thread::Queue.new
    noisy = pool(1, on_unread_error: log.method(:push))
    # In a thread that ends, for what a living stack may refer to is not collected.
    Thread.new do
      50.times { noisy.apply_async(fixture(:byte), "unread").wait }
      raises(:Type) { noisy.apply_async(fixture(:byte), 300).get }
    end.join
    GC.start
    messages = [log.pop.message]
    noisy.close
    noisy.join
    messages << log.pop.message until log.empty?
    equal([true], messages.map { |message| message.include?("string") }.uniq)
  end
end

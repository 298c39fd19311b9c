# frozen_string_literal: true

# L1: code of the host as a task.
module Contract
  class LanguageError < StandardError
    attr_reader :detail

    def initialize(message = nil, detail: nil)
      super(message)
      @detail = detail
    end
  end

  class Case
    # The exception of a task, which has no class of the library.
    def failure(result)
      result.get
      raise Failed, "expected an exception, found none"
    rescue LanguageError, IOError, ThreadError, AsyncResult::Error => error
      error
    end
  end

  check "L1.1" do
    one = pool
    values = [2**53 + 1, 2**63 - 1, -2**63, 2**70, 0.1, "text", "\xff".b, nil, true, [1, [2]],
              { "a" => { 1 => nil } }]
    values.each { |value| equal(value, one.apply(value, &:itself)) }
    equal(values, one.apply(*values) { |*same| same })
  end

  check "L1.2" do
    error = failure(pool.apply_async { raise LanguageError, "here" })
    equal([LanguageError, "here"], [error.class, error.message])
    equal(true, error.backtrace.first.include?("language.rb"))
  end

  check "L1.3" do
    result = pool.apply_async do
      raise IOError, "first"
    rescue IOError
      raise LanguageError.new("second", detail: [1, 2])
    end
    error = failure(result)
    equal([IOError, "first", [1, 2]], [error.cause.class, error.cause.message, error.detail])
    equal(true, error.equal?(failure(result)))
  end

  check "L1.4" do
    one = pool
    equal([3, 7], one.starmap([[1, 2], [3, 4]]) { |a, b| a + b })
    equal([1, 2, 3, 4], one.apply(1, 2, 3, 4) { |*all| all })
    equal([1, 2], one.apply(->(a, b:) { [a, b] }, 1, kwargs: { b: 2 }))
  end

  skip %w[L1.5 L1.6], "objects cross between threads of Ruby as they are"

  check "L1.7" do
    one = pool
    odd = ->(number) { number.odd? ? raise(LanguageError, number.to_s) : number }
    equal([2, 4], one.map(odd, [2, 4]))
    %i[first lowest fail_fast].each do |policy|
      equal("1", failure(one.map_async(odd, [2, 1, 3], errors: policy, chunk_size: 1)).message)
    end
    found = one.map(odd, [2, 1], errors: :collect)
    equal([2, "1"], [found[0], found[1].message])
  end

  check "L1.8" do
    [1, 3, 100].each do |chunk_size|
      iterator = pool.imap(1..4, chunk_size: chunk_size) do |number|
        number.odd? ? raise(LanguageError, number.to_s) : number
      end
      found = Array.new(4) do
        iterator.next
      rescue LanguageError => error
        error.message
      end
      equal(["1", 2, "3", 4], found)
    end
  end

  check "L1.9" do
    one = pool
    deep = ->(number) { deep.call(number + 1) + 1 }
    ways = {
      SystemExit => -> { exit(3) }, UncaughtThrowError => -> { throw :nowhere },
      LocalJumpError => proc { break }, SystemStackError => -> { deep.call(0) },
      AsyncResult::WorkerLostError => -> { Thread.exit }, NoMemoryError => -> { raise NoMemoryError }
    }
    ways.each do |type, way|
      error = one.apply_async(&way).error
      error = error.cause if error.instance_of?(AsyncResult::TaskError)
      equal(type, error.class)
      equal(1, one.apply { 1 })
    end
  end

  check "L1.10" do
    log = Thread::Queue.new
    one = pool(2, initializer: ->(given) { log << [given, Thread.current] }, initargs: [:given])
    threads = one.map(1..20, chunk_size: 1) { Thread.current }.uniq
    prepared = Array.new(log.size) { log.pop }
    equal([:given], prepared.map(&:first).uniq)
    equal([], threads - prepared.map(&:last))
    broken = pool(1, initializer: -> { raise LanguageError, "not ready" })
    equal("not ready", raises(:Broken) { broken.apply { 1 } }.cause.message)
  end

  check "L1.11" do
    %i[cancel terminate].each do |way|
      one = pool
      entered = Thread::Queue.new
      seen = Thread::Queue.new
      result = one.apply_async do
        entered << AsyncResult.cancelled?
        Thread.pass until AsyncResult.cancelled?
        seen << true
      end
      equal(false, entered.pop)
      way == :cancel ? result.cancel : one.terminate
      equal(true, seen.pop)
    end
  end

  check "L1.12" do
    one = pool(2)
    results = (1..10).map do |number|
      number.odd? ? one.apply_async(fixture(:square), number) : one.apply_async { number * number }
    end
    equal((1..10).map { |number| number * number }, results.map(&:get))
  end

  check "L1.13" do
    given = Class.new
    one = pool
    entered = Thread::Queue.new
    gate = Thread::Queue.new
    Thread.new do
      100.times { one.apply_async(given.new) { nil }.wait }
      held = one.apply_async { entered << true && gate.pop }
      entered.pop
      100.times { one.apply_async(given.new) { nil }.cancel }
      gate << 1
      held.wait && nil
    end.join
    one.close
    one.join
    3.times { GC.start }
    equal(true, ObjectSpace.each_object(given).count < 50) # A stack may keep some by chance.
  end

  check "L1.14" do
    one = pool
    log = []
    one.apply_async(callback: log.method(:<<)) { :value }.wait
    one.apply_async(error_callback: log.method(:<<)) { raise LanguageError, "told" }.wait
    equal([:value, "told"], [log[0], log[1].message])
  end

  check "L1.15" do
    equal(7, status_of_script(<<~RUBY))
      pool = AsyncResult::Pool.new(2)
      entered = Thread::Queue.new
      pool.apply_async { entered << 1; sleep }
      pool.apply_async { entered << 1; loop { 1 + 1 } }
      2.times { entered.pop }
      exit(7)
    RUBY
  end
end

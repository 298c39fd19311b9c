# frozen_string_literal: true

require_relative "support"

# The garbage collector may run, and move objects, at any time.
class GCTest < AsyncResultTest
  class Marked < StandardError
    attr_reader :payload

    def initialize(message = nil)
      super
      @payload = "payload of #{message}"
    end
  end

  # Of one test only, so that what a stack keeps of another is not counted.
  class Fleeting < Marked; end

  def under_stress
    GC.stress = true
    yield
  ensure
    GC.stress = false
  end

  # Results of callbacks that raised; made by a thread that ends, so that no stack
  # keeps what it made.
  def failed_results(one, count, type = Marked)
    Thread.new do
      Array.new(count) do |number|
        one.apply_async(square, number, callback: ->(_) { raise type, number.to_s })
      end
    end.value
  end

  def test_values_and_errors_survive_stress
    one = pool(2)
    under_stress do
      assert_equal [1, 4, 9], one.map(square, [1, 2, 3])
      assert_equal "asynchronous", one.apply(FIXTURE["const char *fixture_text(void)"])
      error = assert_raises(AsyncResult::TypeError) { one.apply(square, "text") }
      assert_includes error.message, "argument 1"
      assert_equal [0.5, 1.0], AsyncResult.array(:double, [0.5, 1]).to_a
    end
  end

  def test_callbacks_survive_stress
    one = pool(2)
    log = []
    under_stress do
      results = Array.new(5) { one.apply_async(square, _1, callback: log.method(:<<)) }
      assert_equal [0, 1, 4, 9, 16], results.map(&:get)
      failed = one.apply_async(square, 1, callback: ->(_) { raise Marked, "stress" })
      error = assert_raises(AsyncResult::TaskError) { failed.get }
      assert_equal "payload of stress", error.cause.payload
    end
    assert_equal [0, 1, 4, 9, 16], log.sort
  end

  def test_exceptions_held_by_the_library_survive_compaction
    one = pool(2)
    results = failed_results(one, 200)
    results.each(&:wait)
    3.times do
      Array.new(20_000) { |number| number.to_s }.clear
      GC.start
      GC.compact
    end
    results.each_with_index do |result, number|
      cause = assert_raises(AsyncResult::TaskError) { result.get }.cause
      assert_equal "payload of #{number}", cause.payload
    end
  end

  def test_compaction_at_every_collection
    skip "this Ruby cannot" unless GC.respond_to?(:auto_compact=)
    GC.auto_compact = true
    one = pool(2)
    texts = []
    results = Array.new(20) do |number|
      GC.start
      one.apply_async(square, number, callback: ->(value) { texts << value.to_s })
    end
    assert_equal (0...20).map { _1 * _1 }, results.each { GC.start }.map(&:get)
    assert_equal (0...20).map { (_1 * _1).to_s }, texts
  ensure
    GC.auto_compact = false if GC.respond_to?(:auto_compact=)
  end

  def test_exceptions_are_collected_with_their_results
    one = pool(2)
    # A thread keeps its value, so this one has none.
    Thread.new { failed_results(one, 100, Fleeting).each(&:wait) && nil }.join
    one.close
    one.join
    3.times { GC.start }
    # A stack may keep some by chance.
    assert_operator ObjectSpace.each_object(Fleeting).count, :<, 50
  end

  def test_handles_are_collected_with_their_objects
    threads = Thread.list
    Thread.new do
      200.times do
        one = AsyncResult::Pool.new(1)
        one.apply_async(square, 2, callback: ->(_) {}).get
      end
    end.join
    # The stack of an idle dispatcher may keep what its last callback knew.
    (Thread.list - threads).each(&:join)
    3.times { GC.start }
    assert_operator ObjectSpace.each_object(AsyncResult::Pool).count, :<, 100
  end

  # In kilobytes.
  def memory
    GC.start
    File.read("/proc/self/statm").split[1].to_i * 4
  end

  def poll(iterator, times)
    times.times do
      assert_raises(AsyncResult::TimeoutError) { iterator.next(timeout: 1e-9) }
    end
  end

  def test_waits_that_time_out_leave_nothing_behind
    skip "this system does not tell" unless File.readable?("/proc/self/statm")
    iterator = pool.imap(function(:latch_wait), [new_latch])
    growths = Array.new(4) do
      before = memory
      poll(iterator, 25_000)
      memory - before
    end
    assert_operator growths.min, :<, 1_500 # Ruby's own heap may grow once or twice
  end

  def test_twenty_thousand_tasks_with_callbacks
    one = pool(2)
    sum = 0
    results = Array.new(20_000) do |number|
      one.apply_async(square, number, callback: ->(value) { sum += value })
    end
    results.each(&:wait)
    assert_equal (0...20_000).sum { _1 * _1 }, sum
  end
end

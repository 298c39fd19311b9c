# frozen_string_literal: true

require_relative "support"

# Ruby code as tasks while the garbage collector runs, and moves objects, at any time.
class CodeGCTest < AsyncResultTest
  class Marked < StandardError
    attr_reader :payload

    def initialize(message = nil)
      super
      @payload = "payload of #{message}"
    end
  end

  # Of one test only, so that what a stack keeps of another is not counted.
  class Given; end

  def under_stress
    GC.stress = true
    yield
  ensure
    GC.stress = false
  end

  def test_calls_maps_and_errors_survive_stress
    one = pool(2)
    under_stress do
      assert_equal "ab!", one.apply("a", +"b") { |first, second| "#{first}#{second}!" }
      assert_equal %w[1 2 3], one.map(1..3, &:to_s)
      assert_equal ["a1"], one.imap([1].each) { |number| "a#{number}" }.to_a
      error = assert_raises(Marked) { one.apply { raise Marked, "stress" } }
      assert_equal "payload of stress", error.payload
      assert_equal 3, one.apply { one.apply { 1 } + one.apply { 2 } }
      assert_equal({ a: "b" }, one.apply(->(a:) { { a: a } }, kwargs: { a: "b" }))
    end
  end

  def test_callbacks_of_ruby_code_survive_stress
    one = pool(2)
    log = []
    under_stress do
      3.times { |number| one.apply_async(callback: log.method(:<<)) { number.to_s }.get }
    end
    assert_equal %w[0 1 2], log
  end

  def test_what_waits_in_results_survives_compaction
    one = pool(2)
    values = one.map_async(0...500) { |number| "value #{number}" }
    errors = Array.new(100) { |number| one.apply_async { raise Marked, number.to_s } }
    [values, *errors].each(&:wait)
    3.times do
      Array.new(20_000) { |number| number.to_s }.clear
      GC.start
      GC.compact
    end
    assert_equal (0...500).map { |number| "value #{number}" }, values.get
    errors.each_with_index do |result, number|
      assert_equal "payload of #{number}", assert_raises(Marked) { result.get }.payload
    end
  end

  def test_compaction_at_every_collection
    skip "this Ruby cannot" unless GC.respond_to?(:auto_compact=)
    GC.auto_compact = true
    one = pool(2)
    results = Array.new(30) do |number|
      GC.start if number % 5 == 0
      one.apply_async(number.to_s) { |text| GC.start || "<#{text}>" }
    end
    assert_equal (0...30).map { |number| "<#{number}>" }, results.map(&:get)
  ensure
    GC.auto_compact = false if GC.respond_to?(:auto_compact=)
  end

  # L1.13
  def test_what_tasks_refer_to_is_released_once_they_have_ended
    one = pool(2)
    gate = Thread::Queue.new
    Thread.new do
      200.times { one.apply_async(Given.new) { |given| given && nil }.wait }
      held = Array.new(2) { one.apply_async { gate.pop } }
      100.times { one.apply_async(Given.new, &:itself).cancel }
      2.times { gate << 1 }
      held.each(&:wait) && nil
    end.join
    one.close
    one.join
    3.times { GC.start }
    # A stack may keep some by chance.
    assert_operator ObjectSpace.each_object(Given).count, :<, 60
  end

  def test_twenty_thousand_tasks
    one = pool(2)
    results = Array.new(20_000) { |number| one.apply_async(number) { |same| same.to_s } }
    assert_equal (0...20_000).map(&:to_s), results.map(&:get)
  end

  def test_many_threads_submit_and_wait
    one = pool(3)
    threads = Array.new(6) do |place|
      Thread.new do
        Array.new(300) do |number|
          one.apply_async { number.odd? ? one.apply { place } : raise(Marked, place.to_s) }
        end.map { |result| result.error ? -1 : result.get }
      end
    end
    threads.each_with_index { |thread, place| assert_equal [-1, place] * 150, thread.value }
  end
end

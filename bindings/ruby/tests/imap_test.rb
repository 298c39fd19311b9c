# frozen_string_literal: true

require_relative "support"

# Lazy maps: what Ruby adds to the contract (B14, B15, B18).
class ImapTest < AsyncResultTest
  class Enough < StandardError; end

  # An input that is no Enumerable.
  class Countdown
    def each
      3.downto(1) { |number| yield number }
    end
  end

  # An input that gives what is pushed, and notes that it was left.
  class Pushed
    include Enumerable
    attr_reader :items, :thread, :left

    def initialize
      @items = Thread::Queue.new
      @left = Thread::Queue.new
    end

    def each
      @thread = Thread.current
      while (item = @items.pop)
        yield item
      end
    ensure
      @left << true
    end
  end

  def refused(type)
    assert_raises(type) { yield }.message
  end

  def ends(iterator)
    2.times { assert_raises(AsyncResult::StopIteration) { iterator.next } }
  end

  # Take all, and note the exceptions of another thread.
  def take_all(iterator, found, noted)
    loop do
      found << iterator.next
    rescue AsyncResult::TypeError
      found << :failed
    rescue Enough
      noted << true
    end
  end

  def test_whatever_has_each_is_an_input
    one = pool(2)
    inputs = [[3, 2, 1], Countdown.new, [3, 2, 1].each, 3.step(1, -1), Set[3, 2, 1],
              [3, 2, 1].lazy.select(&:positive?), AsyncResult.array(:int64, [3, 2, 1])]
    inputs.each { |input| assert_equal [9, 4, 1], one.imap(square, input).to_a }
    assert_equal [1, 4, 9], one.imap(square, 1..3).to_a
  end

  def test_what_is_yielded_together_is_one_item
    identity = FIXTURE["int64_t fixture_count(int64_t)"]
    pairs = pool.imap(identity, { 1 => 2 })
    assert_includes refused(AsyncResult::TypeError) { pairs.next }, "found a list"
    input = Enumerator.new { |items| items.yield(1, 2) }
    assert_includes refused(AsyncResult::TypeError) { pool.imap(identity, input).next }, "a list"
  end

  def test_an_iterator_is_enumerable_and_lazy
    endless = pool(2).imap(square, 1.., buffer_size: 8, chunk_size: 2)
    assert_equal [1, 4, 9], endless.first(3)
    assert_equal [16, 36], endless.lazy.select(&:even?).first(2)
    assert_equal [49, 64], endless.each.take(2)
    assert_kind_of Enumerator, endless.each
  end

  def test_each_goes_on_after_a_break_and_after_an_error
    iterator = pool.imap(function(:byte), [1, 2, 300, 4])
    iterator.each { |value| break if value == 1 }
    seen = []
    assert_raises(AsyncResult::TypeError) { iterator.each { |value| seen << value } }
    assert_same iterator, iterator.each { |value| seen << value }
    assert_equal [2, 4], seen
    ends(iterator)
  end

  def test_stop_iteration_in_the_block_is_the_blocks_own
    iterator = pool.imap(square, [1, 2])
    assert_raises(StopIteration) { iterator.each { raise StopIteration } }
    assert_equal [4], iterator.to_a
  end

  def test_an_input_raises_the_same_exception_once
    one = pool
    cause = RuntimeError.new("why")
    failures = [IOError.new("no"), StopIteration.new("mine"), SystemExit.new(3),
                AsyncResult::TimeoutError.new("late"), NotImplementedError.new("not yet")]
    failures.each do |failure|
      iterator = one.imap(square, Enumerator.new { |items| items << 3 && raise(failure, cause: cause) })
      assert_equal 9, iterator.next
      assert_same failure, assert_raises(failure.class) { iterator.next }
      assert_same cause, failure.cause
      assert_includes failure.backtrace.first, __FILE__
      ends(iterator)
    end
  end

  def test_an_input_that_leaves_its_thread_fails
    iterator = pool.imap(square, Enumerator.new { |items| items << 3 && Thread.exit })
    assert_equal 9, iterator.next
    assert_equal "the input was left before its end",
                 refused(AsyncResult::TaskError) { iterator.next }
    iterator = pool.imap(square, Enumerator.new { throw :out })
    assert_includes refused(UncaughtThrowError) { iterator.next }, ":out"
    ends(iterator)
  end

  def test_an_item_that_cannot_cross_ends_the_input_and_names_its_place
    input = Pushed.new
    [2, Object.new, 3].each { |item| input.items << item }
    iterator = pool.imap(square, input)
    assert_equal 4, iterator.next
    assert_match(/\Aitem 2: expected .* found Object\z/,
                 refused(AsyncResult::TypeError) { iterator.next })
    assert input.left.pop
    ends(iterator)
  end

  def test_a_slow_input_delays_no_timeout_and_no_other_thread
    input = Pushed.new
    iterator = pool.imap(square, input)
    [0, 0.01].each do |timeout|
      assert_raises(AsyncResult::TimeoutError) { iterator.next(timeout: timeout) }
    end
    input.items << 3
    assert_equal 9, iterator.next
    refute_same Thread.current, input.thread
    assert_equal "asyncresult input", input.thread.name
    input.items << nil
    ends(iterator)
  end

  def test_next_ends_for_what_ruby_has_and_the_input_goes_on
    input = Pushed.new
    iterator = pool.imap(square, input)
    assert_raises(Timeout::Error) { Timeout.timeout(0.01) { iterator.next } }
    taker = sleeping_thread { iterator.next }
    taker.raise(Enough)
    assert_raises(Enough) { taker.value }
    assert sleeping_thread { iterator.next }.kill.join
    input.items << 3 << 4 << nil
    assert_equal [9, 16], iterator.to_a
  end

  # Often a value has come when the exception is raised: then it is kept.
  def test_interrupts_lose_no_value
    iterator = pool(2).imap(function(:byte), 1..2000)
    found = []
    noted = []
    taker = Thread.new { take_all(iterator, found, noted) }
    while taker.alive?
      next Thread.pass unless taker.status == "sleep"

      count = noted.size
      taker.raise(Enough)
      Thread.pass while noted.size == count && taker.alive?
    end
    assert_equal (1..255).to_a + [:failed] * 1745, found
  end

  def test_control_c_ends_next
    script = <<~RUBY
      #{HOLD}
      wait = fixture["int64_t fixture_latch_wait(int64_t)"]
      iterator = AsyncResult::Pool.new(1).imap(wait, [latch].each)
      main = Thread.current
      Thread.new { Thread.pass until main.stop?; Process.kill(:INT, Process.pid) }
      begin
        iterator.next
      rescue Interrupt
        pool.apply(release, latch)
        puts(iterator.next == latch)
      end
    RUBY
    output, errors, status = run_script(script)
    assert_equal ["true\n", "", 0], [output, errors, status.exitstatus]
  end

  def test_threads_share_the_values
    iterator = pool(2).imap(square, 1..200)
    takers = Array.new(4) { Thread.new { iterator.to_a } }
    assert_equal (1..200).map { _1 * _1 }, takers.flat_map(&:value).sort
  end

  def test_close_leaves_the_input_and_hands_out_nothing_more
    input = Pushed.new
    iterator = pool.imap(square, input)
    input.items << 3
    assert_equal 9, iterator.next
    taker = sleeping_thread { iterator.next }
    2.times { iterator.close }
    assert_raises(AsyncResult::CancelledError) { taker.value }
    assert input.left.pop
    ends(iterator)
  end

  def test_the_owner_of_the_queue_runs_callbacks_while_it_waits
    one = pool(1, queue: AsyncResult::Queue.new.own)
    input = Pushed.new
    iterator = one.imap(square, input)
    assert_raises(AsyncResult::TimeoutError) { iterator.next(timeout: 0.01) }
    one.apply_async(square, 2, callback: input.items.method(:<<))
    assert_equal 16, iterator.next
    one.apply_async(square, 3, callback: ->(_) { input.items << nil })
    ends(iterator)
  end

  def test_lazy_maps_in_a_strand
    one = pool(2)
    together = FIXTURE["int64_t fixture_together(int64_t)"]
    meter = one.apply(FIXTURE["int64_t fixture_meter_new(void)"])
    assert_equal 20, one.strand.imap_unordered(together, [meter] * 20).count
    assert_equal 1, one.apply(FIXTURE["int64_t fixture_max_together(int64_t)"], meter)
  end

  def test_an_array_waits_for_a_place_and_is_interruptible
    held, latch, = held_pool(queue_limit: 1)
    first = held.apply_async(square, 2)
    assert_raises(Timeout::Error) { Timeout.timeout(0.05) { held.imap(square, [1, 2]) } }
    open_latch(latch)
    assert_equal 4, first.get
    assert_equal [1, 4], held.imap(square, [1, 2]).to_a
  end

  def test_what_cannot_be_a_lazy_map_is_refused
    one = pool
    assert_raises(AsyncResult::ArgumentError) { one.imap_unordered(square, [1]) { 2 } }
    assert_equal "expected an Array, a TypedArray or an object with each, found Integer",
                 refused(AsyncResult::ArgumentError) { one.imap(square, 5) }
    assert_equal "buffer_size: expected an Integer, found 1.5",
                 refused(AsyncResult::ArgumentError) { one.imap(square, [1], buffer_size: 1.5) }
    assert_raises(ArgumentError) { one.imap(square, [1], errors: :first) }
    one.close
    assert_raises(AsyncResult::PoolClosedError) { one.imap(square, [1]) }
    assert_raises(AsyncResult::PoolClosedError) { one.imap(square, 1..) }
  end

  def test_survives_stress_and_compaction
    GC.stress = true
    one = pool(2)
    iterator = one.imap(square, Enumerator.new { |items| items << 2 << 3 && raise(Enough, "go") })
    assert_equal [4, 9], Array.new(2) { iterator.next }
    GC.stress = false
    GC.compact
    assert_equal "go", refused(Enough) { iterator.next }
    GC.stress = true
    assert_equal [1, 4], one.imap(square, [1, 2]).to_a
    assert_raises(AsyncResult::TypeError) { one.imap(square, ["text"]).next }
  ensure
    GC.stress = false
  end

  def test_a_program_ends_while_an_input_is_read
    script = <<~RUBY
      square = AsyncResult::Library.open(ENV.fetch("ASYR_FIXTURE"))["int64_t fixture_square(int64_t)"]
      pool = AsyncResult::Pool.new(1)
      endless = pool.imap(square, 1..)
      silent = pool.imap(square, Enumerator.new { Thread::Queue.new.pop })
      waiting = Thread.new { silent.next }
      p endless.next
      Thread.pass until waiting.stop?
      exit(7)
    RUBY
    output, errors, status = run_script(script)
    assert_equal ["1\n", "", 7], [output, errors, status.exitstatus]
  end

  def test_the_child_of_a_fork_has_no_values
    iterator = pool.imap(square, 1..)
    child = fork do
      iterator.next
    rescue AsyncResult::ForkedError
      exit(5)
    end
    assert_equal 5, Process.wait2(child).last.exitstatus
    assert_equal 1, iterator.next
  end
end

# frozen_string_literal: true

require_relative "support"

# Maps over blocks, and pools in which Ruby code and C functions run.
class CodeMapTest < AsyncResultTest
  class Odd < StandardError; end

  def odd(number)
    number.odd? ? raise(Odd, number.to_s) : number
  end

  def test_map_takes_any_enumerable_before_a_block
    one = pool(2)
    assert_equal [1, 4, 9], one.map(1..3) { |number| number * number }
    assert_equal %w[a b], one.map(%i[a b].each, &:to_s)
    assert_equal %w[1 2], one.map([1, 2].lazy, &:to_s)
    assert_equal [3, 7], one.map([[1, 2], [3, 4]]) { |a, b| a + b }
    assert_equal [1.5], one.map(AsyncResult.array(:double, [0.5])) { |number| number + 1 }
    assert_equal [[1, 2]], one.map([[1, 2]], &->(pair) { pair })
    assert_equal [2, 12], one.starmap([[1, 2], [3, 4]], &->(a, b) { a * b })
    assert_equal [1, 2], one.map(method(:Integer), %w[1 2])
    assert_equal [], one.map([]) { raise }
  end

  def test_items_and_values_are_the_objects_themselves
    items = Array.new(50) { Object.new }
    found = pool(2).map(items, &:itself)
    items.zip(found) { |item, value| assert_same item, value }
  end

  def test_an_array_that_changes_meanwhile_changes_nothing
    one = pool
    gate = Thread::Queue.new
    items = [1, 2, 3]
    result = one.map_async(items) { |number| number == 1 ? gate.pop : number }
    items.clear
    gate << 1
    assert_equal [1, 2, 3], result.get
  end

  def test_the_policies_for_errors
    one = pool
    chunked = ->(**options) { one.map_async(1..4, chunk_size: 1, **options, &method(:odd)) }
    assert_equal "1", assert_raises(Odd) { chunked.call.get }.message
    assert_equal "1", assert_raises(Odd) { chunked.call(errors: :lowest).get }.message
    assert_equal "1", assert_raises(Odd) { chunked.call(errors: :fail_fast).get }.message
    found = chunked.call(errors: :collect).get
    assert_equal [Odd, Integer, Odd, Integer], found.map(&:class)
    assert_equal "3", found[2].message
  end

  def test_imap_takes_a_block_and_is_lazy
    one = pool(2)
    assert_equal %w[1 2 3], one.imap(1..3, &:to_s).to_a
    endless = (1..).lazy.map { |number| number * 2 }
    assert_equal [2, 4, 6], one.imap(endless, buffer_size: 4, &:itself).first(3)
    assert_equal [1, 2], one.imap([1, 2]) { |number| number }.lazy.first(2)
    assert_equal [1, 2, 3], one.imap_unordered([3, 1, 2], &:itself).sort
    object = Object.new
    assert_same object, one.imap([object].each, &:itself).next
    assert_equal 6, one.imap(1..3, &:itself).each_slice(2).sum(&:sum)
  end

  def test_imap_raises_an_items_exception_at_its_place
    iterator = pool.imap([1, 2, 3, 4], &method(:odd))
    found = Array.new(4) do
      iterator.next
    rescue Odd => error
      error.message
    end
    assert_equal ["1", 2, "3", 4], found
    assert_raises(StopIteration) { iterator.next }
  end

  def test_starmap_refuses_what_is_no_list_at_the_call
    assert_raises(NoMethodError) { pool.starmap([1]) { 1 } }
  end

  # L1.12
  def test_c_functions_and_blocks_run_in_one_pool
    one = pool
    results = (1..20).map do |number|
      number.odd? ? one.apply_async(square, number) : one.apply_async { number * number }
    end
    assert_equal (1..20).map { |number| number * number }, results.map(&:get)
    assert_equal 49, one.apply { one.apply(square, 7) }
  end

  def test_a_held_c_function_leaves_ruby_code_alone
    held, latch, result = held_pool
    assert_equal 3, held.apply { 3 }
    open_latch(latch)
    assert_equal latch, result.get
  end

  def test_threads_of_ruby_are_made_when_they_are_needed
    one = pool(3, name: name)
    named = -> { Thread.list.select { |thread| thread.name == name } }
    one.apply(square, 2)
    assert_empty named.call
    one.apply { 1 }
    assert_equal 1, named.call.size
    gate = Thread::Queue.new
    entered = Thread::Queue.new
    held = Array.new(3) { one.apply_async { entered << true && gate.pop } }
    3.times { entered.pop }
    assert_equal 3, named.call.size
    3.times { gate << true }
    held.each(&:wait)
    one.close
    assert one.join
    Thread.pass until named.call.empty?
  end

  def test_an_initializer_of_ruby_prepares_each_worker
    log = Thread::Queue.new
    one = pool(2, initializer: ->(*given) { log << [given, Thread.current] }, initargs: [1, :two])
    threads = one.map(1..50, chunk_size: 1) { Thread.current }.uniq
    prepared = Array.new(log.size) { log.pop }
    assert_equal [[1, :two]], prepared.map(&:first).uniq
    assert_empty threads - prepared.map(&:last)
    assert_equal 4, one.apply(square, 2)
  end

  def test_a_c_function_prepares_the_workers_of_both_kinds
    counter = @control.apply(FIXTURE["int64_t fixture_counter_new(void)"])
    one = pool(1, initializer: FIXTURE["int64_t fixture_count(int64_t)"], initargs: [counter])
    assert_equal [4, 5], [one.apply(square, 2), one.apply { 5 }]
    assert_equal 2, @control.apply(FIXTURE["int64_t fixture_counter_get(int64_t)"], counter)
  end

  def test_an_initializer_that_raises_breaks_the_pool
    one = pool(1, initializer: -> { raise Odd, "not ready" })
    error = one.apply_async { 1 }.error
    assert_instance_of AsyncResult::BrokenError, error
    assert_equal ["not ready", Odd], [error.cause.message, error.cause.class]
    assert_equal :broken, one.state
    assert_raises(AsyncResult::BrokenError) { one.apply { 1 } }
    assert_raises(AsyncResult::ArgumentError) { pool(1, initializer: -> {}, initargs: 1) }
    assert_raises(AsyncResult::ArgumentError) { pool(1, initializer: 1) }
  end

  def test_a_worker_is_replaced_after_its_tasks
    one = pool(1, max_tasks_per_worker: 2)
    threads = Array.new(6) { one.apply { Thread.current } }
    assert_operator threads.uniq.size, :>=, 3
    one.map_async(1..8, chunk_size: 1, &:itself).tap { one.close }.wait
    assert one.join
  end

  def test_a_strand_keeps_the_order_of_ruby_code
    one = pool(4)
    log = []
    strand = one.strand
    running = 0
    results = Array.new(20) do |number|
      strand.apply_async do
        running += 1
        Thread.pass
        log << [number, running]
        running -= 1
      end
    end
    results.each(&:get)
    assert_equal (0...20).map { |number| [number, 1] }, log
    assert_equal [1, 4], strand.map([1, 2]) { |number| number * number }
  end

  def test_a_pinned_strand_is_one_thread_of_its_own
    one = pool(2)
    strand = one.strand(pinned: true)
    threads = Array.new(5) { strand.apply { Thread.current } }.uniq
    assert_equal 1, threads.size
    assert_empty threads & one.map(1..20, chunk_size: 1) { Thread.current }
  end

  def test_a_strand_is_for_c_functions_or_for_ruby_code
    one = pool
    first, second = one.strand, one.strand
    first.apply(square, 2)
    second.apply { 1 }
    assert_raises(AsyncResult::ArgumentError) { first.apply { 1 } }
    assert_raises(AsyncResult::ArgumentError) { second.apply(square, 1) }
    assert_raises(AsyncResult::ArgumentError) { pool.apply(strand: second) { 1 } }
  end

  def test_a_full_queue_holds_for_ruby_code
    gate = Thread::Queue.new
    entered = Thread::Queue.new
    hold = lambda do |one|
      one.apply_async { entered << true && gate.pop }
      entered.pop
      one.apply_async { 1 }
    end
    failing = pool(1, queue_limit: 1, when_full: :fail)
    hold.call(failing)
    assert_raises(AsyncResult::QueueFullError) { failing.apply_async { 2 } }
    running = pool(1, queue_limit: 1, when_full: :caller_runs)
    hold.call(running)
    assert_same Thread.current, running.apply_async { Thread.current }.get(timeout: 0)
    blocking = pool(1, queue_limit: 1)
    hold.call(blocking)
    assert_raises(Timeout::Error) { Timeout.timeout(0.05) { blocking.apply_async { 3 } } }
    3.times { gate << true }
  end

  # The throw goes on in the thread that ran the task.
  def test_what_a_caller_runs_may_leave_it
    one = pool(1, queue_limit: 1, when_full: :caller_runs)
    gate = Thread::Queue.new
    entered = Thread::Queue.new
    one.apply_async { entered << true && gate.pop }
    entered.pop
    one.apply_async { 1 }
    assert_equal 1, catch(:out) { one.apply_async { throw :out, 1 } }
    assert_instance_of Odd, one.apply_async { raise Odd }.error
    gate << true
  end

  def test_closed_and_terminated_pools_refuse_ruby_code
    closed, ended = pool, pool
    closed.close
    ended.terminate
    assert_raises(AsyncResult::PoolClosedError) { closed.apply { 1 } }
    assert_raises(AsyncResult::PoolClosedError) { closed.map([]) { 1 } }
    assert_raises(AsyncResult::TerminatedError) { ended.apply { 1 } }
    used = pool
    used.apply { 1 }
    used.close
    assert_raises(AsyncResult::PoolClosedError) { used.apply { 1 } }
    assert used.join
  end
end

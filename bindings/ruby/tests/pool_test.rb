# frozen_string_literal: true

require_relative "support"

# Pools and results in the idiom of Ruby.
class PoolTest < AsyncResultTest
  def test_open_gives_the_blocks_value_and_ends_the_pool
    kept = nil
    value = AsyncResult::Pool.open(2) do |opened|
      kept = opened
      opened.apply(square, 3)
    end
    assert_equal [9, :terminated], [value, kept.state]
  end

  def test_open_ends_the_pool_when_the_block_raises
    kept = nil
    assert_raises(IOError) do
      AsyncResult::Pool.open(1) do |opened|
        kept = opened
        raise IOError
      end
    end
    assert_equal :terminated, kept.state
  end

  def test_open_without_a_block_is_new
    @pools << AsyncResult::Pool.open(3)
    assert_equal [:open, 3], [@pools.last.state, @pools.last.workers]
  end

  def test_a_forked_child_may_leave_the_block
    status = AsyncResult::Pool.open(1) do
      child = fork { nil }
      Process.wait2(child || exit!(0)).last
    end
    assert_predicate status, :success?
    script = <<~RUBY
      child = nil
      AsyncResult::Pool.open(1) { child = fork }
      exit(5) unless child
      exit(Process.wait2(child).last.exitstatus)
    RUBY
    assert_equal 5, run_script(script).last.exitstatus
  end

  def test_inspect
    one = pool
    assert_equal "#<AsyncResult::Pool open, 1 workers>", one.inspect
    good = one.apply_async(square, 5)
    bad = one.apply_async(square, "x")
    [good, bad].each(&:wait)
    assert_equal "#<AsyncResult ready, 25>", good.inspect
    assert_match(/\A#<AsyncResult failed, Type: argument 1.*>\z/, bad.inspect)
    _, _, running = held_pool
    assert_equal "#<AsyncResult running>", running.inspect
    assert_equal "#<AsyncResult::CFunction int64_t fixture_square(int64_t)>", square.inspect
  end

  def test_what_is_neither_a_function_nor_a_block_is_refused
    one = pool
    [nil, "cos", 1].each do |wrong|
      error = assert_raises(AsyncResult::ArgumentError) { one.apply_async(wrong) }
      assert_includes error.message, "found #{wrong.inspect}"
      assert_raises(AsyncResult::ArgumentError) { one.map(wrong, [1]) }
    end
    assert_raises(AsyncResult::ArgumentError) { one.apply_async }
    assert_raises(AsyncResult::ArgumentError) { one.map { 1 } }
    assert_raises(AsyncResult::ArgumentError) { one.map(square) }
  end

  def test_a_function_and_a_block_are_refused
    one = pool
    assert_raises(AsyncResult::ArgumentError) { one.apply(square, 1) { 1 } }
    assert_raises(AsyncResult::ArgumentError) { one.map(square, [1]) { 1 } }
    assert_raises(AsyncResult::ArgumentError) { one.apply(square, 1, kwargs: { a: 1 }) }
  end

  def test_wrong_options_are_argument_errors
    [{ workers: 0 }, { workers: 1.5 }, { workers: "2" }, { workers: 2**70 },
     { queue_limit: 1, when_full: :wait }, { max_tasks_per_worker: 0 },
     { queue_limit: 0 }, { initializer: square, initargs: 5 }].each do |wrong|
      options = wrong.dup
      workers = options.delete(:workers)
      assert_raises(AsyncResult::ArgumentError, wrong.inspect) { pool(workers, **options) }
    end
    assert_raises(::ArgumentError) { pool(1, workers: 1) }
    assert_raises(AsyncResult::ArgumentError) { pool.map(square, [1], errors: :ignore) }
  end

  def test_results_cannot_be_made_by_hand
    assert_raises(NoMethodError) { AsyncResult.new }
  end

  def test_map_takes_any_enumerable
    one = pool
    assert_equal [1, 4, 9], one.map(square, 1..3)
    assert_equal [1, 4], one.map(square, [1, 2].lazy)
    assert_equal [4], one.starmap(square, Set[[2]])
    error = assert_raises(IOError) { one.map(square, Enumerator.new { raise IOError, "input" }) }
    assert_equal "input", error.message
  end

  def test_unknown_libraries_symbols_and_prototypes_say_so
    error = assert_raises(AsyncResult::LibraryError) { AsyncResult::Library.open("no-such") }
    assert_includes error.message, "no-such"
    error = assert_raises(AsyncResult::SymbolError) { FIXTURE["int no_such(int)"] }
    assert_includes error.message, "no_such"
    assert_raises(AsyncResult::PrototypeError) { FIXTURE["int ("] }
    assert_raises(::TypeError) { FIXTURE[1] }
    assert_raises(::ArgumentError) { FIXTURE["int f\0(void)"] }
  end

  def test_the_running_program_is_a_library
    assert_equal 3, pool.apply(AsyncResult.c_function(nil, "size_t strlen(const char *)"), "abc")
  end

  def test_a_strand_submits_in_every_way
    one = pool
    [one.strand, one.strand(pinned: true)].each do |strand|
      assert_equal 4, strand.apply(square, 2)
      assert_equal 9, strand.apply_async(square, 3).get
      assert_equal [1, 4], strand.map(square, [1, 2])
      assert_equal [1, 4], strand.starmap_async(square, [[1], [2]], chunk_size: 1).get
    end
  end

  def test_a_strand_of_another_pool_is_an_argument_error
    assert_raises(AsyncResult::ArgumentError) { pool.apply_async(square, 1, strand: pool.strand) }
  end

  # By :workers the only worker, which is held, would have to run it.
  def test_a_thread_that_waits_helps_where_all_may
    held, = held_pool(helping: :all)
    helper = Thread.new { [held.apply(square, 5), held.map(square, 1..3)] }
    assert_equal [25, [1, 4, 9]], helper.value
    assert_raises(AsyncResult::TimeoutError) { held.apply_async(square, 5).get(timeout: 0.01) }
  end

  def test_helping_and_spare_workers_are_checked
    assert_equal 4, pool(1, helping: :workers, spare_workers: 0).apply(square, 2)
    assert_raises(AsyncResult::ArgumentError) { pool(1, helping: true) }
    assert_raises(AsyncResult::ArgumentError) { pool(1, helping: nil) }
    assert_raises(AsyncResult::ArgumentError) { pool(1, spare_workers: -1) }
    assert_raises(AsyncResult::ArgumentError) { pool(1, spare_workers: 1.5) }
  end

  def test_c_functions_run_in_parallel_while_ruby_works
    two = pool(2)
    latch = new_latch
    results = Array.new(2) { two.apply_async(function(:latch_wait), latch) }
    @control.apply(function(:wait_for_waiters), latch, 2)
    assert_equal 5050, (1..100).sum
    open_latch(latch)
    assert_equal [latch, latch], results.map(&:get)
  end

  def test_the_caller_that_runs_a_task_lets_other_threads_run
    held, latch, = held_pool(queue_limit: 1, when_full: :caller_runs)
    held.apply_async(square, 1)
    inner = new_latch
    caller = sleeping_thread { held.apply_async(function(:latch_wait), inner) }
    open_latch(inner)
    assert_equal inner, caller.value.get
    open_latch(latch)
  end
end

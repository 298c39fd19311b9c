# frozen_string_literal: true

require_relative "support"

# Waits inside tasks of Ruby code (B24), interrupts (B6), and the end of things.
class CodeWaitTest < AsyncResultTest
  class Enough < StandardError; end

  def nested(one, depth)
    depth.zero? ? 0 : one.apply { nested(one, depth - 1) + 1 }
  end

  def test_a_task_waits_for_tasks_of_its_pool
    one = pool
    assert_equal 3, one.apply { one.apply { 1 } + one.apply { 2 } }
    assert_equal [2, 4], one.apply { one.map([1, 2]) { |number| number * 2 } }
    assert_equal [1, 2], one.apply { one.imap([1, 2], &:itself).to_a }
    assert_equal 1, one.apply { one.apply_async { 1 }.get(timeout: LIMIT) }
  end

  def test_tasks_wait_for_input_that_another_thread_reads
    [{}, { spare_workers: 0 }].each do |options|
      two = pool(2, **options)
      gate = Thread::Queue.new
      input = Enumerator.new { |items| items << gate.pop << 2 }
      results = Array.new(2) { two.apply_async { two.imap(input, &:itself).to_a } }
      2.times { gate << 1 }
      assert_equal [[1, 2]] * 2, results.map(&:get)
    end
  end

  def test_tasks_wait_for_tasks_a_hundred_deep
    assert_equal 100, nested(pool, 100)
  end

  def test_a_spare_worker_stands_in_for_one_that_waits
    one = pool
    _, latch, held = held_pool
    waiting = one.apply_async { held.get }
    assert_equal 5, one.apply { 5 }
    open_latch(latch)
    assert_equal latch, waiting.get
  end

  def test_without_spare_workers_the_place_stays_empty
    one = pool(1, spare_workers: 0)
    _, latch, held = held_pool
    entered = Thread::Queue.new
    waiting = one.apply_async do
      entered << true
      held.get
    end
    entered.pop
    queued = one.apply_async { 5 }
    refute queued.wait(timeout: 0.02)
    open_latch(latch)
    assert_equal [latch, 5], [waiting.get, queued.get]
  end

  def test_a_task_that_waits_for_itself_is_a_deadlock
    box = Thread::Queue.new
    result = pool.apply_async { box.pop.get }
    box << result
    assert_raises(AsyncResult::DeadlockError) { result.get }
  end

  def test_a_circle_of_waits_is_a_deadlock
    two = pool(2)
    boxes = Array.new(2) { Thread::Queue.new }
    results = Array.new(2) { |place| two.apply_async { boxes[place].pop.get } }
    boxes.each_with_index { |box, place| box << results[1 - place] }
    assert_includes results.map { |result| result.error.class }, AsyncResult::DeadlockError
  end

  def test_join_inside_a_task_is_a_deadlock
    one = pool
    gate = Thread::Queue.new
    result = one.apply_async { gate.pop && one.join }
    one.close
    gate << true
    assert_raises(AsyncResult::DeadlockError) { result.get }
  end

  def test_the_last_reference_may_go_inside_a_task
    finished = Thread::Queue.new
    Thread.new do
      one = AsyncResult::Pool.new(1)
      one.apply_async { finished << (one.workers == 1) }
      nil
    end.join
    assert finished.pop
    3.times { GC.start }
  end

  def test_a_dropped_pool_ends_with_its_threads
    Thread.new do
      20.times { AsyncResult::Pool.new(1, name: name).apply { 1 } }
      nil
    end.join
    ended = lambda do
      GC.start
      Thread.list.count { |thread| thread.name&.start_with?(name) } < 10
    end
    Thread.pass until ended.call
    assert ended.call
  end

  # B6
  def test_timeout_raise_and_kill_end_a_wait_for_ruby_code
    one = pool
    gate = Thread::Queue.new
    result = one.apply_async { gate.pop }
    assert_raises(Timeout::Error) { Timeout.timeout(0.02) { result.get } }
    reader = sleeping_thread { result.get }
    reader.raise(Enough)
    assert_raises(Enough) { reader.value }
    assert sleeping_thread { result.get }.kill.join
    gate << 5
    assert_equal 5, result.get
  end

  def test_what_interrupts_a_task_that_runs_what_it_waits_for_ends_both
    one = pool
    entered = Thread::Queue.new
    inner = nil
    outer = one.apply_async do
      inner = one.apply_async do
        entered << Thread.current
        sleep
      end
      inner.get
    end
    entered.pop.raise(Enough)
    assert_raises(Enough) { outer.get }
    assert_raises(Enough) { inner.get }
    assert_equal 1, one.apply { 1 }
  end

  def test_timeout_ends_a_wait_that_runs_what_it_waits_for
    one = pool
    outer = one.apply_async { Timeout.timeout(0.02) { one.apply { sleep } } }
    assert_instance_of Timeout::Error, outer.error
    assert_equal 1, one.apply { 1 }
  end

  def test_timeout_works_inside_a_task_that_a_waiting_one_runs
    one = pool
    inner = one.apply do
      one.apply do
        Timeout.timeout(0.02) { sleep }
      rescue Timeout::Error
        :in_time
      end
    end
    assert_equal :in_time, inner
  end

  def test_a_kill_below_a_wait_ends_both_tasks
    one = pool
    inner = nil
    outer = one.apply_async do
      inner = one.apply_async { Thread.exit }
      inner.get
    end
    assert_raises(AsyncResult::WorkerLostError) { outer.get }
    assert_raises(AsyncResult::WorkerLostError) { inner.get }
    assert_equal 1, one.apply { 1 }
  end

  def test_a_waiting_thread_runs_ruby_code_where_all_help
    one = pool(1, helping: :all)
    gate = Thread::Queue.new
    entered = Thread::Queue.new
    held = one.apply_async { entered << true && gate.pop }
    entered.pop
    assert_same Thread.current, one.apply_async { Thread.current }.get
    gate << 1
    assert_equal 1, held.get
  end

  def test_io_select_tells_that_a_callback_is_due
    queue = AsyncResult::Queue.new
    one = pool(1, queue: queue)
    log = []
    one.apply_async(callback: log.method(:<<)) { :done }
    queue.run while log.empty? && IO.select([queue], nil, nil, LIMIT)
    assert_equal [:done], log
  end

  def assert_script(expected, script)
    output, errors, status = run_script(script)
    assert_equal expected, [output, errors, status.exitstatus]
  end

  def test_exit_while_ruby_code_runs_sleeps_and_waits
    assert_script ["", "", 7], <<~RUBY
      pool = AsyncResult::Pool.new(3)
      entered = Thread::Queue.new
      pool.apply_async { entered << 1; sleep }
      pool.apply_async { entered << 1; loop { 1 + 1 } }
      pool.apply_async { entered << 1; Thread::Queue.new.pop }
      3.times { entered.pop }
      10.times { pool.apply_async { sleep } }
      exit(7)
    RUBY
  end

  def test_exit_inside_the_block_of_a_pool_with_ruby_code
    assert_script ["", "", 7], <<~RUBY
      AsyncResult::Pool.open(2) do |pool|
        pool.map(1..10) { |number| number }
        exit(7)
      end
    RUBY
  end

  def test_ruby_code_runs_while_at_exit_does
    assert_script ["[1, 4]\n", "", 0], <<~RUBY
      pool = AsyncResult::Pool.new(2)
      pool.apply { 1 }
      at_exit { p pool.map([1, 2]) { |number| number * number } }
    RUBY
  end

  def test_a_forked_child_cannot_use_the_pool_and_may_have_its_own
    assert_script ["true\n", "", 0], <<~RUBY
      pool = AsyncResult::Pool.new(2)
      pool.apply { 1 }
      child = fork do
        begin
          pool.apply { 1 }
          exit!(1)
        rescue AsyncResult::ForkedError
          AsyncResult::Pool.open(1) { |own| exit!(own.apply { 9 }) }
        end
      end
      p Process.wait2(child).last.exitstatus == 9
      pool.apply { 2 }
    RUBY
  end

  def test_a_fork_inside_a_task
    assert_script ["5\n", "", 0], <<~RUBY
      pool = AsyncResult::Pool.new(1)
      child = pool.apply { fork { exit!(5) } }
      puts Process.wait2(child).last.exitstatus
    RUBY
  end

  def test_control_c_ends_a_task_that_the_main_thread_runs_and_its_wait
    assert_script ["interrupted\nTaskError Interrupt\n", "", 0], <<~RUBY
      pool = AsyncResult::Pool.new(1, helping: :all)
      entered = Thread::Queue.new
      pool.apply_async { entered << 1; sleep }
      entered.pop
      result = pool.apply_async { Process.kill(:INT, Process.pid); sleep }
      begin
        result.get
      rescue Interrupt
        puts("interrupted")
      end
      error = result.error
      puts("\#{error.class.name.split("::").last} \#{error.cause.class}")
      exit
    RUBY
  end

  def test_control_c_ends_a_wait_for_ruby_code
    assert_script ["interrupted\n", "", 0], <<~RUBY
      pool = AsyncResult::Pool.new(1)
      main = Thread.current
      result = pool.apply_async { Thread.pass until main.stop?; Process.kill(:INT, Process.pid); sleep }
      begin
        result.get
      rescue Interrupt
        puts("interrupted")
      end
      exit
    RUBY
  end
end

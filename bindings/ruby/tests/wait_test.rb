# frozen_string_literal: true

require_relative "support"

# Waits give the interpreter to others and end when Ruby says so (B6); the result is
# readable afterwards.
class WaitTest < AsyncResultTest
  class Enough < StandardError; end

  # For a script: HOLD, and `full`, whose next submit waits for a place.
  FULL = <<~RUBY
    #{HOLD}
    full = AsyncResult::Pool.new(1, queue_limit: 1)
    full.apply_async(fixture["int64_t fixture_latch_wait(int64_t)"], latch)
    pool.apply(fixture["int64_t fixture_wait_for_waiters(int64_t, int64_t)"], latch, 2)
    square = fixture["int64_t fixture_square(int64_t)"]
    full.apply_async(square, 2)
    main = Thread.current
  RUBY

  def test_other_threads_run_while_one_waits
    _, latch, result = held_pool
    reader = sleeping_thread { result.get }
    open_latch(latch) # By a thread that needs the GVL.
    assert_equal latch, reader.value
  end

  def test_timeout_ends_get
    _, latch, result = held_pool
    assert_raises(Timeout::Error) { Timeout.timeout(0.05) { result.get } }
    open_latch(latch)
    assert_equal latch, result.get
  end

  def test_timeout_ends_wait_and_join
    held, latch, result = held_pool
    held.close
    assert_raises(Timeout::Error) { Timeout.timeout(0.05) { result.wait } }
    assert_raises(Timeout::Error) { Timeout.timeout(0.05) { held.join } }
    open_latch(latch)
    assert held.join
  end

  def test_thread_raise_ends_get
    _, latch, result = held_pool
    reader = sleeping_thread { result.get(timeout: 1000) }
    reader.raise(Enough)
    assert_raises(Enough) { reader.value }
    open_latch(latch)
    assert_equal latch, result.get
  end

  def test_thread_kill_ends_get_and_runs_ensure
    _, latch, result = held_pool
    cleaned = false
    reader = sleeping_thread do
      result.get
    ensure
      cleaned = true
    end
    reader.kill.join
    assert cleaned
    open_latch(latch)
    assert_equal latch, result.get
  end

  def test_a_masked_interrupt_comes_after_the_wait
    _, latch, result = held_pool
    value = nil
    reader = sleeping_thread do
      Thread.handle_interrupt(Enough => :never) { value = result.get }
    end
    reader.raise(Enough)
    open_latch(latch)
    assert_raises(Enough) { reader.value }
    assert_equal latch, value
  end

  def test_wakeup_does_not_end_a_wait
    _, latch, result = held_pool
    reader = sleeping_thread { result.get }
    3.times { reader.wakeup }
    open_latch(latch)
    assert_equal latch, reader.value
  end

  def test_a_trap_runs_and_the_wait_goes_on_to_its_deadline
    script = <<~RUBY
      #{HOLD}
      trap(:USR1) { $stdout.syswrite("trapped\\n") }
      main = Thread.current
      Thread.new { Thread.pass until main.stop?; Process.kill(:USR1, Process.pid) }
      begin
        hold.get(timeout: 0.3)
      rescue AsyncResult::TimeoutError
        pool.apply(release, latch)
        puts(hold.get == latch)
      end
    RUBY
    output, errors, status = run_script(script)
    assert_equal ["trapped\ntrue\n", "", 0], [output, errors, status.exitstatus]
  end

  def test_control_c_on_a_terminal_ends_get
    script = <<~RUBY
      #{HOLD}
      main = Thread.current
      Thread.new { Thread.pass until main.stop?; puts("waiting") }
      begin
        hold.get
      rescue Interrupt
        pool.apply(release, latch)
        puts("interrupted", hold.get == latch)
      end
    RUBY
    PTY.spawn(*command("-e", script)) do |output, input, child|
      assert_equal "waiting", output.gets.chomp
      input.write("\x03")
      lines = Array.new(2) { output.gets.chomp.delete_prefix("^C") }
      assert_equal %w[interrupted true], lines
      assert_equal 0, Process.wait2(child).last.exitstatus
    end
  end

  def test_a_signal_that_ends_the_program_does
    script = "#{HOLD}\nputs('waiting')\n$stdout.flush\nhold.get"
    Open3.popen2(*command("-e", script), err: File::NULL) do |_, output, waiter|
      output.gets
      Process.kill(:TERM, waiter.pid)
      assert_equal Signal.list["TERM"], waiter.value.termsig
    end
  end

  def test_a_submit_that_waits_for_a_place_is_interruptible
    held, latch, = held_pool(queue_limit: 1)
    first = held.apply_async(square, 2)
    assert_raises(Timeout::Error) { Timeout.timeout(0.05) { held.apply_async(square, 3) } }
    submitter = sleeping_thread { held.apply_async(square, 4) }
    submitter.raise(Enough)
    assert_raises(Enough) { submitter.value }
    open_latch(latch)
    assert_equal 4, first.get
    assert_equal 25, held.apply(square, 5)
  end

  def test_thread_kill_ends_a_submit_that_waits_for_a_place
    held, latch, = held_pool(queue_limit: 1)
    first = held.apply_async(square, 2)
    called = Thread::Queue.new
    submitter = sleeping_thread { held.apply_async(square, 3, callback: called.method(:push)) }
    submitter.kill.join
    open_latch(latch)
    assert_equal 4, first.get
    held.close
    assert held.join # With the callbacks of whatever was accepted.
    assert_empty called
  end

  def test_a_trap_runs_and_the_submit_goes_on
    script = <<~RUBY
      #{FULL}
      trapped = Thread::Queue.new
      trap(:USR1) { trapped << true }
      Thread.new do
        Thread.pass until main.stop?
        Process.kill(:USR1, Process.pid)
        trapped.pop
        Thread.pass until main.stop?
        pool.apply(release, latch)
      end
      p full.apply_async(square, 3).get
    RUBY
    output, errors, status = run_script(script)
    assert_equal ["9\n", "", 0], [output, errors, status.exitstatus]
  end

  def test_control_c_ends_a_submit_that_waits_for_a_place
    script = <<~RUBY
      #{FULL}
      Thread.new { Thread.pass until main.stop?; Process.kill(:INT, Process.pid) }
      begin
        full.apply_async(square, 3)
      rescue Interrupt
        puts("interrupted")
      end
    RUBY
    output, errors, status = run_script(script)
    assert_equal ["interrupted\n", "", 0], [output, errors, status.exitstatus]
  end

  def test_a_program_ends_while_a_submit_waits_for_a_place
    script = <<~RUBY
      #{HOLD}
      full = AsyncResult::Pool.new(1, queue_limit: 1)
      wait = fixture["int64_t fixture_latch_wait(int64_t)"]
      submitter = Thread.new { 3.times { full.apply_async(wait, latch) } }
      Thread.pass until submitter.stop?
      exit(7)
    RUBY
    assert_equal 7, run_script(script).last.exitstatus
  end

  def test_a_poll_in_a_trap_is_allowed
    script = <<~RUBY
      #{HOLD}
      seen = nil
      trap(:USR1) { seen = [hold.ready?, hold.wait(timeout: 0)] }
      Process.kill(:USR1, Process.pid)
      Thread.pass until seen
      p seen
    RUBY
    assert_equal "[false, false]\n", run_script(script).first
  end

  def test_a_timeout_is_seconds_of_any_number_class
    _, _, result = held_pool
    [0, 0.001, 1/1000r, -2**70].each do |timeout|
      assert_raises(AsyncResult::TimeoutError) { result.get(timeout: timeout) }
      refute result.wait(timeout: timeout)
    end
    ["1", [], true].each do |timeout|
      assert_raises(AsyncResult::ArgumentError) { result.get(timeout: timeout) }
    end
  end
end

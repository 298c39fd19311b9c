# frozen_string_literal: true

require_relative "support"

# The beginning and the end of a program.
class ProcessTest < AsyncResultTest
  SQUARE = 'square = AsyncResult::Library.open(ENV.fetch("ASYR_FIXTURE"))' \
           '["int64_t fixture_square(int64_t)"]'

  def assert_quiet(expected_status, script)
    output, errors, status = run_script(script)
    assert_equal [expected_status, "", ""], [status.exitstatus, output, errors]
  end

  def test_loading_warns_of_nothing_and_adds_one_constant
    script = "puts((Object.constants - $before).sort.inspect)"
    output, errors, = Open3.capture3(*command("-e", script).tap do |words|
      words.insert(words.index("-rasyncresult"), "-e", "$before = Object.constants")
      words.delete("-rasyncresult")
      words.insert(-3, "-e", 'require "asyncresult"')
    end)
    assert_equal "", errors
    assert_equal %w[:AsyncResult :SWIG], output.scan(/:\w+/)
  end

  def test_exit_with_callbacks_due_and_one_that_sleeps
    assert_quiet 7, <<~RUBY
      #{HOLD}
      #{SQUARE}
      entered = Thread::Queue.new
      3.times { pool.apply_async(square, 2, callback: ->(_) { entered << 1; sleep }) }
      hold.add_done_callback { nil }
      entered.pop
      exit(7)
    RUBY
  end

  def test_exit_while_threads_wait
    assert_quiet 7, <<~RUBY
      #{HOLD}
      waiters = Array.new(3) { Thread.new { hold.get } } << Thread.new { pool.close; pool.join }
      Thread.pass until waiters.all?(&:stop?)
      exit(7)
    RUBY
  end

  def test_exit_inside_the_block_of_a_held_pool
    assert_quiet 7, <<~RUBY
      #{HOLD}
      AsyncResult::Pool.open(1) { exit(7) }
    RUBY
  end

  def test_callbacks_run_while_at_exit_does
    output, = run_script(<<~RUBY)
      #{SQUARE}
      at_exit do
        pool = AsyncResult::Pool.new(1)
        pool.apply_async(square, 3, callback: ->(value) { puts(value) }).get
        Thread.list.find { _1.name == "asyncresult" }.kill.join
        pool.apply_async(square, 4, callback: ->(value) { puts(value) }).get
      end
    RUBY
    assert_equal "9\n16\n", output
  end

  def test_a_forked_child_may_look_at_what_it_inherited
    assert_quiet 0, <<~RUBY
      #{HOLD}
      #{SQUARE}
      child = fork do
        exit!(1) unless [hold.state, pool.state] == [:forked, :forked]
        exit!(2) unless hold.inspect == "#<AsyncResult forked>"
        AsyncResult::Pool.open(1) { |own| exit!(own.apply(square, 3)) }
      end
      exit!(Process.wait2(child).last.exitstatus == 9 ? 0 : 1)
    RUBY
  end
end

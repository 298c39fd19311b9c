# frozen_string_literal: true

# What the tests of idiom share: the functions of the contract's fixture, pools that
# end, and new processes.
require "minitest/autorun"
require "asyncresult"
require "open3"
require "pty"
require "rbconfig"
require "set"
require "timeout"

class AsyncResultTest < Minitest::Test
  LIMIT = 20
  FIXTURE = AsyncResult::Library.open(ENV.fetch("ASYR_FIXTURE"))
  PROTOTYPES = {
    square: "int64_t fixture_square(int64_t)",
    byte: "uint8_t fixture_byte(uint8_t)",
    latch_new: "int64_t fixture_latch_new(void)",
    latch_open: "int64_t fixture_latch_open(int64_t)",
    latch_wait: "int64_t fixture_latch_wait(int64_t)",
    wait_for_waiters: "int64_t fixture_wait_for_waiters(int64_t, int64_t)"
  }.freeze
  FUNCTIONS = PROTOTYPES.transform_values { |prototype| FIXTURE[prototype] }.freeze

  # For a script: `hold` is a result whose task waits on `latch` in `pool`.
  HOLD = <<~'RUBY'
    fixture = AsyncResult::Library.open(ENV.fetch("ASYR_FIXTURE"))
    pool = AsyncResult::Pool.new(2)
    latch = pool.apply(fixture["int64_t fixture_latch_new(void)"])
    hold = pool.apply_async(fixture["int64_t fixture_latch_wait(int64_t)"], latch)
    release = fixture["int64_t fixture_latch_open(int64_t)"]
    pool.apply(fixture["int64_t fixture_wait_for_waiters(int64_t, int64_t)"], latch, 1)
  RUBY

  def setup
    @pools = []
    @latches = []
    @control = AsyncResult::Pool.new(2)
  end

  def teardown
    @latches.each { |latch| open_latch(latch) }
    (@pools << @control).each do |pool|
      pool.terminate
      assert pool.join(timeout: LIMIT)
    end
  end

  def run
    Timeout.timeout(LIMIT * 6) { super }
  end

  def function(name)
    FUNCTIONS.fetch(name)
  end

  def square
    function(:square)
  end

  def pool(workers = 1, **options)
    @pools << AsyncResult::Pool.new(workers, **options)
    @pools.last
  end

  def new_latch
    @latches << @control.apply(function(:latch_new))
    @latches.last
  end

  def open_latch(latch)
    @control.apply(function(:latch_open), latch)
  end

  # A pool with one worker that waits on a latch, the latch, and the task's result.
  def held_pool(**options)
    latch = new_latch
    held = pool(1, **options)
    result = held.apply_async(function(:latch_wait), latch)
    @control.apply(function(:wait_for_waiters), latch, 1)
    [held, latch, result]
  end

  # A thread that sleeps in the block.
  def sleeping_thread(&block)
    thread = Thread.new do
      Thread.current.report_on_exception = false
      block.call
    end
    Thread.pass until thread.stop?
    thread
  end

  def command(*arguments)
    [RbConfig.ruby, "-w", "-W:no-experimental", *$LOAD_PATH.flat_map { ["-I", _1] },
     "-rasyncresult", *arguments]
  end

  # Run a script in a process of its own: output, errors and status.
  def run_script(script)
    Timeout.timeout(LIMIT) { Open3.capture3(*command("-e", script)) }
  end
end

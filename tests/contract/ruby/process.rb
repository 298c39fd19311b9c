# frozen_string_literal: true

# B27 and B28: fork, and the end of the process.
module Contract
  # What a script needs to hold a task.
  HOLD = <<~'RUBY'
    make = AsyncResult.c_function(FIXTURE, "int64_t fixture_latch_new(void)")
    hold = AsyncResult.c_function(FIXTURE, "int64_t fixture_latch_wait(int64_t)")
    held = AsyncResult.c_function(FIXTURE,
                                  "int64_t fixture_wait_for_waiters(int64_t, int64_t)")
    pool = AsyncResult::Pool.new(2)
    latch = pool.apply(make)
    result = pool.apply_async(hold, latch, callback: ->(_) {})
    pool.apply(held, latch, 1)
  RUBY

  check "B27.1" do
    held, _, running = held_pool
    function = fixture(:square)
    calls = [-> { running.get }, -> { held.apply_async(function, 1) }, -> { held.close },
             -> { held.terminate }, -> { held.join }]
    equal(0, status_of_fork { calls.each { |call| raises(:Forked, &call) } })
  end

  check "B27.2" do
    held, _, running = held_pool
    @inherited = [held, running, AsyncResult::Queue.new]
    held = running = nil
    child = fork do
      @pools.clear
      @inherited = held = running
      GC.start
      exit(7)
    end
    equal(7, Process.wait2(child).last.exitstatus)
  end

  check "B27.3" do
    pool(1).apply(fixture(:square), 1)
    function = fixture(:square)
    status = status_of_fork do
      log = []
      AsyncResult::Pool.open(2) do |two|
        equal(49, two.apply(function, 7, callback: log.method(:<<)))
      end
      equal([49], log)
    end
    equal(0, status)
  end

  check "B28.1" do
    equal(7, status_of_script("#{HOLD}\nexit(7)"))
  end

  check "B28.2" do
    script = "pool = AsyncResult::Pool.new(2, on_unread_error: ->(_) {})\nexit(7)"
    equal(7, status_of_script(script))
  end

  check "B28.3" do
    equal(7, status_of_script("#{HOLD}\nexec('sh', '-c', 'exit 7')"))
  end

  skip %w[B28.4], "Ruby never unloads an extension"
end

# frozen_string_literal: true

# How the cases of the contract are told and run.
#
# A case is a block of Contract.check, run in an object of its own that has the
# fixture's functions and checks.  It ends its pools and opens its latches whatever
# happens, so that one that fails leaves nothing behind.
require "asyncresult"
require "rbconfig"
require "timeout"

module Contract
  LIMIT = 20

  # The functions of fixture.h that cases use, by their names without the prefix.
  PROTOTYPES = [
    "int64_t fixture_square(int64_t)",
    "int64_t fixture_add(int64_t, int64_t)",
    "double fixture_half(double)",
    "const char *fixture_text(void)",
    "void fixture_nothing(void)",
    "uint8_t fixture_byte(uint8_t)",
    "int64_t fixture_thread_id(void)",
    "void fixture_exit_thread(void)",
    "int64_t fixture_latch_new(void)",
    "int64_t fixture_latch_open(int64_t)",
    "int64_t fixture_latch_wait(int64_t)",
    "int64_t fixture_latch_number(int64_t, int64_t)",
    "uint8_t fixture_latch_byte(int64_t, uint8_t)",
    "int64_t fixture_wait_for_waiters(int64_t, int64_t)",
    "int64_t fixture_counter_new(void)",
    "int64_t fixture_count(int64_t)",
    "int64_t fixture_counter_get(int64_t)",
    "uint8_t fixture_count_byte(int64_t, uint8_t)",
    "int64_t fixture_count_and_wait(int64_t, int64_t)",
    "int64_t fixture_wait_for_count(int64_t, int64_t)",
    "int64_t fixture_log_new(void)",
    "int64_t fixture_log_add(int64_t, int64_t)",
    "uint8_t fixture_log_byte(int64_t, uint8_t)",
    "int64_t fixture_log_count(int64_t)",
    "int64_t fixture_log_get(int64_t, int64_t)",
    "int64_t fixture_meter_new(void)",
    "int64_t fixture_together(int64_t)",
    "int64_t fixture_max_together(int64_t)"
  ].freeze

  # A check that did not hold.
  class Failed < StandardError; end

  @cases = {}
  @skips = {}

  class << self
    attr_reader :cases, :skips

    def check(id, &body)
      cases[id] = body
    end

    def skip(ids, reason)
      ids.each { |id| skips[id] = reason }
    end

    def functions
      @functions ||= PROTOTYPES.to_h do |prototype|
        name = prototype[/fixture_(\w+)\(/, 1].to_sym
        [name, AsyncResult.c_function(ENV.fetch("ASYR_FIXTURE"), prototype)]
      end
    end

    # A second pool, by which the fixture is called at once.
    def control
      @control = nil unless @control_process == Process.pid
      @control_process = Process.pid
      @control ||= AsyncResult::Pool.new(4)
    end

    def run(prefix)
      chosen = (cases.keys + skips.keys).select { |id| id.start_with?(prefix) }
      chosen.count { |id| skips[id] ? say("skip", id, skips[id]) : !run_case(id) }
    end

    private

    def run_case(id)
      reason = watch(id) { Case.new.run(cases.fetch(id)) }
      reason ? say("not ok", id, reason) : say("ok", id, nil)
      reason.nil?
    end

    # A case that even a time-out cannot end, ends the runner.
    def watch(id)
      watcher = Thread.new do
        sleep(LIMIT * 2)
        say("not ok", id, "hangs")
        exit!(1)
      end
      Timeout.timeout(LIMIT) { yield }
    rescue Timeout::Error
      "hangs"
    ensure
      watcher.kill
    end

    def say(verdict, id, reason)
      puts([verdict, id].join(" ") + (reason ? ": #{reason.lines.first.chomp}" : ""))
    end
  end

  # What a case's block is run in.
  class Case
    def run(body)
      @latches = []
      @pools = []
      instance_eval(&body)
      nil
    rescue Failed => failure
      failure.message
    rescue StandardError, SystemExit => error
      "#{error.class}: #{error.message} (#{error.backtrace&.first})"
    ensure
      clean_up
    end

    # -- the fixture

    def fixture(name)
      Contract.functions.fetch(name)
    end

    # Call a function of the fixture now.
    def call(name, *arguments)
      Contract.control.apply(fixture(name), *arguments)
    end

    def new_latch
      @latches << call(:latch_new)
      @latches.last
    end

    def new_counter
      call(:counter_new)
    end

    def new_log
      call(:log_new)
    end

    def log_of(log)
      Array.new(call(:log_count, log)) { |index| call(:log_get, log, index) }
    end

    def pool(workers = 1, **options)
      @pools << AsyncResult::Pool.new(workers, **options)
      @pools.last
    end

    # A pool with one worker, held at a latch.
    def held_pool(**options)
      latch = new_latch
      held = pool(1, **options)
      result = held.apply_async(fixture(:latch_wait), latch)
      call(:wait_for_waiters, latch, 1)
      [held, latch, result]
    end

    # -- checks

    def equal(expected, found)
      return if expected == found

      raise Failed, "expected #{expected.inspect}, found #{found.inspect} " \
                    "(#{caller(1, 1).first[/\w+\.rb:\d+/]})"
    end

    def raises(kind)
      yield
      raise Failed, "expected #{kind}, found no error"
    rescue AsyncResult::Error => error
      return error if error.kind == kind.to_s

      raise Failed, "expected #{kind}, found #{error.kind}: #{error.message}"
    end

    # -- processes

    # The exit status of a fork that runs the block.
    def status_of_fork
      child = fork do
        yield
        exit!(0)
      rescue Failed, StandardError => error
        warn("#{error.class}: #{error.message}")
        exit!(1)
      end
      Process.wait2(child).last.exitstatus
    end

    # A new Ruby with the library loaded, that runs a script.
    def spawn_script(script, **options)
      load_path = $LOAD_PATH.flat_map { |folder| ["-I", folder] }
      head = "require 'asyncresult'; FIXTURE = ENV.fetch('ASYR_FIXTURE')\n"
      spawn(RbConfig.ruby, *load_path, "-e", head + script, **options)
    end

    def status_of_script(script)
      Process.wait2(spawn_script(script)).last.exitstatus
    end

    private

    def clean_up
      @latches.each { |latch| call(:latch_open, latch) }
      @pools.each do |pool|
        pool.terminate
        pool.join(timeout: LIMIT)
      end
    end
  end
end

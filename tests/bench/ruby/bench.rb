# frozen_string_literal: true

# This library, a Queue and Threads, and concurrent-ruby.
#
#   ruby bench.rb list | notes | run WORKLOAD VARIANT [SCALE]
#
# tests/bench/README.md describes the workloads and what is printed.  BENCH_TASKS is
# the library of the C functions that are called.

WORKERS = Integer(ENV.fetch("BENCH_WORKERS", "2"))

# What each peer does with a task, by the same names; a task is named, and takes a
# number.
module Peers
  TASKS = {
    same: ->(number) { number },
    microsecond: lambda do |number|
      last = Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond) + 1000
      nil while Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond) < last
      number
    end
  }.freeze

  # This library: the tasks are C functions.
  class AsyncResults
    def initialize
      require "asyncresult"
      library = AsyncResult::Library.open(ENV.fetch("BENCH_TASKS"))
      @tasks = {
        same: library["int64_t bench_same(int64_t)"],
        microsecond: library["int64_t bench_microsecond(int64_t)"]
      }
      @square = library["double bench_square(double)"]
      @pool = AsyncResult::Pool.new(WORKERS)
    end

    def submit(task, number)
      @pool.apply_async(@tasks[task], number)
    end

    def get(result)
      result.get
    end

    def get_all(results)
      results.map(&:get)
    end

    def call_back(task, number, callback)
      @pool.apply_async(@tasks[task], number, callback: callback)
    end

    def items(count)
      AsyncResult.array(:double, (0...count).map(&:to_f))
    end

    def squares(items)
      @pool.map(@square, items)
    end

    def finish
      @pool.close
      @pool.join
    end
  end

  # This library: the tasks are the same lambdas as those of the others.
  class AsyncResultsOfCode < AsyncResults
    def submit(task, number)
      @pool.apply_async(TASKS[task], number)
    end

    def call_back(task, number, callback)
      @pool.apply_async(TASKS[task], number, callback: callback)
    end

    def items(count)
      (0...count).map(&:to_f)
    end

    def squares(items)
      @pool.map(items) { |item| item * item }
    end
  end

  # Threads that take tasks from a queue.  Each task has a queue of its own for what
  # it returns, so that its submitter can wait for it.
  class ThreadsAndQueue
    def initialize
      @queue = Queue.new
      @threads = Array.new(WORKERS) { Thread.new { work } }
    end

    def submit(task, number)
      answer = answer_queue
      @queue << [TASKS[task], number, answer]
      answer
    end

    def get(answer)
      answer.pop
    end

    def get_all(answers)
      answers.map(&:pop)
    end

    def call_back(task, number, callback)
      @queue << [TASKS[task], number, callback]
    end

    def items(count)
      (0...count).map(&:to_f)
    end

    def squares(items)
      square_all = ->(part) { part.map { |item| item * item } }
      answers = items.each_slice((items.size / (4.0 * WORKERS)).ceil).map do |part|
        answer = answer_queue
        @queue << [square_all, part, answer]
        answer
      end
      answers.flat_map(&:pop)
    end

    def finish
      @queue.close
      @threads.each(&:join)
    end

    private

    def answer_queue
      Queue.new
    end

    def work
      while (function, argument, destination = @queue.pop)
        value = function.call(argument)
        destination.is_a?(Queue) ? destination << value : destination.call(value)
      end
    end
  end

  # One queue for all answers, which come in any order.
  class ThreadsAndTwoQueues < ThreadsAndQueue
    private

    def answer_queue
      @answers ||= Queue.new
    end
  end

  # concurrent-ruby: promises on a pool of a fixed size.
  class ConcurrentRuby
    def initialize
      require "concurrent"
      @pool = Concurrent::FixedThreadPool.new(WORKERS)
    end

    def submit(task, number)
      Concurrent::Promises.future_on(@pool, number, &TASKS[task])
    end

    def get(future)
      future.value!
    end

    def get_all(futures)
      futures.map(&:value!)
    end

    def call_back(task, number, callback)
      submit(task, number).on_fulfillment!(&callback)
    end

    def items(count)
      (0...count).map(&:to_f)
    end

    def squares(items)
      parts = items.each_slice((items.size / (4.0 * WORKERS)).ceil)
      parts.map do |part|
        Concurrent::Promises.future_on(@pool, part) { |all| all.map { |item| item * item } }
      end.flat_map(&:value!)
    end

    def finish
      @pool.shutdown
      @pool.wait_for_termination
    end
  end
end

# The workloads: each has `count` tasks run, checks them, and returns its metrics.
module Workloads
  module_function

  def now
    Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)
  end

  def cpu_now
    Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID, :nanosecond)
  end

  def check(found, expected)
    abort "bench.rb: expected #{expected}, found #{found}" unless found == expected
  end

  # Times a block that has so many tasks run, after a tenth of them to warm up.
  def timed(count, metric = "ns_per_task")
    yield (count / 10.0).ceil
    cpu = cpu_now
    start = now
    yield count
    { metric => (now - start).fdiv(count), "cpu_ns_per_task" => (cpu_now - cpu).fdiv(count) }
  end

  def pipelined(peer, count, task)
    timed(count) do |count|
      results = Array.new(count) { |number| peer.submit(task, number) }
      check(peer.get_all(results).sum, count * (count - 1) / 2)
    end
  end

  def round_trips(peer, count)
    time_trips(peer, count / 10)
    cpu = cpu_now
    taken = time_trips(peer, count).sort
    { "p50_ns" => taken[count / 2], "p99_ns" => taken[count * 99 / 100],
      "cpu_ns_per_task" => (cpu_now - cpu).fdiv(count) }
  end

  def time_trips(peer, count)
    Array.new(count) do |number|
      start = now
      check(peer.get(peer.submit(:same, number)), number)
      now - start
    end
  end

  def map_squares(peer, count)
    items = [(count / 10.0).ceil, count].to_h { |size| [size, peer.items(size)] }
    squares = nil
    metrics = timed(count, "ns_per_item") { |count| squares = peer.squares(items[count]) }
    check(squares.size, count)
    check(squares.max, (count - 1.0)**2)
    metrics
  end

  def callbacks(peer, count)
    timed(count) do |count|
      ended = Queue.new
      callback = counter(count, ended)
      count.times { |number| peer.call_back(:same, number, callback) }
      check(ended.pop, count * (count - 1) / 2)
    end
  end

  # A callback that puts the sum of so many values into a queue; any thread calls it.
  def counter(count, ended)
    lock = Mutex.new
    seen = sum = 0
    lambda do |value|
      lock.synchronize do
        seen += 1
        sum += value
        ended << sum if seen == count
      end
    end
  end

  ALL = {
    "W1" => ->(peer, count) { pipelined(peer, count, :same) },
    "W1u" => ->(peer, count) { pipelined(peer, count, :microsecond) },
    "W2h" => method(:round_trips),
    "W4a" => method(:map_squares),
    "W8" => method(:callbacks)
  }.freeze
end

PEERS = {
  "ruby:asyncresult" => Peers::AsyncResults,
  "ruby:asyncresult-code" => Peers::AsyncResultsOfCode,
  "ruby:thread-queue" => Peers::ThreadsAndQueue,
  "ruby:thread-two-queues" => Peers::ThreadsAndTwoQueues,
  "ruby:concurrent-ruby" => Peers::ConcurrentRuby
}.freeze

COUNTS = {
  "W1" => 100_000, "W1u" => 50_000, "W2h" => 10_000, "W4a" => 1_000_000, "W8" => 50_000
}.freeze

# Where two queues are the same as one, one is enough.
SKIPPED = %w[W2h W4a W8].map { |workload| [workload, "ruby:thread-two-queues"] }.freeze

# What takes much longer has less to do.
SMALLER = {
  %w[W1 ruby:concurrent-ruby] => 10_000, %w[W1u ruby:concurrent-ruby] => 10_000,
  %w[W2h ruby:concurrent-ruby] => 2_000, %w[W8 ruby:concurrent-ruby] => 10_000
}.freeze

NOTES = <<~TEXT
  * ruby:asyncresult: the task is a C function, through libffi
  * ruby:asyncresult-code: the task is a lambda, or the block of a map
  * ruby:thread-queue: the task is a lambda; each has a Queue for what it returns
  * ruby:thread-two-queues: the task is a lambda; one Queue has all that they return, \
  in any order, so nobody knows which is whose
  * ruby:concurrent-ruby: the task is a lambda, in a future on a FixedThreadPool
  W1 ruby:*: 100,000 tasks; concurrent-ruby 10,000
  W1u ruby:*: 50,000 tasks; concurrent-ruby 10,000
  W2h ruby:*: 10,000 round trips; concurrent-ruby 2,000
  W4a ruby:*: 1,000,000 doubles; a typed array and a C function, or arrays of Ruby
  W8 ruby:*: 50,000 tasks; concurrent-ruby 10,000
  W8 ruby:thread-queue: the worker calls the callback
TEXT

CASES = (Workloads::ALL.keys.product(PEERS.keys) - SKIPPED).freeze

def run(workload, variant, scale)
  count = SMALLER.fetch([workload, variant], COUNTS[workload])
  peer = PEERS[variant].new
  metrics = Workloads::ALL[workload].call(peer, [8, (count * scale).to_i].max)
  peer.finish
  metrics.each { |metric, value| puts format("%s %.3f", metric, value) }
end

case ARGV
in ["list"]
  CASES.each { |workload, variant| puts "#{workload} #{variant}" }
in ["notes"]
  puts NOTES
in ["run", workload, variant, *scale] if CASES.include?([workload, variant])
  run(workload, variant, Float(scale.first || 1))
else
  abort "usage: bench.rb list | notes | run WORKLOAD VARIANT [SCALE]"
end

# frozen_string_literal: true

class AsyncResult
  # Turns the keywords of Pool.new and of a submit into the library's builders.
  module Options # :nodoc: all
    POLICIES = {
      block: Native::FULL_BLOCK, fail: Native::FULL_FAIL,
      caller_runs: Native::FULL_CALLER_RUNS
    }.freeze
    ERRORS = {
      first: Native::ERRORS_FIRST, lowest: Native::ERRORS_LOWEST,
      collect: Native::ERRORS_COLLECT, fail_fast: Native::ERRORS_FAIL_FAST
    }.freeze

    HELPING = { workers: Native::HELP_WORKERS, all: Native::HELP_ALL }.freeze

    # What reports the errors that nobody read.
    UnreadErrors = Struct.new(:block) do
      def call(error)
        Support.call_safely(block, error)
      end
    end

    module_function

    def choose(table, name, chosen)
      table.fetch(chosen) do
        raise ArgumentError, "#{name}: expected one of #{table.keys.map(&:inspect).join(", ")}, " \
                             "found #{chosen.inspect}"
      end
    end

    # What a pool or task runs: today a C function only.
    def function(given)
      return given.handle if given.is_a?(CFunction)
      if given.respond_to?(:call)
        raise UnsupportedError, "expected an AsyncResult::CFunction, found a #{given.class}: " \
                                "Ruby code cannot be a task"
      end

      raise ArgumentError, "expected an AsyncResult::CFunction, found #{given.inspect}"
    end

    def set_workers(options, workers, max_tasks)
      Native.pool_options_set_workers(options, workers) unless workers.nil?
      return if max_tasks.nil?

      Native.pool_options_set_max_tasks_per_worker(options, max_tasks)
    end

    def set_help(options, helping, spare_workers)
      Native.pool_options_set_helping(options, choose(HELPING, "helping", helping))
      return if spare_workers.nil?

      Native.pool_options_set_spare_workers(options, spare_workers)
    end

    def set_initializer(options, function, arguments)
      return if function.nil?

      Native.pool_options_set_initializer(options, function(function), arguments)
    end

    def set_queue_limit(options, limit, when_full)
      policy = choose(POLICIES, "when_full", when_full)
      Native.pool_options_set_queue_limit(options, limit, policy) unless limit.nil?
    end

    # The builder of a task; nil when it has nothing to say.
    def for_task(strand, chunk_size, errors)
      return if strand.nil? && chunk_size.nil? && errors.nil?

      options = Native.task_options_new
      Native.task_options_set_strand(options, strand.handle) if strand
      Native.task_options_set_chunk_size(options, chunk_size) unless chunk_size.nil?
      policy = errors && choose(ERRORS, "errors", errors)
      Native.task_options_set_error_policy(options, policy) if policy
      options
    end

    # The builder of a lazy map.
    def for_iterator(order, strand, chunk_size, buffer_size)
      options = for_task(strand, chunk_size, nil) || Native.task_options_new
      Native.task_options_set_order(options, order)
      Native.task_options_set_buffer_size(options, buffer_size) unless buffer_size.nil?
      options
    end

    # Have a task's callbacks wait in the pool's queue under `tag`.
    def add_callbacks(options, tag)
      options ||= Native.task_options_new
      Native.task_options_set_event(options, Native::EVENT_CALLBACK)
      Native.task_options_set_tag(options, tag)
      options
    end
  end
  private_constant :Options
end

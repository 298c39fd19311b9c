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

    # The options of a Pool, from which come those of its own workers, and of Ruby's.
    ForPool = Struct.new(:workers, :initializer, :initargs, :max_tasks, :limit, :when_full,
                         :queue, :name, :helping, :spares, :hook, keyword_init: true) do
      # The builder for threads of the library, which run C functions.
      def own
        builder(workers, spares)
      end

      # The builder for threads of Ruby.
      def lent(workers: self.workers, spares: self.spares)
        options = builder(workers, spares)
        Native.pool_options_set_worker_source(options, Native::WORKERS_HOST)
        Native.set_ruby_initializer(options, initializer) if initializer.is_a?(::Array)
        options
      end

      private

      def builder(workers, spares)
        options = Native.pool_options_new
        Options.set_workers(options, workers, max_tasks)
        if initializer.is_a?(CFunction)
          Options.set_initializer(options, initializer, initargs)
        end
        Options.set_queue_limit(options, limit, when_full)
        Options.set_help(options, helping, spares)
        Native.pool_options_set_name(options, name)
        Native.pool_options_set_queue(options, queue.handle)
        Native.set_unread_error_hook(options, hook) if hook
        options
      end
    end

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
      Native.pool_options_set_initializer(options, function.handle, arguments)
    end

    # The function, or the Array [callable, arguments...], that prepares workers.
    def initializer(function, arguments)
      return function if function.nil? || function.is_a?(CFunction)
      return [Code.check(function), *arguments] if arguments.is_a?(::Array)

      raise ArgumentError, "initargs: expected an Array, found #{arguments.inspect}"
    end

    def set_queue_limit(options, limit, when_full)
      policy = choose(POLICIES, "when_full", when_full)
      Native.pool_options_set_queue_limit(options, limit, policy) unless limit.nil?
    end

    # The builder of a task; nil when it has nothing to say.  `strand` is a native one.
    def for_task(strand, chunk_size, errors)
      return if strand.nil? && chunk_size.nil? && errors.nil?

      options = Native.task_options_new
      Native.task_options_set_strand(options, strand) if strand
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

# frozen_string_literal: true

# B14, B15 and B18: lazy maps; B12.10, B21.4 and B22.9 for them.
module Contract
  # What is not an Array: read by a thread of Ruby's.
  class Case
    # The numbers from 1 on, and then what the block does.
    def numbers(count)
      Enumerator.new do |items|
        (1..count).each { |number| items << number }
        yield if block_given?
      end
    end

    # The end comes now, and again.
    def ends(iterator)
      [nil, 0].each do |timeout|
        value = iterator.next(timeout: timeout)
        raise Failed, "expected the end, found #{value.inspect}"
      rescue StopIteration
        next
      end
    end

    # All that is left: the values and, of errors, the kinds.
    def outcomes(iterator)
      found = []
      loop do
        found << iterator.next
      rescue AsyncResult::Error => error
        found << error.kind
      end
      found
    end
  end

  check "B12.10" do
    queue = AsyncResult::Queue.new
    latch = new_latch
    iterator = pool(1, queue: queue).imap(fixture(:latch_wait), [latch])
    log = []
    iterator.add_next_callback { |found| log << found }
    equal([0, []], [queue.run, log])
    call(:latch_open, latch)
    equal([1, [iterator]], [queue.run(timeout: nil), log])
    equal(latch, iterator.next(timeout: 0))
    iterator.add_next_callback { |found| log << found }
    equal([1, 2, 0], [queue.run(timeout: nil), log.size, queue.run])
    ends(iterator)
  end

  check "B14.1" do
    three = pool(3)
    [1, 3, 100].each do |size|
      [(1..20).to_a, numbers(20)].each do |items|
        iterator = three.imap(fixture(:square), items, chunk_size: size)
        equal((1..20).map { _1 * _1 }, iterator.to_a)
        ends(iterator)
      end
    end
  end

  check "B14.2" do
    held, open = Array.new(2) { new_latch }
    call(:latch_open, open)
    iterator = pool(2).imap_unordered(fixture(:latch_wait), [held, open])
    equal(open, iterator.next)
    call(:latch_open, held)
    equal(held, iterator.next)
    ends(iterator)
  end

  check "B14.3" do
    one = pool
    [0, -1, 1.5].each do |size|
      [[1], numbers(1)].each do |items|
        raises(:Argument) { one.imap(fixture(:square), items, chunk_size: size) }
        raises(:Argument) { one.imap_unordered(fixture(:square), items, buffer_size: size) }
      end
    end
  end

  check "B15.1" do
    input = numbers(5) { raise IOError, "the input failed" }
    iterator = pool(2).imap(fixture(:square), input, chunk_size: 2, buffer_size: 3)
    equal([1, 4, 9, 16, 25], Array.new(5) { iterator.next })
    error = begin
      iterator.next
    rescue IOError => raised
      raised
    end
    equal([IOError, "the input failed"], [error.class, error.message])
    ends(iterator)
  end

  check "B18.1" do
    two = pool(2)
    items = [1, 300, 3, 300, 5]
    [1, 3, 100].each do |size|
      [items, items.each_entry].each do |input|
        iterator = two.imap(fixture(:byte), input, chunk_size: size)
        equal([1, "Type", 3, "Type", 5], outcomes(iterator))
        ends(iterator)
      end
    end
  end

  check "B18.2" do
    latch = new_latch
    iterator = pool.imap(fixture(:latch_wait), [latch, latch])
    [0.01, 0, -1].each { |timeout| raises(:Timeout) { iterator.next(timeout: timeout) } }
    call(:latch_open, latch)
    equal([latch, latch], Array.new(2) { iterator.next })
    ends(iterator)
  end

  check "B18.3" do
    one = pool
    iterator = one.imap(fixture(:square), [1])
    equal(1, iterator.next)
    ends(iterator)
    ends(one.imap(fixture(:square), []))
    ends(one.imap(fixture(:square), numbers(0)))
  end

  check "B18.4" do
    asked = 0
    endless = Enumerator.new { |items| loop { items << (asked += 1) } }
    iterator = pool(2).imap(fixture(:square), endless, buffer_size: 4)
    1.upto(50) do |number|
      raise Failed, "read #{asked} items with #{number - 1} taken" if asked > number + 3

      equal(number * number, iterator.next)
    end
  end

  check "B18.5" do
    one = pool(1)
    input = Enumerator.new do |items|
      3.times { |number| items << one.apply(fixture(:square), number) }
    end
    equal([0, 1, 16], one.imap(fixture(:square), input, buffer_size: 2).to_a)
  end

  check "B18.6" do
    counter = new_counter
    held, latch, = held_pool(name: "dropped")
    # In a thread that ends, for what a living stack may refer to is not collected.
    Thread.new do
      10.times do
        held.imap(fixture(:count), [counter] * 3)
        held.imap(fixture(:count), Enumerator.new { |items| loop { items << counter } })
      end
    end.join
    # One may still be on a stack.
    GC.start until Thread.list.count { |thread| thread.name == "dropped input" } < 2
    call(:latch_open, latch)
    held.apply(fixture(:square), 1)
    equal(true, call(:counter_get, counter) < 25) # Of the 50 that were queued.
  end

  check "B18.7" do
    latch = new_latch
    [[latch] * 4, Enumerator.new { |items| loop { items << latch } }].each do |input|
      one = pool
      iterator = one.imap(fixture(:latch_wait), input, buffer_size: 3)
      call(:wait_for_waiters, latch, 1)
      iterator.cancel
      iterator.cancel
      call(:latch_open, latch)
      first, *rest = outcomes(iterator)
      equal([latch, ["Cancelled"]], [first, rest.uniq])
      ends(iterator)
      latch = new_latch
    end
  end

  check "B21.4" do
    two = pool(2)
    iterator = two.imap(fixture(:square), numbers(20), buffer_size: 2)
    two.close
    equal((1..20).map { _1 * _1 }, iterator.to_a)
    ends(iterator)
    equal(true, two.join)
  end

  check "B22.9" do
    latch = new_latch
    one = pool
    iterator = one.imap(fixture(:latch_wait), [latch] * 3, buffer_size: 2)
    call(:wait_for_waiters, latch, 1)
    reader = Thread.new { raises(:Terminated) { iterator.next }.kind }
    Thread.pass until reader.stop?
    one.terminate
    equal("Terminated", reader.value)
    equal(%w[Terminated Terminated], outcomes(iterator))
    ends(iterator)
  end
end

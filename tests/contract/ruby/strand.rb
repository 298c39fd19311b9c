# frozen_string_literal: true

# S1: strands.
module Contract
  check "S1.1" do
    four = pool(4)
    strand = four.strand
    log = new_log
    meter = call(:meter_new)
    results = (1..50).flat_map do |number|
      [strand.apply_async(fixture(:together), meter),
       strand.apply_async(fixture(:log_add), log, number)]
    end
    results.each(&:get)
    equal(1, call(:max_together, meter))
    equal((1..50).to_a, log_of(log))
  end

  check "S1.2" do
    two = pool(2)
    strand = two.strand
    latch = new_latch
    strand.apply_async(fixture(:latch_wait), latch)
    call(:wait_for_waiters, latch, 1)
    second = strand.apply_async(fixture(:square), 2)
    equal(9, two.apply(fixture(:square), 3))
    equal(:pending, second.state)
    call(:latch_open, latch)
    equal(4, second.get)
  end

  check "S1.3" do
    two = pool(2)
    pinned = two.strand(pinned: true)
    own = Array.new(20) { pinned.apply_async(fixture(:thread_id)) }.map(&:get).uniq
    others = Array.new(20) { two.apply_async(fixture(:thread_id)) }.map(&:get)
    equal([1, false], [own.size, others.include?(own.first)])
  end

  check "S1.4" do
    held, latch, = held_pool
    results = Thread.new do
      strand = held.strand
      [strand.apply_async(fixture(:byte), 300), strand.apply_async(fixture(:square), 3)]
    end.value
    GC.start
    call(:latch_open, latch)
    raises(:Type) { results.first.get }
    equal(9, results.last.get)
  end

  skip %w[W1.1 W1.2 W1.3 W1.4 W1.5], "a pool makes its threads of Ruby by itself"
end

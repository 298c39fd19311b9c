# frozen_string_literal: true

# B16 and B17: map and starmap.
module Contract
  check "B16.1" do
    equal((0..99).map { _1 * _1 }, pool(3).map(fixture(:square), 0..99, chunk_size: 7))
  end

  check "B16.2" do
    log = new_log
    items = [1, 300, 3, 4, 5, 6].map { |number| [log, number] }
    raises(:Type) { pool.starmap(fixture(:log_byte), items, chunk_size: 3) }
    equal([1, 4, 5, 6], log_of(log))
  end

  check "B16.3" do
    error = raises(:Type) { pool.map(fixture(:byte), [1, 300, "two"], chunk_size: 1) }
    equal(true, error.message.include?("300"))
  end

  check "B16.4" do
    log = []
    result = pool.map_async(fixture(:byte), [300, 301, 302], chunk_size: 1,
                                                             error_callback: log.method(:<<))
    raises(:Type) { result.get }
    equal(1, log.size)
  end

  check "B16.5" do
    two = pool(2)
    counter = new_counter
    latch = new_latch
    items = [[call(:latch_open, new_latch), 300], [latch, 1]]
    result = two.starmap_async(fixture(:latch_byte), items, chunk_size: 1)
    call(:wait_for_waiters, latch, 1)
    # The other worker is done with the item that fails once it does this.
    equal(1, two.apply(fixture(:count), counter))
    equal(false, result.ready?)
    call(:latch_open, latch)
    raises(:Type) { result.get }
  end

  check "B16.6" do
    error = raises(:Type) do
      pool.map(fixture(:byte), [1, 300, "two"], chunk_size: 1, errors: :lowest)
    end
    equal(true, error.message.include?("300"))
  end

  check "B16.7" do
    values = pool.map(fixture(:byte), [1, 300, 3, "four"], errors: :collect, chunk_size: 2)
    equal([1, AsyncResult::TypeError, 3, AsyncResult::TypeError],
          values.map { _1.is_a?(Integer) ? _1 : _1.class })
  end

  check "B16.8" do
    log = new_log
    items = [1, 2, 300, 4, 5].map { |number| [log, number] }
    raises(:Type) do
      pool.starmap(fixture(:log_byte), items, chunk_size: 1, errors: :fail_fast)
    end
    equal([1, 2], log_of(log))
  end

  check "B16.9" do
    [0, -1, 1.5].each do |size|
      raises(:Argument) { pool.map(fixture(:square), [1], chunk_size: size) }
    end
  end

  check "B16.10" do
    equal([3, 7], pool.starmap(fixture(:add), [[1, 2], [3, 4]]))
  end

  check "B17.1" do
    result = pool.map_async(fixture(:square), [])
    equal([true, true, []], [result.ready?, result.successful?, result.get])
  end

  check "B17.2" do
    log = []
    result = pool.map_async(fixture(:square), [], callback: log.method(:<<))
    equal([[], [[]]], [result.get, log])
  end
end

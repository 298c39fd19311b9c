# frozen_string_literal: true

require_relative "support"

# Arrays of numbers of one C type.
class TypedArrayTest < AsyncResultTest
  BOUNDS = {
    int8: -128..127, uint8: 0..255, int16: -2**15..2**15 - 1, uint16: 0..2**16 - 1,
    int32: -2**31..2**31 - 1, uint32: 0..2**32 - 1, int64: -2**63..2**63 - 1,
    uint64: 0..2**64 - 1
  }.freeze

  def test_each_integer_type_holds_its_range_and_no_more
    BOUNDS.each do |type, range|
      assert_equal [range.min, 0, range.max],
                   AsyncResult.array(type, [range.min, 0, range.max]).to_a
      [range.min - 1, range.max + 1, 1.5, "1", nil].each do |wrong|
        error = assert_raises(AsyncResult::TypeError) { AsyncResult.array(type, [0, wrong]) }
        assert_includes error.message, "element at 1"
      end
    end
  end

  def test_floats_take_any_number
    assert_equal [1.5, 2.0], AsyncResult.array(:float, [1.5, 2]).to_a
    assert_equal [0.1, 2.0**70], AsyncResult.array(:double, [0.1, 2**70]).to_a
    assert_predicate AsyncResult.array(:double, [Float::NAN])[0], :nan?
    assert_raises(AsyncResult::TypeError) { AsyncResult.array(:double, ["1"]) }
  end

  def test_an_unknown_type_is_an_argument_error
    [:int, "int8", nil].each do |type|
      assert_raises(AsyncResult::ArgumentError) { AsyncResult.array(type, [1]) }
    end
  end

  def test_a_number_is_a_count_of_zeros
    assert_equal [0, 0, 0], AsyncResult.array(:int32, 3).to_a
    assert_equal [0.0], AsyncResult.array(:double, 1).to_a
    assert_raises(::ArgumentError) { AsyncResult.array(:int32, -1) }
  end

  def test_it_reads_like_an_array
    array = AsyncResult.array(:int16, 1..4)
    assert_equal [4, 1, 4, nil, nil],
                 [array.size, array[0], array[-1], array[4], array[-5]]
    assert_equal [10, [2, 4, 6, 8]], [array.sum, array.map { _1 * 2 }]
    assert_equal [1, 2, 3, 4].pack("s*"), array.bytes
    assert_equal :int16, array.type
    assert_equal array, AsyncResult.array(:int16, [1, 2, 3, 4])
    refute_equal array, AsyncResult.array(:int32, [1, 2, 3, 4])
    assert_equal "#<AsyncResult::TypedArray int16 [1, 2, 3, 4]>", array.inspect
  end

  def test_it_cannot_be_made_without_the_library
    [AsyncResult::TypedArray, AsyncResult::Pointer].each do |type|
      assert_raises(::TypeError) { type.new }
      assert_raises(::TypeError) { type.allocate }
    end
  end
end

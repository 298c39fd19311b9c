# frozen_string_literal: true

require_relative "support"

# How Ruby's objects become values of the library, and back.
class ValueTest < AsyncResultTest
  STRLEN = AsyncResult.c_function("c", "size_t strlen(const char *)")
  STRNLEN = AsyncResult.c_function("c", "size_t strnlen(const char *, size_t)")
  COS = AsyncResult.c_function("m", "double cos(double)")
  ABS = AsyncResult.c_function("c", "long long llabs(long long)")

  def type_error(function, *arguments)
    assert_raises(AsyncResult::TypeError) { pool.apply(function, *arguments) }
  end

  def test_each_class_has_its_type
    found = {
      nil => "nil", true => "true", "text" => "a string", :name => "a string",
      "\xff".b => "bytes", [1] => "a list", { "a" => 1 } => "a map",
      AsyncResult.array(:int8, [1]) => "an array"
    }
    found.each do |object, name|
      assert_includes type_error(COS, object).message, "found #{name}"
    end
  end

  def test_integers_keep_all_64_bits
    echo = AsyncResult.c_function(ENV.fetch("ASYR_FIXTURE"),
                                  "int64_t fixture_log_add(int64_t, int64_t)")
    log = pool.apply(FIXTURE["int64_t fixture_log_new(void)"])
    [0, -1, 2**62, -2**62 - 1, 2**63 - 1, -2**63].each do |number|
      assert_equal number, pool.apply(echo, log, number)
    end
  end

  def test_unsigned_integers_above_the_signed_ones_come_back
    strtoull = AsyncResult.c_function(
      "c", "unsigned long long strtoull(const char *, char **, int)"
    )
    assert_equal 2**64 - 1, pool.apply(strtoull, "18446744073709551615", nil, 10)
    assert_includes type_error(ABS, 2**64 - 1).message, "argument 1"
  end

  def test_an_integer_of_more_than_64_bits_is_a_type_error_at_the_call
    [2**64, -2**63 - 1, 2**200].each do |number|
      error = assert_raises(AsyncResult::TypeError) { pool.apply_async(ABS, number) }
      assert_match(/item 1: expected an Integer of 64 bits at most, found one of \d+ bits/,
                   error.message)
    end
  end

  def test_a_string_is_utf_8_whatever_its_encoding
    assert_equal 2, pool.apply(STRLEN, "é")
    assert_equal 2, pool.apply(STRLEN, "é".encode("ISO-8859-1"))
    assert_equal 2, pool.apply(STRLEN, "é".encode("UTF-16LE"))
    assert_equal 3, pool.apply(STRLEN, :abc)
  end

  def test_a_string_that_is_not_valid_is_a_type_error
    assert_raises(AsyncResult::TypeError) { pool.apply(STRLEN, "\xff") }
  end

  def test_a_text_comes_back_as_utf_8
    text = pool.apply(FIXTURE["const char *fixture_text(void)"])
    assert_equal ["asynchronous", Encoding::UTF_8], [text, text.encoding]
  end

  def test_a_text_that_is_not_utf_8_comes_back_as_binary
    strchr = AsyncResult.c_function("c", "const char *strchr(const char *, int)")
    text = pool.apply(strchr, "ab\xff".b, 98)
    assert_equal ["b\xff".b, Encoding::BINARY], [text, text.encoding]
  end

  def test_binary_strings_are_bytes_with_nuls
    crc32 = AsyncResult.c_function(
      "z", "unsigned long crc32(unsigned long, const unsigned char *, unsigned int)"
    )
    assert_equal 0x2144df1c, pool.apply(crc32, 0, "\0\0\0\0".b, 4)
    assert_equal 5, pool.apply(STRNLEN, AsyncResult.array(:int8, [1, 2, 3, 4, 5, 0]), 6)
  end

  def test_a_subclass_is_as_its_class
    assert_equal 3, pool.apply(STRLEN, Class.new(String).new("abc"))
  end

  def test_what_is_no_value_is_a_type_error_that_names_its_place
    error = assert_raises(AsyncResult::TypeError) { pool.apply_async(COS, 1.0, [Object.new]) }
    assert_match(/\Aitem 2: expected nil, .*, found Object\z/, error.message)
    assert_raises(AsyncResult::TypeError) { pool.apply_async(COS, { "a" => $stdout }) }
    assert_raises(AsyncResult::TypeError) { pool.apply_async(COS, { nil => 1 }) }
  end

  def test_an_array_that_contains_itself_is_a_type_error
    endless = []
    endless << endless
    error = assert_raises(AsyncResult::TypeError) { pool.apply_async(COS, endless) }
    assert_includes error.message, "nest"
  end

  def test_a_pointer_can_be_an_argument_again
    strdup = AsyncResult.c_function("c", "void *strdup(const char *)")
    free = AsyncResult.c_function("c", "void free(void *)")
    strlen = AsyncResult.c_function("c", "size_t strlen(const void *)")
    pointer = pool.apply(strdup, "abcde")
    assert_instance_of AsyncResult::Pointer, pointer
    refute_predicate pointer, :null?
    assert_equal format("#<AsyncResult::Pointer 0x%x>", pointer.address), pointer.inspect
    assert_equal 5, pool.apply(strlen, pointer)
    assert_nil pool.apply(free, pointer)
  end

  def test_a_map_of_a_typed_array_is_a_typed_array
    cosines = pool.map(COS, AsyncResult.array(:double, [0, 1]))
    assert_instance_of AsyncResult::TypedArray, cosines
    assert_equal [1.0, Math.cos(1)], cosines.to_a
  end

  def test_a_c_function_may_write_into_a_typed_array
    memset = AsyncResult.c_function("c", "void *memset(unsigned char *, int, size_t)")
    array = AsyncResult.array(:uint8, [0] * 4)
    pool.apply(memset, array, 7, 3)
    assert_equal [7, 7, 7, 0], array.to_a
  end
end

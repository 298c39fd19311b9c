"""A value, an error and a timeout through the shared library, with no wrapper."""
import os
import sys
from ctypes import CDLL, byref, c_char_p, c_double, c_int64, c_void_p

TIMEOUT, TYPE, FOREVER = 3, 20, c_int64(2**63 - 1)
lib = CDLL(sys.argv[1])
lib.asyr_error_get_message.argtypes, lib.asyr_error_get_message.restype = [c_void_p], c_char_p


def make(name, *arguments):
    handle = c_void_p()
    assert getattr(lib, "asyr_" + name)(*arguments, byref(handle), None) == 0, name
    return handle


def submit(library, prototype, *values):
    function = make("function_new_c", make("library_open", library), prototype)
    arguments = make("value_new_list", c_int64(0))
    for value in values:
        assert lib.asyr_value_append(arguments, value, None) == 0
    return make("pool_apply_async", pool, function, arguments, None)


pool = make("pool_new", None)
number, error = c_double(), c_void_p()
result = submit(b"libm.so.6", b"double cos(double)", make("value_new_double", c_double(0)))
assert lib.asyr_result_get_double(result, FOREVER, byref(number), byref(error)) == 0
assert number.value == 1.0

result = submit(b"libm.so.6", b"double cos(double)", make("value_new_string", b"zero", c_int64(-1)))
assert lib.asyr_result_get(result, FOREVER, None, None, byref(error)) == TYPE
assert b"a string" in lib.asyr_error_get_message(error)

reader, writer = os.pipe()
result = submit(b"libc.so.6", b"ssize_t read(int, void *, size_t)",
                make("value_new_int64", c_int64(reader)),
                make("value_new_array", 1, None, c_int64(1)), make("value_new_int64", c_int64(1)))
assert lib.asyr_result_wait(result, c_int64(1000000), None, byref(error)) == TIMEOUT
os.write(writer, b"x")
assert lib.asyr_result_wait(result, FOREVER, None, None) == 0

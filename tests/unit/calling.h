/* What the tests of calls share: run a C function and look at what came of it. */
#ifndef CALLING_H
#define CALLING_H

#include "unit.h"

#include "core/value.h"

/* One of the two is NULL. */
struct outcome {
    asyr_value *value;
    asyr_error *error;
};

/* NULL, and a failed check, when it cannot be made. */
asyr_function *function_of(const char *library, const char *prototype);

/* The values are borrowed. */
struct outcome call_function(asyr_function *function, asyr_value *const *values,
                             int count);

/* Make a function of the tests' own library, or of another, and call it with the
 * `count` values that follow, which are consumed. */
#define run(...) run_in(CALLEE_LIBRARY, __VA_ARGS__)
struct outcome run_in(const char *library, const char *prototype, int count, ...);

/* The value in words that tell its type: "int64 5", "string \"abc\"". */
const char *calling_show(const asyr_value *value, char *room, size_t size);

/* The call returned that, in the words of calling_show(). */
#define RETURNS(expected, outcome)                                                  \
    calling_check(__LINE__, __FILE__, outcome, expected)
/* The call was refused with a Type error of that message. */
#define MISFITS(expected, outcome)                                                  \
    calling_check_misfit(__LINE__, __FILE__, outcome, expected)

void calling_check(int line, const char *file, struct outcome outcome,
                   const char *expected);
void calling_check_misfit(int line, const char *file, struct outcome outcome,
                          const char *expected);

#define NIL asyri_value_nil()
#define INT(number) asyri_value_int64(number)
#define REAL(number) asyri_value_double(number)
#define BOOL(truth) asyri_value_bool(truth)
#define TEXT(content) asyri_value_text(content, -1)
#define BYTES(content) asyri_value_bytes(content, sizeof(content) - 1)
#define VIEW(data, length) asyri_value_bytes_view(data, length, NULL, NULL)
#define POINTER(address) asyri_value_pointer(address, NULL)
#define ARRAY(element, data, count)                                                 \
    asyri_value_array(ASYR_ELEMENT_##element, data, count)

#endif

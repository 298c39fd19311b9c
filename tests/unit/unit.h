/*
 * What every file of unit tests uses.
 *
 * To add a suite: write NAME_test.c, which ends in
 *
 *     CU_TestInfo NAME_tests[] = {
 *         UNIT_TEST(get_after_cancel_returns_cancelled),
 *         CU_TEST_INFO_NULL};
 *
 * and put NAME into the list in CMakeLists.txt and into the one in main.c.  ctest
 * then has a test unit.NAME; by hand, `unit_tests NAME` runs that suite alone.
 */
#ifndef UNIT_H
#define UNIT_H

#include <asyncresult.h>

#if defined(UNIT_PLAIN)
#include "plain.h"
#else
#include <CUnit/CUnit.h>
#endif

#define UNIT_TEST(function)                                                         \
    {                                                                               \
#function, function                                                         \
    }

/* A check whose line is that of the caller; `text` is shown when it fails. */
#define UNIT_CHECK(condition, text)                                                 \
    CU_assertImplementation(!!(condition), __LINE__, (text), __FILE__, "", CU_FALSE)

/* The call, which names `&error`, succeeds and leaves no error. */
#define UNIT_SUCCEEDS(call)                                                         \
    do {                                                                            \
        asyr_error *error = unit_sentinel();                                        \
        asyr_status status = (call);                                                \
        UNIT_CHECK(status == ASYR_OK, #call " succeeds");                           \
        UNIT_CHECK(error == NULL, #call " leaves no error");                        \
    } while (0)

/* The call, which names `&error`, fails with that code and says why. */
#define UNIT_FAILS(code, call)                                                      \
    do {                                                                            \
        asyr_error *error = NULL;                                                   \
        asyr_status status = (call);                                                \
        UNIT_CHECK(status == (code), #call " returns " #code);                      \
        UNIT_CHECK(unit_take_code(&error) == (code), #call " leaves a " #code);     \
    } while (0)

/* The code of an error that has a message, or -1; the error is released. */
int32_t unit_take_code(asyr_error **error);

/* Something that a call must replace with NULL when it succeeds. */
asyr_error *unit_sentinel(void);

/*
 * Make the first allocation of `attempt` fail, then the second, and so on until it
 * succeeds; it must fail with ASYR_E_MEMORY until then.  Once more with all later
 * allocations failing too.  `attempt` releases what it gets.
 */
void unit_fail_each_allocation(asyr_status (*attempt)(asyr_error **error));

/* A release function that counts its calls in the int at `arg`. */
void unit_count_release(void *arg);

/* New values, owned by the caller. */
asyr_value *unit_int64(int64_t number);
asyr_value *unit_double(double number);
asyr_value *unit_text(const char *content);
asyr_value *unit_list(void);
asyr_value *unit_map(void);

/* One value of each type, in the order of enum asyr_value_type. */
void unit_one_of_each(asyr_value *values[12]);

#endif

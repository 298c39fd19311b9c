/*
 * As much of CUnit as the tests of the platform need, for programs without the
 * library and for systems without CUnit.  plain.c has the main function.
 */
#ifndef PLAIN_H
#define PLAIN_H

typedef struct CU_TestInfo {
    const char *name;
    void (*run)(void);
} CU_TestInfo;

/* clang-format off */
#define CU_TEST_INFO_NULL {0, 0}
/* clang-format on */
#define CU_FALSE 0
#define CU_TRUE 1

#define CU_ASSERT_TRUE(value)                                                       \
    CU_assertImplementation(!!(value), __LINE__, #value, __FILE__, "", CU_FALSE)
#define CU_ASSERT_EQUAL(actual, expected)                                           \
    CU_assertImplementation((actual) == (expected), __LINE__,                       \
                            #actual " == " #expected, __FILE__, "", CU_FALSE)
#define CU_ASSERT_EQUAL_FATAL(actual, expected)                                     \
    CU_assertImplementation((actual) == (expected), __LINE__,                       \
                            #actual " == " #expected, __FILE__, "", CU_TRUE)

int CU_assertImplementation(int holds, unsigned line, const char *condition,
                            const char *file, const char *function, int fatal);

#endif

/* What the tests of bad input share: calls that must fail, and say why. */
#ifndef REFUSED_H
#define REFUSED_H

#include <asyncresult.h>

#include <stdio.h>
#include <stdlib.h>

static int failures;
static int released;

static inline void check(bool holds, const char *text, int line)
{
    if (holds)
        return;
    failures++;
    fprintf(stderr, "line %d: expected %s\n", line, text);
}

/* The code is `code`, and the error, if one was asked for, has it and a message. */
static inline void check_refused(asyr_status status, int32_t code, bool asked,
                                 asyr_error *failure, const char *text, int line)
{
    bool told = !asked || (asyr_error_get_code(failure) == code &&
                           asyr_error_get_message(failure)[0] != '\0');
    if (status != code || !told) {
        failures++;
        fprintf(stderr, "line %d: expected status %d, found %d with \"%s\": %s\n",
                line, (int)code, (int)status, asyr_error_get_message(failure), text);
    }
    asyr_error_unref(failure);
}

static inline void count_release(void *arg)
{
    (void)arg;
    released++;
}

#define CHECK(condition) check((condition), #condition, __LINE__)

/* The call, which names `error`, is refused, with and without an error to fill. */
#define REFUSED(code, call)                                                         \
    do {                                                                            \
        for (int pass = 0; pass < 2; pass++) {                                      \
            asyr_error *failure = NULL;                                             \
            asyr_error **error = pass == 0 ? &failure : NULL;                       \
            asyr_status status = (call);                                            \
            check_refused(status, (code), pass == 0, failure, #call, __LINE__);     \
        }                                                                           \
    } while (0)

/* The same for a call that is given `&released` and count_release to consume. */
#define REFUSED_CONSUMING(code, call)                                               \
    do {                                                                            \
        int before = released;                                                      \
        REFUSED(code, call);                                                        \
        check(released == before + 2, "one release per call: " #call, __LINE__);    \
    } while (0)

/* The call, which names `error`, succeeds. */
#define ACCEPTED(call)                                                              \
    do {                                                                            \
        asyr_error *failure = NULL;                                                 \
        asyr_error **error = &failure;                                              \
        asyr_status status = (call);                                                \
        check_refused(status, ASYR_OK, false, failure, #call, __LINE__);            \
    } while (0)

/* The exit status of the test. */
static inline int finish(void)
{
    if (failures > 0)
        fprintf(stderr, "%d checks failed\n", failures);
    return failures > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif

/* Libraries: how a name is resolved, and what is said when it is not. */
#include "unit.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"

static void check_opens_as(const char *name, const char *expected)
{
    asyr_library *library = NULL;
    UNIT_SUCCEEDS(asyr_library_open(name, &library, &error));
    CU_ASSERT_STRING_EQUAL(asyr_library_get_name(library), expected);
    asyr_library_unref(library);
}

static void a_file_name_is_found_by_the_loader(void)
{
    check_opens_as("libm.so.6", "libm.so.6");
    check_opens_as("libz.so.1", "libz.so.1");
}

static void a_path_is_opened_as_it_is(void)
{
    check_opens_as(CALLEE_LIBRARY, CALLEE_LIBRARY);
}

/* Of libm, development packages install a libm.so that is a text for the linker. */
static void a_stem_finds_the_installed_version(void)
{
    check_opens_as("m", "libm.so.6");
    check_opens_as("c", "libc.so.6");
}

static void no_name_is_the_running_program(void)
{
    asyr_library *program = NULL;
    asyr_function *function = NULL;
    UNIT_SUCCEEDS(asyr_library_open(NULL, &program, &error));
    CU_ASSERT_STRING_EQUAL(asyr_library_get_name(program), "");
    UNIT_SUCCEEDS(asyr_function_new_c(program, "size_t strlen(const char *)",
                                      &function, &error));
    asyr_function_unref(function);
    UNIT_FAILS(
        ASYR_E_SYMBOL,
        asyr_function_new_c(program, "int no_such_symbol(void)", &function, &error));
    asyr_library_unref(program);
}

static void check_refused(const char *name, const char *expected)
{
    asyr_library *library = (asyr_library *)(void *)&name;
    asyr_error *error = NULL;
    CU_ASSERT_EQUAL(asyr_library_open(name, &library, &error), ASYR_E_LIBRARY);
    CU_ASSERT_EQUAL(asyr_error_get_code(error), ASYR_E_LIBRARY);
    CU_ASSERT_PTR_NULL(library);
    const char *message = asyr_error_get_message(error);
    if (strncmp(message, expected, strlen(expected)) != 0)
        fprintf(stderr, "expected %s\nfound    %s\n", expected, message);
    CU_ASSERT_NSTRING_EQUAL(message, expected, strlen(expected));
    CU_ASSERT_PTR_NULL(strchr(message, '\n'));
    asyr_error_unref(error);
}

static void an_unknown_library_is_refused(void)
{
    check_refused("no_such_library",
                  "cannot open the library \"no_such_library\": "
                  "libno_such_library.so: cannot open shared object file");
    check_refused("libno_such.so.1", "cannot open the library \"libno_such.so.1\": "
                                     "libno_such.so.1: cannot open");
    check_refused("/no/such/file", "cannot open the library \"/no/such/file\": "
                                   "/no/such/file: cannot open");
    check_refused("/", "cannot open the library \"/\": ");
}

static void the_message_leads_from_an_unversioned_file_to_its_stem(void)
{
    asyr_error *error = NULL;
    asyr_library *library;
    asyr_library_open("libno_such.so", &library, &error);
    const char *message = asyr_error_get_message(error);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(message, "; \"no_such\" stands for its newest version"));
    asyr_error_unref(error);
}

static void odd_names_stay_on_one_line_of_utf8(void)
{
    check_refused("no\nsuch",
                  "cannot open the library \"no such\": libno such.so: ");
    check_refused("no\xff", "cannot open the library \"no\\xff\": libno\\xff.so: ");
}

static void missing_arguments_are_refused(void)
{
    asyr_library *library = NULL;
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_library_open("m", NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_library_open("", &library, &error));
    CU_ASSERT_EQUAL(asyr_library_open("", &library, NULL), ASYR_E_ARGUMENT);
    CU_ASSERT_EQUAL(asyr_library_open("no_such_library", &library, NULL),
                    ASYR_E_LIBRARY);
    CU_ASSERT_STRING_EQUAL(asyr_library_get_name(NULL), "");
    CU_ASSERT_PTR_NULL(asyr_library_ref(NULL));
    asyr_library_unref(NULL);
}

static bool is_loaded(void)
{
    void *handle = dlopen(CALLEE_LIBRARY, RTLD_NOW | RTLD_NOLOAD);
    if (handle)
        dlclose(handle);
    return handle != NULL;
}

static void the_last_reference_unloads_the_library(void)
{
    asyr_library *library = NULL;
    asyr_function *function = NULL;
    UNIT_SUCCEEDS(asyr_library_open(CALLEE_LIBRARY, &library, &error));
    CU_ASSERT_PTR_EQUAL(asyr_library_ref(library), library);
    asyr_library_unref(library);
    UNIT_SUCCEEDS(
        asyr_function_new_c(library, "int callee_int(int)", &function, &error));
    asyr_library_unref(library);
    CU_ASSERT_TRUE(is_loaded());
    asyr_function_unref(function);
    CU_ASSERT_FALSE(is_loaded());
}

static asyr_status open_name(const char *name, asyr_error **error)
{
    asyr_library *library = NULL;
    asyr_status status = asyr_library_open(name, &library, error);
    CU_ASSERT_EQUAL(library != NULL, status == ASYR_OK);
    asyr_library_unref(library);
    return status;
}

static asyr_status open_stem(asyr_error **error)
{
    return open_name("m", error);
}

static asyr_status open_path(asyr_error **error)
{
    return open_name(CALLEE_LIBRARY, error);
}

static void without_memory_opening_fails(void)
{
    unit_fail_each_allocation(open_stem);
    unit_fail_each_allocation(open_path);
}

CU_TestInfo library_tests[] = {
    UNIT_TEST(a_file_name_is_found_by_the_loader),
    UNIT_TEST(a_path_is_opened_as_it_is),
    UNIT_TEST(a_stem_finds_the_installed_version),
    UNIT_TEST(no_name_is_the_running_program),
    UNIT_TEST(an_unknown_library_is_refused),
    UNIT_TEST(the_message_leads_from_an_unversioned_file_to_its_stem),
    UNIT_TEST(odd_names_stay_on_one_line_of_utf8),
    UNIT_TEST(missing_arguments_are_refused),
    UNIT_TEST(the_last_reference_unloads_the_library),
    UNIT_TEST(without_memory_opening_fails),
    CU_TEST_INFO_NULL};

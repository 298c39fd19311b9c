/* A user of the installed library: prints what cos(0) is. */
#include <asyncresult.h>

#include <stdio.h>

int main(void)
{
    asyr_library *library = NULL;
    asyr_function *function = NULL;
    asyr_pool *pool = NULL;
    asyr_value *arguments = NULL, *zero = NULL;
    asyr_result *result = NULL;
    double number = 0;
    int failed;

    failed = asyr_library_open("m", &library, NULL) ||
             asyr_function_new_c(library, "double cos(double)", &function, NULL) ||
             asyr_pool_new(NULL, &pool, NULL) ||
             asyr_value_new_list(1, &arguments, NULL) ||
             asyr_value_new_double(0, &zero, NULL) ||
             asyr_value_append(arguments, zero, NULL) ||
             asyr_pool_apply_async(pool, function, arguments, NULL, &result, NULL) ||
             asyr_result_get_double(result, ASYR_FOREVER, &number, NULL);
    if (!failed)
        printf("%s %g\n", asyr_version(), number);
    asyr_result_unref(result);
    asyr_value_unref(zero);
    asyr_value_unref(arguments);
    asyr_pool_unref(pool);
    asyr_function_unref(function);
    asyr_library_unref(library);
    return failed;
}

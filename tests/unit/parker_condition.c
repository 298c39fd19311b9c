/* Runs the tests of parkers over the variant with a condition variable. */
#include "unit.h"

#include <stdlib.h>

#include <CUnit/Basic.h>

#include "platform/parker.h"

#if defined(ASYRI_PARKER_FUTEX)
#error "this program is for the variant with a condition variable"
#endif

extern CU_TestInfo parker_tests[];

int main(void)
{
    CU_SuiteInfo info[] = {
        {"parker with a condition variable", NULL, NULL, NULL, NULL, parker_tests},
        CU_SUITE_INFO_NULL};
    if (CU_initialize_registry() != CUE_SUCCESS ||
        CU_register_suites(info) != CUE_SUCCESS)
        return 2;
    CU_basic_set_mode(CU_BRM_NORMAL);
    CU_ErrorCode ran = CU_basic_run_tests();
    bool passed = ran == CUE_SUCCESS && CU_get_number_of_asserts() > 0 &&
                  CU_get_number_of_failures() == 0;
    CU_cleanup_registry();
    return passed ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* The version of the library in use. */
#include <asyncresult.h>

const char *asyr_version(void)
{
    return ASYR_VERSION;
}

/*
 * Shared libraries through dlopen.
 *
 * Libraries are bound at once (RTLD_NOW), so that a library which lacks
 * something fails when it is opened and not in the middle of a task, and locally,
 * so that two libraries with a symbol of the same name do not disturb each other.
 *
 * A symbol may be a variable.  Calling one would jump into data, so the symbol's
 * type is looked at before its address is given out.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "dynamic_library.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __GLIBC__
#include <elf.h>
#include <link.h>

/* Variables of a thread lie in no object, so the loader does not know them. */
static bool is_function(void *address)
{
    Dl_info info;
    ElfW(Sym) *symbol = NULL;
    if (!dladdr1(address, &info, (void **)&symbol, RTLD_DL_SYMENT))
        return false;
    if (!symbol || info.dli_saddr != address)
        return true;
    unsigned type = symbol->st_info & 0xf;
    return type != STT_OBJECT && type != STT_COMMON && type != STT_TLS;
}
#else
static bool is_function(void *address)
{
    (void)address;
    return true;
}
#endif

void *asyri_dynamic_library_open(const char *file, const char **why)
{
    void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        const char *said = dlerror();
        *why = said ? said : "the loader gave no reason";
    }
    return handle;
}

void *asyri_dynamic_library_find(void *handle, const char *symbol, const char **why)
{
    dlerror();
    void *address = dlsym(handle, symbol);
    if (!address) {
        const char *said = dlerror();
        *why = said ? said : "its address is NULL";
        return NULL;
    }
    if (!is_function(address)) {
        *why = "it is data, not a function";
        return NULL;
    }
    return address;
}

void asyri_dynamic_library_close(void *handle)
{
    dlclose(handle);
}

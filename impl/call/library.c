/*
 * Libraries: a counted handle of the loader and the name by which it was found.
 *
 * A name with a slash, or one that looks like a file's ("libm.so.6"), goes to the
 * loader as it is.  Any other is a stem: lib<stem>.so if the loader takes it, else
 * the newest lib<stem>.so.<version> that it takes.  All is immutable after open;
 * each function holds a reference, so code is never unmapped while it may run.
 */
#include "library.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "../base/alloc.h"
#include "../base/refcount.h"
#include "../core/error.h"
#include "../platform/dynamic_library.h"
#include "../platform/library_search.h"
#include "excerpt.h"

struct asyr_library {
    asyri_refcount refs;
    void *handle;
    char *name;
};

static bool is_stem(const char *name)
{
    if (strchr(name, '/') || strstr(name, ".so."))
        return false;
    size_t length = strlen(name);
    return length < 3 || strcmp(name + length - 3, ".so") != 0;
}

/* "libm.so": the name that Debian gives to a text for the linker. */
static bool is_unversioned(const char *name)
{
    size_t length = strlen(name);
    return !strchr(name, '/') && strncmp(name, "lib", 3) == 0 && length > 6 &&
           strcmp(name + length - 3, ".so") == 0;
}

/* The handle goes into the library, or is closed. */
static asyr_status make_library(void *handle, const char *name,
                                asyr_library **library, asyr_error **error)
{
    asyr_library *made = asyri_alloc_zeroed(1, sizeof *made);
    char *copy = made ? asyri_strdup(name) : NULL;
    if (!copy) {
        asyri_free(made);
        asyri_dynamic_library_close(handle);
        return asyri_fail_memory(error);
    }
    asyri_refcount_init(&made->refs);
    made->handle = handle;
    made->name = copy;
    *library = made;
    return ASYR_OK;
}

static asyr_status fail_open(const char *name, const char *why, asyr_error **error)
{
    struct asyri_excerpt shown = asyri_excerpt_line(name);
    struct asyri_excerpt said = asyri_excerpt_line(why);
    if (!is_unversioned(name))
        return asyri_fail(error, ASYR_E_LIBRARY,
                          "cannot open the library \"%s\": %s", shown.text,
                          said.text);
    struct asyri_excerpt stem = asyri_excerpt(name + 3, strlen(name) - 6);
    return asyri_fail(error, ASYR_E_LIBRARY,
                      "cannot open the library \"%s\": %s; "
                      "\"%s\" stands for its newest version",
                      shown.text, said.text, stem.text);
}

static asyr_status open_file(const char *name, asyr_library **library,
                             asyr_error **error)
{
    const char *why;
    void *handle = asyri_dynamic_library_open(name, &why);
    if (!handle)
        return fail_open(name ? name : "the running program", why, error);
    return make_library(handle, name ? name : "", library, error);
}

/* Open the first that the loader takes; what it says about the first, else. */
static asyr_status open_version(const char *stem,
                                const struct asyri_file_names *found,
                                asyr_library **library, asyr_error **error)
{
    asyr_error *first = NULL;
    for (size_t i = 0; i < found->count; i++) {
        const char *why;
        void *handle = asyri_dynamic_library_open(found->names[i], &why);
        if (handle) {
            asyri_error_unref(first);
            return make_library(handle, found->names[i], library, error);
        }
        if (!first)
            fail_open(stem, why, &first);
    }
    return asyri_fail_with(error, first);
}

/* `why` is what the loader said of lib<stem>.so. */
static asyr_status search_stem(const char *stem, const char *why,
                               asyr_library **library, asyr_error **error)
{
    struct asyri_file_names found = {0};
    asyr_status status;
    if (!asyri_library_search(stem, &found))
        status = asyri_fail_memory(error);
    else if (found.count == 0)
        status = fail_open(stem, why, error);
    else
        status = open_version(stem, &found, library, error);
    asyri_file_names_free(&found);
    return status;
}

static asyr_status open_stem(const char *stem, asyr_library **library,
                             asyr_error **error)
{
    size_t size = strlen(stem) + sizeof "lib.so";
    char *file = asyri_alloc(size);
    if (!file)
        return asyri_fail_memory(error);
    snprintf(file, size, "lib%s.so", stem);
    const char *why;
    asyr_status status;
    void *handle = asyri_dynamic_library_open(file, &why);
    if (handle) {
        status = make_library(handle, file, library, error);
    } else {
        /* The search calls the loader, which then forgets what it said. */
        struct asyri_excerpt said = asyri_excerpt_line(why);
        status = search_stem(stem, said.text, library, error);
    }
    asyri_free(file);
    return status;
}

asyr_status asyri_library_open(const char *name, asyr_library **library,
                               asyr_error **error)
{
    *library = NULL;
    if (name && is_stem(name))
        return open_stem(name, library, error);
    return open_file(name, library, error);
}

asyr_library *asyri_library_ref(asyr_library *library)
{
    if (library)
        asyri_refcount_take(&library->refs);
    return library;
}

void asyri_library_unref(asyr_library *library)
{
    if (!library || !asyri_refcount_give(&library->refs))
        return;
    asyri_dynamic_library_close(library->handle);
    asyri_free(library->name);
    asyri_free(library);
}

const char *asyri_library_name(const asyr_library *library)
{
    return library->name;
}

asyr_status asyri_library_find(asyr_library *library, const char *symbol,
                               void **address, asyr_error **error)
{
    const char *why;
    *address = asyri_dynamic_library_find(library->handle, symbol, &why);
    if (*address)
        return ASYR_OK;
    struct asyri_excerpt name = asyri_excerpt_line(library->name);
    struct asyri_excerpt shown = asyri_excerpt_line(symbol);
    struct asyri_excerpt said = asyri_excerpt_line(why);
    return asyri_fail(error, ASYR_E_SYMBOL, "%s has no function \"%s\": %s",
                      *library->name ? name.text : "the program", shown.text,
                      said.text);
}

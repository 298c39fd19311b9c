/* Shared libraries, as the system's loader has them. */
#ifndef ASYRI_PLATFORM_DYNAMIC_LIBRARY_H
#define ASYRI_PLATFORM_DYNAMIC_LIBRARY_H

/*
 * Each of the two stores in *why, when it answers NULL, what the loader said:
 * text that lives until this thread's next call here.
 */

/* A handle; `file` is NULL for the running program and all it loaded. */
void *asyri_dynamic_library_open(const char *file, const char **why);
/* The address of a function; never that of data. */
void *asyri_dynamic_library_find(void *handle, const char *symbol, const char **why);

void asyri_dynamic_library_close(void *handle);

#endif

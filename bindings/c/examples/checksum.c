/*
 * Checksum every file below a folder: zlib's crc32, called in parallel.
 *
 *   checksum FOLDER
 *
 * Rows are "%08x  %s", sorted by the bytes of the path.  A file that cannot be
 * read has a row of its own, and the exit status is then 1.
 *
 * The main thread reads a file, submits its call and goes on; it takes the
 * oldest result whenever a window of calls is under way, so memory stays bounded
 * however many files there are.
 */
#include <asyncresult.h>

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CRC32                                                                       \
    "unsigned long crc32(unsigned long, const unsigned char *, unsigned int)"

enum { WINDOW = 32 };

struct paths {
    char **items;
    size_t count;
    size_t capacity;
};

struct job {
    const char *path;
    asyr_result *result;
    int problem; /* errno, when the file could not be read */
};

struct run {
    asyr_pool *pool;
    asyr_function *crc32;
    struct job window[WINDOW];
    bool failed;
};

static _Noreturn void die(const char *message)
{
    fprintf(stderr, "checksum: %s\n", message);
    exit(2);
}

static void check(asyr_status status, asyr_error *error)
{
    if (status != ASYR_OK)
        die(asyr_error_get_message(error));
}

/* Paths. */

static void add_path(struct paths *paths, const char *path)
{
    if (paths->count == paths->capacity) {
        paths->capacity = paths->capacity ? 2 * paths->capacity : 256;
        paths->items = realloc(paths->items, paths->capacity * sizeof(char *));
        if (!paths->items)
            die("out of memory");
    }
    paths->items[paths->count] = strdup(path);
    if (!paths->items[paths->count++])
        die("out of memory");
}

static int by_bytes(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Every regular file below `folder`, or `folder` itself when it is no folder; and
 * every folder that cannot be read. */
static void find_files(char *folder, struct paths *paths)
{
    char *roots[] = {folder, NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL);
    FTSENT *entry;

    if (!tree)
        die(strerror(errno));
    while ((entry = fts_read(tree))) {
        bool is_root = entry->fts_level == FTS_ROOTLEVEL;

        if (entry->fts_info == FTS_F || entry->fts_info == FTS_NS ||
            entry->fts_info == FTS_DNR ||
            (is_root && entry->fts_info == FTS_DEFAULT))
            add_path(paths, entry->fts_path);
    }
    fts_close(tree);
    if (paths->count > 0)
        qsort(paths->items, paths->count, sizeof(char *), by_bytes);
}

static void free_paths(struct paths *paths)
{
    for (size_t i = 0; i < paths->count; i++)
        free(paths->items[i]);
    free(paths->items);
}

/* Contents. */

/* Until the end, whatever size the file was said to have. */
static char *read_all(FILE *file, size_t *length)
{
    size_t capacity = 65536;
    char *data = malloc(capacity);

    *length = 0;
    while (data && !feof(file) && !ferror(file)) {
        *length += fread(data + *length, 1, capacity - *length, file);
        if (*length == capacity)
            data = realloc(data, capacity *= 2);
    }
    if (!data)
        die("out of memory");
    return data;
}

/* NULL, with errno, when it cannot be read. */
static asyr_value *read_file(const char *path)
{
    FILE *file = fopen(path, "rbe");
    asyr_value *value = NULL;
    asyr_error *error = NULL;
    size_t length;
    char *data;
    int problem;

    if (!file)
        return NULL;
    data = read_all(file, &length);
    problem = ferror(file) ? errno : 0;
    fclose(file);
    if (problem) {
        free(data);
        errno = problem;
        return NULL;
    }
    check(
        asyr_value_new_bytes_view(data, (int64_t)length, data, free, &value, &error),
        error);
    return value;
}

/* Calls. */

/* The list of crc32's arguments: 0, the contents, their size. */
static asyr_value *arguments_for(asyr_value *contents)
{
    asyr_value *list = NULL, *start = NULL, *size = NULL;
    asyr_error *error = NULL;

    check(asyr_value_new_list(3, &list, &error), error);
    check(asyr_value_new_int64(0, &start, &error), error);
    check(asyr_value_new_int64(asyr_value_get_count(contents), &size, &error),
          error);
    check(asyr_value_append(list, start, &error), error);
    check(asyr_value_append(list, contents, &error), error);
    check(asyr_value_append(list, size, &error), error);
    asyr_value_unref(start);
    asyr_value_unref(size);
    return list;
}

static void begin(struct run *run, struct job *job, const char *path)
{
    asyr_value *contents = read_file(path);
    asyr_value *arguments;
    asyr_error *error = NULL;

    *job = (struct job){.path = path, .problem = errno};
    if (!contents)
        return;
    arguments = arguments_for(contents);
    check(asyr_pool_apply_async(run->pool, run->crc32, arguments, NULL, &job->result,
                                &error),
          error);
    asyr_value_unref(arguments);
    asyr_value_unref(contents);
}

static void finish(struct run *run, struct job *job)
{
    int64_t crc = 0;
    asyr_error *error = NULL;

    if (job->result &&
        asyr_result_get_int64(job->result, ASYR_FOREVER, &crc, &error) == ASYR_OK) {
        printf("%08llx  %s\n", (unsigned long long)crc, job->path);
    } else {
        printf("--------  %s: %s\n", job->path,
               error ? asyr_error_get_message(error) : strerror(job->problem));
        run->failed = true;
    }
    asyr_error_unref(error);
    asyr_result_unref(job->result);
}

static void show_progress(size_t done, size_t total)
{
    if (isatty(STDERR_FILENO) && (done % 64 == 0 || done == total))
        fprintf(stderr, "\r%zu of %zu%s", done, total, done == total ? "\n" : "");
}

/* Rows come in the order of the paths: the oldest call is finished first. */
static void checksum(struct run *run, const struct paths *paths)
{
    size_t begun = 0;

    for (size_t done = 0; done < paths->count; done++) {
        for (; begun < paths->count && begun < done + WINDOW; begun++)
            begin(run, &run->window[begun % WINDOW], paths->items[begun]);
        finish(run, &run->window[done % WINDOW]);
        show_progress(done + 1, paths->count);
    }
}

static void open_run(struct run *run)
{
    asyr_library *zlib = NULL;
    asyr_error *error = NULL;

    check(asyr_pool_new(NULL, &run->pool, &error), error);
    check(asyr_library_open("z", &zlib, &error), error);
    check(asyr_function_new_c(zlib, CRC32, &run->crc32, &error), error);
    asyr_library_unref(zlib);
}

static void close_run(struct run *run)
{
    asyr_function_unref(run->crc32);
    asyr_pool_close(run->pool, NULL);
    asyr_pool_join(run->pool, ASYR_FOREVER, NULL, NULL);
    asyr_pool_unref(run->pool);
}

int main(int argc, char **argv)
{
    struct run run = {0};
    struct paths paths = {0};

    if (argc != 2)
        die("usage: checksum FOLDER");
    find_files(argv[1], &paths);
    open_run(&run);
    checksum(&run, &paths);
    close_run(&run);
    free_paths(&paths);
    if (fflush(stdout) != 0)
        die(strerror(errno));
    return run.failed ? 1 : 0;
}

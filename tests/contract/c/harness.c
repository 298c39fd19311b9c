/*
 * The short forms; the processes are in main.c.
 */
#include "harness.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void check_int(const char *file, int line, int64_t expected, int64_t found)
{
    char reason[80];
    if (expected == found)
        return;
    snprintf(reason, sizeof reason, "expected %lld, found %lld", (long long)expected,
             (long long)found);
    fail_case(file, line, reason);
}

void check_code(const char *file, int line, int32_t expected, asyr_status found)
{
    char reason[120];
    if (expected == found)
        return;
    const char *wanted = expected ? asyr_code_get_kind(expected) : "success";
    const char *got = found ? asyr_code_get_kind(found) : "success";
    snprintf(reason, sizeof reason, "expected %s, found %s", wanted,
             got ? got : "an unknown code");
    fail_case(file, line, reason);
}

void check_text(const char *file, int line, const char *expected, const char *found)
{
    char reason[400];
    if (found && strcmp(expected, found) == 0)
        return;
    snprintf(reason, sizeof reason, "expected \"%s\", found \"%s\"", expected,
             found ? found : "(null)");
    fail_case(file, line, reason);
}

static void append_int(asyr_value *list, int64_t number)
{
    asyr_value *item;
    CHECK_CODE(ASYR_OK, asyr_value_new_int64(number, &item, NULL));
    CHECK_CODE(ASYR_OK, asyr_value_append(list, item, NULL));
    asyr_value_unref(item);
}

static asyr_value *new_list(int64_t capacity)
{
    asyr_value *list;
    CHECK_CODE(ASYR_OK, asyr_value_new_list(capacity, &list, NULL));
    return list;
}

asyr_value *ints(int count, ...)
{
    asyr_value *list = new_list(count);
    va_list items;
    va_start(items, count);
    for (int i = 0; i < count; i++)
        append_int(list, va_arg(items, int64_t));
    va_end(items);
    return list;
}

asyr_value *numbers(int64_t from, int64_t to)
{
    asyr_value *list = new_list(to - from + 1);
    for (int64_t number = from; number <= to; number++)
        append_int(list, number);
    return list;
}

asyr_value *pairs(int count, ...)
{
    asyr_value *list = new_list(count);
    va_list items;
    va_start(items, count);
    for (int i = 0; i < count; i++) {
        int64_t left = va_arg(items, int64_t), right = va_arg(items, int64_t);
        asyr_value *pair = ints(2, left, right);
        CHECK_CODE(ASYR_OK, asyr_value_append(list, pair, NULL));
        asyr_value_unref(pair);
    }
    va_end(items);
    return list;
}

asyr_function *c_function(const char *prototype)
{
    asyr_library *library;
    asyr_function *function;
    const char *path = getenv("ASYR_FIXTURE");
    CHECK(path != NULL);
    CHECK_CODE(ASYR_OK, asyr_library_open(path, &library, NULL));
    CHECK_CODE(ASYR_OK, asyr_function_new_c(library, prototype, &function, NULL));
    asyr_library_unref(library);
    return function;
}

asyr_function *native(asyr_native_fn run, void *arg)
{
    asyr_function *function;
    CHECK_CODE(ASYR_OK,
               asyr_function_new_native("case", run, arg, NULL, &function, NULL));
    return function;
}

asyr_pool_options *pool_options(int64_t workers)
{
    asyr_pool_options *options;
    CHECK_CODE(ASYR_OK, asyr_pool_options_new(&options, NULL));
    CHECK_CODE(ASYR_OK, asyr_pool_options_set_workers(options, workers, NULL));
    return options;
}

asyr_pool *pool_with(asyr_pool_options *options)
{
    asyr_pool *pool;
    CHECK_CODE(ASYR_OK, asyr_pool_new(options, &pool, NULL));
    asyr_pool_options_free(options);
    return pool;
}

asyr_pool *pool_of(int64_t workers)
{
    return pool_with(pool_options(workers));
}

void end_pool(asyr_pool *pool)
{
    CHECK_CODE(ASYR_OK, asyr_pool_close(pool, NULL));
    CHECK_CODE(ASYR_OK, asyr_pool_join(pool, ASYR_FOREVER, NULL, NULL));
    asyr_pool_unref(pool);
}

asyr_task_options *task_options(void)
{
    asyr_task_options *options;
    CHECK_CODE(ASYR_OK, asyr_task_options_new(&options, NULL));
    return options;
}

asyr_result *submit(asyr_pool *pool, asyr_function *function, asyr_value *arguments,
                    asyr_task_options *options)
{
    asyr_result *result;
    CHECK_CODE(ASYR_OK, asyr_pool_apply_async(pool, function, arguments, options,
                                              &result, NULL));
    asyr_function_unref(function);
    asyr_value_unref(arguments);
    asyr_task_options_free(options);
    return result;
}

asyr_result *submit_c(asyr_pool *pool, const char *prototype, asyr_value *arguments)
{
    return submit(pool, c_function(prototype), arguments, NULL);
}

asyr_result *submit_native(asyr_pool *pool, asyr_native_fn run, void *arg)
{
    return submit(pool, native(run, arg), NULL, NULL);
}

asyr_result *submit_map(asyr_pool *pool, asyr_function *function, asyr_value *items,
                        asyr_task_options *options)
{
    asyr_result *result;
    CHECK_CODE(ASYR_OK,
               asyr_pool_map_async(pool, function, items, options, &result, NULL));
    asyr_function_unref(function);
    asyr_value_unref(items);
    asyr_task_options_free(options);
    return result;
}

asyr_result *submit_starmap(asyr_pool *pool, asyr_function *function,
                            asyr_value *items, asyr_task_options *options)
{
    asyr_result *result;
    CHECK_CODE(ASYR_OK, asyr_pool_starmap_async(pool, function, items, options,
                                                &result, NULL));
    asyr_function_unref(function);
    asyr_value_unref(items);
    asyr_task_options_free(options);
    return result;
}

asyr_status try_submit(asyr_pool *pool)
{
    asyr_function *function = c_function(SQUARE);
    asyr_value *arguments = ints(1, INT64_C(2));
    asyr_status status =
        asyr_pool_apply_async(pool, function, arguments, NULL, NULL, NULL);
    asyr_function_unref(function);
    asyr_value_unref(arguments);
    return status;
}

int64_t get_int(asyr_result *result)
{
    int64_t number;
    CHECK_CODE(ASYR_OK, asyr_result_get_int64(result, ASYR_FOREVER, &number, NULL));
    return number;
}

asyr_status get_code(asyr_result *result, int64_t timeout_ns)
{
    return asyr_result_get(result, timeout_ns, NULL, NULL, NULL);
}

asyr_error *get_failure(asyr_result *result)
{
    asyr_error *failure;
    asyr_status status = asyr_result_get(result, ASYR_FOREVER, NULL, NULL, &failure);
    CHECK(status != ASYR_OK);
    CHECK(failure != NULL);
    CHECK_INT(status, asyr_error_get_code(failure));
    return failure;
}

int64_t finish_int(asyr_result *result)
{
    int64_t number = get_int(result);
    asyr_result_unref(result);
    return number;
}

asyr_status finish_code(asyr_result *result)
{
    asyr_status status = get_code(result, ASYR_FOREVER);
    asyr_result_unref(result);
    return status;
}

asyr_error *finish_failure(asyr_result *result)
{
    asyr_error *failure = get_failure(result);
    asyr_result_unref(result);
    return failure;
}

int64_t item_int(asyr_value *list, int64_t index)
{
    asyr_value *item;
    int64_t number;
    CHECK_CODE(ASYR_OK, asyr_value_get_item(list, index, &item, NULL));
    CHECK_CODE(ASYR_OK, asyr_value_get_int64(item, &number, NULL));
    asyr_value_unref(item);
    return number;
}

struct held hold(asyr_pool *pool)
{
    struct held held = {.latch = fixture_latch_new()};
    held.result = submit_c(pool, LATCH_WAIT, ints(1, held.latch));
    fixture_wait_for_waiters(held.latch, 1);
    return held;
}

void let_go(struct held held)
{
    fixture_latch_open(held.latch);
    CHECK_INT(held.latch, finish_int(held.result));
}

void *id_arg(int64_t id)
{
    return (void *)(intptr_t)id;
}

asyr_error *count_value(asyr_value *value, void *arg)
{
    CHECK(value != NULL);
    fixture_count((intptr_t)arg);
    return NULL;
}

asyr_error *count_error(asyr_error *failure, void *arg)
{
    CHECK(failure != NULL);
    fixture_count((intptr_t)arg);
    return NULL;
}

void count_done(asyr_result *result, void *arg)
{
    CHECK(asyr_result_is_ready(result));
    fixture_count((intptr_t)arg);
}

asyr_error *wait_in_callback(asyr_value *value, void *arg)
{
    CHECK(value != NULL);
    fixture_latch_wait((intptr_t)arg);
    return NULL;
}

asyr_task_options *with_callback(asyr_callback_fn callback, void *arg)
{
    asyr_task_options *options = task_options();
    CHECK_CODE(ASYR_OK,
               asyr_task_options_set_callback(options, callback, arg, NULL, NULL));
    return options;
}

asyr_task_options *with_error_callback(asyr_error_callback_fn callback, void *arg)
{
    asyr_task_options *options = task_options();
    CHECK_CODE(ASYR_OK, asyr_task_options_set_error_callback(options, callback, arg,
                                                             NULL, NULL));
    return options;
}

asyr_task_options *with_counters(int64_t values, int64_t errors)
{
    asyr_task_options *options = with_callback(count_value, id_arg(values));
    CHECK_CODE(ASYR_OK, asyr_task_options_set_error_callback(
                            options, count_error, id_arg(errors), NULL, NULL));
    return options;
}

pthread_t start_thread(void *(*run)(void *), void *arg)
{
    pthread_t thread;
    CHECK_INT(0, pthread_create(&thread, NULL, run, arg));
    return thread;
}

void end_thread(pthread_t thread)
{
    CHECK_INT(0, pthread_join(thread, NULL));
}

pid_t kernel_thread(void)
{
    return (pid_t)syscall(SYS_gettid);
}

static int thread_state(pid_t thread)
{
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)thread);
    FILE *file = fopen(path, "r");
    CHECK(file != NULL);
    CHECK(fgets(line, sizeof line, file) != NULL);
    fclose(file);
    const char *name_end = strrchr(line, ')');
    CHECK(name_end && name_end[1] == ' ');
    return name_end[2];
}

static void pause_shortly(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

void wait_until_asleep(pid_t thread)
{
    while (thread_state(thread) != 'S')
        pause_shortly();
}

/* ThreadSanitizer has threads of its own: they cannot be told from ours. */
int count_threads(void)
{
    int count = 0;
#if !defined(__SANITIZE_THREAD__)
    DIR *tasks = opendir("/proc/self/task");
    CHECK(tasks != NULL);
    for (struct dirent *entry; (entry = readdir(tasks));)
        count += entry->d_name[0] != '.';
    closedir(tasks);
#endif
    return count;
}

void wait_until_alone(void)
{
    while (count_threads() > 1)
        pause_shortly();
}

int in_child(void (*run)(void))
{
    int status;
    fflush(NULL);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        alarm(CASE_LIMIT);
        run();
        _exit(0);
    }
    CHECK_INT(child, waitpid(child, &status, 0));
    return status;
}

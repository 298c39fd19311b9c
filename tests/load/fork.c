/*
 * fork in the middle of everything: while threads submit, wait, cancel, add
 * callbacks and make and drop pools, the process forks again and again.  Each
 * child makes a pool of its own, sees Forked from what it inherited, releases
 * that, and ends.
 *
 * The child calls nothing that takes a lock which a thread of the parent may hold:
 * its tasks are native functions, and it uses no fixture.
 */
#include "harness.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FORKS = 40, THREADS = 3 };

static asyr_pool *pool;
static asyr_function *square;
static asyr_queue *queue;
static atomic_bool ended;

static void square_native(asyr_task *task, void *arg)
{
    int64_t number;
    (void)arg;
    CHECK_CODE(ASYR_OK, asyr_task_get_int64(task, 0, &number, NULL));
    CHECK_CODE(ASYR_OK, asyr_task_return_int64(task, number * number, NULL));
}

static asyr_error *no_error(asyr_value *value, void *arg)
{
    (void)arg;
    CHECK(value != NULL);
    return NULL;
}

static asyr_result *submit_one(asyr_pool *to, int64_t number)
{
    asyr_value *arguments = ints(1, number);
    asyr_task_options *options = with_callback(no_error, NULL);
    asyr_result *result;
    CHECK_CODE(ASYR_OK,
               asyr_pool_apply_async(to, square, arguments, options, &result, NULL));
    asyr_value_unref(arguments);
    asyr_task_options_free(options);
    return result;
}

static void *keep_submitting(void *arg)
{
    (void)arg;
    for (int64_t turn = 0; !atomic_load(&ended); turn++) {
        asyr_result *kept = submit_one(pool, turn % 1000);
        asyr_result *dropped = submit_one(pool, turn % 1000);
        asyr_result_cancel(dropped, NULL, NULL);
        asyr_result_unref(dropped);
        CHECK_INT((turn % 1000) * (turn % 1000), finish_int(kept));
    }
    return NULL;
}

static void *keep_making_pools(void *arg)
{
    (void)arg;
    while (!atomic_load(&ended)) {
        asyr_pool *own = pool_of(2);
        CHECK_INT(49, finish_int(submit_one(own, 7)));
        end_pool(own);
    }
    return NULL;
}

static void use_own_pool(void)
{
    asyr_pool *own = pool_of(2);
    for (int64_t number = 0; number < 20; number++)
        CHECK_INT(number * number, finish_int(submit_one(own, number)));
    end_pool(own);
}

static void be_a_child(asyr_result *inherited)
{
    asyr_value *arguments = ints(1, INT64_C(1));
    alarm(60);
    CHECK_CODE(ASYR_E_FORKED, get_code(inherited, ASYR_FOREVER));
    CHECK_CODE(ASYR_E_FORKED,
               asyr_pool_apply_async(pool, square, arguments, NULL, NULL, NULL));
    CHECK_CODE(ASYR_E_FORKED, asyr_pool_join(pool, ASYR_FOREVER, NULL, NULL));
    asyr_value_unref(arguments);
    use_own_pool();
    asyr_result_unref(inherited);
    asyr_queue_unref(queue);
    asyr_pool_unref(pool);
    use_own_pool();
    _exit(EXIT_SUCCESS);
}

static void fork_once(int64_t turn)
{
    int status;
    asyr_result *inherited = submit_one(pool, turn);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0)
        be_a_child(inherited);
    CHECK_INT(child, waitpid(child, &status, 0));
    CHECK(WIFEXITED(status));
    CHECK_INT(0, WEXITSTATUS(status));
    CHECK_INT(turn * turn, finish_int(inherited));
}

int main(void)
{
    pthread_t threads[THREADS];
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip_case("the allocator of a sanitizer may be locked in the child of a fork");
#endif
    pool = pool_of(3);
    square = native(square_native, NULL);
    CHECK_CODE(ASYR_OK, asyr_queue_new(0, &queue, NULL));
    for (int i = 0; i < THREADS; i++)
        threads[i] = start_thread(i ? keep_submitting : keep_making_pools, NULL);
    for (int64_t turn = 0; turn < FORKS; turn++)
        fork_once(turn);
    atomic_store(&ended, true);
    for (int i = 0; i < THREADS; i++)
        end_thread(threads[i]);
    end_pool(pool);
    asyr_queue_unref(queue);
    asyr_function_unref(square);
    return EXIT_SUCCESS;
}

/* The builders of options: what they refuse, keep and release. */
#include "support.h"

#include "base/alloc.h"

static asyr_error *fail_callback(asyr_value *value, void *arg)
{
    (void)value;
    (void)arg;
    return NULL;
}

static asyr_error *fail_error_callback(asyr_error *failure, void *arg)
{
    (void)failure;
    (void)arg;
    return NULL;
}

static void ignore_unread(asyr_error *failure, void *arg)
{
    (void)failure;
    (void)arg;
}

static void a_builder_needs_a_place(void)
{
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_pool_options_new(NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_task_options_new(NULL, &error));
    CU_ASSERT_EQUAL(asyr_pool_options_new(NULL, NULL), ASYR_E_ARGUMENT);
    CU_ASSERT_EQUAL(asyr_task_options_new(NULL, NULL), ASYR_E_ARGUMENT);
}

static void freeing_no_builder_does_nothing(void)
{
    int64_t before = asyri_alloc_count();
    asyr_pool_options_free(NULL);
    asyr_task_options_free(NULL);
    CU_ASSERT_EQUAL(asyri_alloc_count(), before);
}

/* B19: fewer than one worker is invalid. */
static void numbers_of_workers_are_checked(void)
{
    static const int64_t refused[] = {0, -1, INT64_MIN, INT64_MAX, 1000001};
    asyr_pool_options *options = support_pool_options(1);
    for (int i = 0; i < 5; i++)
        UNIT_FAILS(ASYR_E_ARGUMENT,
                   asyr_pool_options_set_workers(options, refused[i], &error));
    UNIT_SUCCEEDS(asyr_pool_options_set_workers(options, 1000000, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_pool_options_set_workers(NULL, 1, &error));
    CU_ASSERT_EQUAL(asyr_pool_options_set_workers(options, 0, NULL),
                    ASYR_E_ARGUMENT);
    asyr_pool_options_free(options);
}

static void sources_of_workers_are_checked(void)
{
    static const int32_t refused[] = {-1, 2, INT32_MIN, INT32_MAX};
    asyr_pool_options *options = support_pool_options(1);
    for (int i = 0; i < 4; i++)
        UNIT_FAILS(ASYR_E_ARGUMENT,
                   asyr_pool_options_set_worker_source(options, refused[i], &error));
    UNIT_SUCCEEDS(
        asyr_pool_options_set_worker_source(options, ASYR_WORKERS_HOST, &error));
    UNIT_SUCCEEDS(
        asyr_pool_options_set_worker_source(options, ASYR_WORKERS_OWN, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_pool_options_set_worker_source(NULL, ASYR_WORKERS_OWN, &error));
    asyr_pool_options_free(options);
}

static void an_initializer_needs_a_list_of_arguments(void)
{
    asyr_pool_options *options = support_pool_options(1);
    asyr_function *function = support_native(run_echo, NULL);
    asyr_value *text = unit_text("text"), *list = unit_list();
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_pool_options_set_initializer(options, function, text, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_pool_options_set_initializer(NULL, function, NULL, &error));
    UNIT_SUCCEEDS(
        asyr_pool_options_set_initializer(options, function, list, &error));
    UNIT_SUCCEEDS(
        asyr_pool_options_set_initializer(options, function, list, &error));
    UNIT_SUCCEEDS(asyr_pool_options_set_initializer(options, NULL, NULL, &error));
    asyr_pool_options_free(options);
    asyr_value_unref(text);
    asyr_value_unref(list);
    asyr_function_unref(function);
}

static void limits_of_a_pool_are_checked(void)
{
    static const int64_t refused[] = {0, -1, INT64_MIN};
    asyr_pool_options *options = support_pool_options(1);
    for (int i = 0; i < 3; i++) {
        UNIT_FAILS(ASYR_E_ARGUMENT, asyr_pool_options_set_max_tasks_per_worker(
                                        options, refused[i], &error));
        UNIT_FAILS(ASYR_E_ARGUMENT,
                   asyr_pool_options_set_queue_limit(options, refused[i],
                                                     ASYR_FULL_FAIL, &error));
    }
    UNIT_SUCCEEDS(
        asyr_pool_options_set_max_tasks_per_worker(options, INT64_MAX, &error));
    UNIT_SUCCEEDS(asyr_pool_options_set_queue_limit(options, INT64_MAX,
                                                    ASYR_FULL_BLOCK, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_pool_options_set_max_tasks_per_worker(NULL, 1, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_pool_options_set_queue_limit(NULL, 1, ASYR_FULL_FAIL, &error));
    asyr_pool_options_free(options);
}

/* B26 */
static void policies_for_a_full_queue_are_checked(void)
{
    static const int32_t refused[] = {-1, 3, INT32_MIN, INT32_MAX};
    asyr_pool_options *options = support_pool_options(1);
    for (int i = 0; i < 4; i++)
        UNIT_FAILS(ASYR_E_ARGUMENT, asyr_pool_options_set_queue_limit(
                                        options, 1, refused[i], &error));
    asyr_pool_options_free(options);
}

static void numbers_of_spares_are_checked(void)
{
    static const int64_t refused[] = {-1, INT64_MIN, INT64_MAX};
    asyr_pool_options *options = support_pool_options(1);
    for (int i = 0; i < 3; i++)
        UNIT_FAILS(ASYR_E_ARGUMENT,
                   asyr_pool_options_set_spare_workers(options, refused[i], &error));
    UNIT_SUCCEEDS(asyr_pool_options_set_spare_workers(options, 0, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_pool_options_set_spare_workers(NULL, 0, &error));
    asyr_pool_options_free(options);
}

static void a_name_and_a_queue_can_be_set_again(void)
{
    asyr_pool_options *options = support_pool_options(1);
    asyr_queue *queue = support_queue(0);
    UNIT_SUCCEEDS(asyr_pool_options_set_name(options, "first", &error));
    UNIT_SUCCEEDS(asyr_pool_options_set_name(options, "second", &error));
    UNIT_SUCCEEDS(asyr_pool_options_set_name(options, NULL, &error));
    UNIT_SUCCEEDS(asyr_pool_options_set_queue(options, queue, &error));
    UNIT_SUCCEEDS(asyr_pool_options_set_queue(options, queue, &error));
    UNIT_SUCCEEDS(asyr_pool_options_set_queue(options, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_pool_options_set_name(NULL, "name", &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_pool_options_set_queue(NULL, queue, &error));
    asyr_queue_unref(queue);
    asyr_pool_options_free(options);
}

/* The queue closes with the last handle, and a builder has one. */
static void a_builder_keeps_its_queue_open(void)
{
    int64_t count;
    asyr_task_options *options = support_task_options();
    asyr_queue *queue = support_queue(0);
    UNIT_SUCCEEDS(asyr_task_options_set_queue(options, queue, &error));
    asyr_queue_unref(queue);
    UNIT_SUCCEEDS(asyr_queue_run(queue, 0, 0, NULL, &count, &error));
    asyr_task_options_free(options);
}

static void a_hook_is_released_once(void)
{
    int released = 0;
    asyr_pool_options *options = support_pool_options(1);
    UNIT_SUCCEEDS(asyr_pool_options_set_unread_error_hook(
        options, ignore_unread, &released, unit_count_release, &error));
    CU_ASSERT_EQUAL(released, 0);
    UNIT_SUCCEEDS(asyr_pool_options_set_unread_error_hook(
        options, ignore_unread, &released, unit_count_release, &error));
    CU_ASSERT_EQUAL(released, 1);
    UNIT_SUCCEEDS(asyr_pool_options_set_unread_error_hook(
        options, NULL, &released, unit_count_release, &error));
    CU_ASSERT_EQUAL(released, 3);
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_pool_options_set_unread_error_hook(
                   NULL, ignore_unread, &released, unit_count_release, &error));
    CU_ASSERT_EQUAL(released, 4);
    UNIT_SUCCEEDS(asyr_pool_options_set_unread_error_hook(options, ignore_unread,
                                                          &released, NULL, &error));
    asyr_pool_options_free(options);
    CU_ASSERT_EQUAL(released, 4);
}

static void callbacks_of_a_submit_are_released_once(void)
{
    int released = 0;
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_callback(options, fail_callback, &released,
                                                 unit_count_release, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_error_callback(
        options, fail_error_callback, &released, unit_count_release, &error));
    CU_ASSERT_EQUAL(released, 0);
    UNIT_SUCCEEDS(asyr_task_options_set_callback(options, NULL, &released,
                                                 unit_count_release, &error));
    CU_ASSERT_EQUAL(released, 2);
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_task_options_set_callback(NULL, fail_callback, &released,
                                              unit_count_release, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_task_options_set_error_callback(
                                    NULL, fail_error_callback, &released,
                                    unit_count_release, &error));
    CU_ASSERT_EQUAL(released, 4);
    asyr_task_options_free(options);
    CU_ASSERT_EQUAL(released, 5);
}

static void kinds_of_events_are_checked(void)
{
    static const int32_t refused[] = {-2, 2, INT32_MIN, INT32_MAX};
    asyr_task_options *options = support_task_options();
    for (int i = 0; i < 4; i++)
        UNIT_FAILS(ASYR_E_ARGUMENT,
                   asyr_task_options_set_event(options, refused[i], &error));
    for (int32_t kind = -1; kind <= ASYR_EVENT_DONE; kind++)
        UNIT_SUCCEEDS(asyr_task_options_set_event(options, kind, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_task_options_set_event(NULL, 0, &error));
    asyr_task_options_free(options);
}

/* B14, B16 */
static void options_of_a_map_are_checked(void)
{
    static const int64_t sizes[] = {0, -1, INT64_MIN};
    static const int32_t policies[] = {-1, 4, INT32_MIN, INT32_MAX};
    asyr_task_options *options = support_task_options();
    for (int i = 0; i < 3; i++)
        UNIT_FAILS(ASYR_E_ARGUMENT,
                   asyr_task_options_set_chunk_size(options, sizes[i], &error));
    for (int i = 0; i < 4; i++)
        UNIT_FAILS(ASYR_E_ARGUMENT,
                   asyr_task_options_set_error_policy(options, policies[i], &error));
    UNIT_SUCCEEDS(asyr_task_options_set_chunk_size(options, INT64_MAX, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_task_options_set_chunk_size(NULL, 1, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_task_options_set_error_policy(NULL, 0, &error));
    asyr_task_options_free(options);
}

static void the_other_setters_need_a_builder(void)
{
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_task_options_set_queue(NULL, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_task_options_set_tag(NULL, 1, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_task_options_set_strand(NULL, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_task_options_set_interrupt(NULL, NULL, &error));
    CU_ASSERT_EQUAL(asyr_task_options_set_tag(NULL, 1, NULL), ASYR_E_ARGUMENT);
}

static void handles_can_be_set_again_and_taken_back(void)
{
    asyr_pool *pool = support_pool(1);
    asyr_strand *strand = NULL;
    asyr_task_options *options = support_task_options();
    asyr_interrupt *interrupt = support_interrupt();
    UNIT_SUCCEEDS(asyr_strand_new(pool, ASYR_STRAND_SERIAL, &strand, &error));
    for (int i = 0; i < 2; i++) {
        UNIT_SUCCEEDS(asyr_task_options_set_strand(options, strand, &error));
        UNIT_SUCCEEDS(asyr_task_options_set_interrupt(options, interrupt, &error));
    }
    UNIT_SUCCEEDS(asyr_task_options_set_strand(options, NULL, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_interrupt(options, NULL, &error));
    asyr_interrupt_unref(interrupt);
    asyr_strand_unref(strand);
    asyr_task_options_free(options);
    support_end(pool);
}

static asyr_status attempt_pool_options(asyr_error **error)
{
    asyr_pool_options *options = NULL;
    asyr_status status = asyr_pool_options_new(&options, error);
    if (status == ASYR_OK)
        status = asyr_pool_options_set_name(options, "name", error);
    asyr_pool_options_free(options);
    return status;
}

static int kept;

static asyr_status attempt_task_options(asyr_error **error)
{
    int released = 0;
    asyr_task_options *options = NULL;
    asyr_status status = asyr_task_options_new(&options, error);
    if (status == ASYR_OK) {
        status = asyr_task_options_set_callback(options, fail_callback, &released,
                                                unit_count_release, error);
        asyr_task_options_free(options);
        kept += released != 1;
    }
    return status;
}

static asyr_status attempt_hook(asyr_error **error)
{
    int released = 0;
    asyr_pool_options *options = NULL;
    asyr_status status = asyr_pool_options_new(&options, error);
    if (status == ASYR_OK) {
        status = asyr_pool_options_set_unread_error_hook(
            options, ignore_unread, &released, unit_count_release, error);
        asyr_pool_options_free(options);
        kept += released != 1;
    }
    return status;
}

static void builders_without_memory_say_so_and_release(void)
{
    unit_fail_each_allocation(attempt_pool_options);
    unit_fail_each_allocation(attempt_task_options);
    unit_fail_each_allocation(attempt_hook);
    CU_ASSERT_EQUAL(kept, 0);
}

CU_TestInfo options_tests[] = {UNIT_TEST(a_builder_needs_a_place),
                               UNIT_TEST(freeing_no_builder_does_nothing),
                               UNIT_TEST(numbers_of_workers_are_checked),
                               UNIT_TEST(sources_of_workers_are_checked),
                               UNIT_TEST(an_initializer_needs_a_list_of_arguments),
                               UNIT_TEST(limits_of_a_pool_are_checked),
                               UNIT_TEST(policies_for_a_full_queue_are_checked),
                               UNIT_TEST(numbers_of_spares_are_checked),
                               UNIT_TEST(a_name_and_a_queue_can_be_set_again),
                               UNIT_TEST(a_builder_keeps_its_queue_open),
                               UNIT_TEST(a_hook_is_released_once),
                               UNIT_TEST(callbacks_of_a_submit_are_released_once),
                               UNIT_TEST(kinds_of_events_are_checked),
                               UNIT_TEST(options_of_a_map_are_checked),
                               UNIT_TEST(the_other_setters_need_a_builder),
                               UNIT_TEST(handles_can_be_set_again_and_taken_back),
                               UNIT_TEST(builders_without_memory_say_so_and_release),
                               CU_TEST_INFO_NULL};

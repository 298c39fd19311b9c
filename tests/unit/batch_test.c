/* Completion queues in batches: order, places, closing, the descriptor, many at once. */
#include "support.h"

#include <poll.h>
#include <unistd.h>

#include "core/queue.h"
#include "core/result.h"

enum { MANY = 3 * ASYRI_QUEUE_BATCH + 7 };

/* Tasks whose callbacks go to a queue, and the order in which these ran. */
struct scene {
    asyr_pool *pool;
    asyr_queue *queue;
    asyr_task_options *options;
    asyr_result *results[2 * MANY];
    int submitted;
    int ran[2 * MANY];
    int count;
    int acts_at; /* the callback that does something else too */
    void (*act)(struct scene *scene);
    bool was_ready; /* before its callback, some result */
};

struct turn {
    struct scene *scene;
    int number;
};

static struct turn turns[2 * MANY];

static asyr_error *note_turn(asyr_value *value, void *arg)
{
    struct turn *turn = arg;
    struct scene *scene = turn->scene;
    (void)value;
    scene->ran[scene->count++] = turn->number;
    scene->was_ready |= asyr_result_is_ready(scene->results[turn->number]);
    if (scene->act && turn->number == scene->acts_at)
        scene->act(scene);
    return NULL;
}

static void set_up(struct scene *scene, int64_t limit)
{
    *scene = (struct scene){.pool = support_pool(1), .queue = support_queue(limit)};
    scene->options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_queue(scene->options, scene->queue, &error));
}

/* Also from a callback; the pool has one worker, so the order is that of the submits. */
static void submit(struct scene *scene, int count)
{
    asyr_function *function = NULL;
    asyr_function_new_native(NULL, run_echo, NULL, NULL, &function, NULL);
    for (int i = 0; i < count; i++) {
        int number = scene->submitted++;
        turns[number] = (struct turn){scene, number};
        asyr_task_options_set_callback(scene->options, note_turn, &turns[number],
                                       NULL, NULL);
        asyr_pool_apply_async(scene->pool, function, NULL, scene->options,
                              &scene->results[number], NULL);
    }
    asyr_function_unref(function);
}

static bool has_posted_all(void *arg)
{
    struct scene *scene = arg;
    return asyr_queue_get_count(scene->queue) == scene->submitted - scene->count;
}

static void submit_and_await(struct scene *scene, int count)
{
    submit(scene, count);
    support_until(has_posted_all, scene);
}

static int64_t run_up_to(struct scene *scene, int64_t limit)
{
    int64_t count = -1;
    UNIT_SUCCEEDS(asyr_queue_run(scene->queue, limit, 0, NULL, &count, &error));
    return count;
}

static void expect_order(const struct scene *scene, int count)
{
    CU_ASSERT_EQUAL(scene->count, count);
    for (int i = 0; i < scene->count; i++)
        CU_ASSERT_EQUAL(scene->ran[i], i);
    CU_ASSERT_FALSE(scene->was_ready);
}

static void tear_down(struct scene *scene)
{
    for (int i = 0; i < scene->submitted; i++)
        CU_ASSERT_EQUAL(support_take_outcome(scene->results[i]), ASYR_OK);
    asyr_task_options_free(scene->options);
    support_end(scene->pool);
    asyr_queue_unref(scene->queue);
}

/* B9 */
static void batches_keep_the_order_of_completion(void)
{
    struct scene scene;
    set_up(&scene, 0);
    submit_and_await(&scene, MANY);
    CU_ASSERT_EQUAL(run_up_to(&scene, 5), 5);
    CU_ASSERT_EQUAL(asyr_queue_get_count(scene.queue), MANY - 5);
    CU_ASSERT_TRUE(asyr_result_is_ready(scene.results[4]));
    CU_ASSERT_FALSE(asyr_result_is_ready(scene.results[5]));
    CU_ASSERT_EQUAL(run_up_to(&scene, ASYRI_QUEUE_BATCH + 1), ASYRI_QUEUE_BATCH + 1);
    CU_ASSERT_EQUAL(run_up_to(&scene, 0), MANY - 6 - ASYRI_QUEUE_BATCH);
    expect_order(&scene, MANY);
    CU_ASSERT_EQUAL(scene.queue->promised, 0);
    tear_down(&scene);
}

static void submit_more(struct scene *scene)
{
    submit_and_await(scene, MANY);
}

/* B10: a callback may submit; what completes meanwhile runs in the same call. */
static void a_post_during_a_batch_is_run_by_it(void)
{
    struct scene scene;
    set_up(&scene, 0);
    scene.act = submit_more;
    scene.acts_at = 3;
    submit_and_await(&scene, 10);
    CU_ASSERT_EQUAL(run_up_to(&scene, 0), MANY + 10);
    expect_order(&scene, MANY + 10);
    tear_down(&scene);
}

static int64_t counted;

static void count_waiting(struct scene *scene)
{
    counted = asyr_queue_get_count(scene->queue);
}

static void what_a_batch_has_not_begun_still_waits(void)
{
    struct scene scene;
    set_up(&scene, 0);
    scene.act = count_waiting;
    scene.acts_at = 10;
    submit_and_await(&scene, MANY);
    run_up_to(&scene, 20);
    CU_ASSERT_EQUAL(counted, MANY - 11);
    run_up_to(&scene, 0);
    tear_down(&scene);
}

static asyr_status asked[3];

/* B9 */
static void ask_for_more(struct scene *scene)
{
    asyr_event *event = NULL;
    int64_t ran = -1;
    asked[0] = asyr_queue_next(scene->queue, 0, NULL, &event, NULL);
    asked[1] = asyr_queue_run(scene->queue, 0, 0, NULL, &ran, NULL);
    asked[2] = (asyr_status)ran;
}

static void a_callback_of_a_batch_is_handed_nothing(void)
{
    struct scene scene;
    set_up(&scene, 0);
    scene.act = ask_for_more;
    submit_and_await(&scene, 3);
    CU_ASSERT_EQUAL(run_up_to(&scene, 0), 3);
    CU_ASSERT_EQUAL(asked[0], ASYR_E_TIMEOUT);
    CU_ASSERT_EQUAL(asked[1], ASYR_OK);
    CU_ASSERT_EQUAL(asked[2], 0);
    expect_order(&scene, 3);
    tear_down(&scene);
}

static void close_it(struct scene *scene)
{
    asyr_queue_close(scene->queue, NULL);
}

static void closing_inside_a_batch_drops_the_rest(void)
{
    struct scene scene;
    set_up(&scene, 0);
    scene.act = close_it;
    scene.acts_at = 7;
    submit_and_await(&scene, MANY);
    CU_ASSERT_EQUAL(run_up_to(&scene, 0), 8);
    expect_order(&scene, 8);
    UNIT_FAILS(ASYR_E_STATE, asyr_queue_run(scene.queue, 0, 0, NULL, NULL, &error));
    CU_ASSERT_EQUAL(scene.queue->promised, ASYRI_QUEUE_REFUSES);
    tear_down(&scene);
}

static struct gate held = GATE_CLOSED;

static void hold(struct scene *scene)
{
    (void)scene;
    run_gate(NULL, &held);
}

static void *run_all(void *arg)
{
    asyr_queue_run(arg, 0, 0, NULL, NULL, NULL);
    return NULL;
}

/* What was not begun is released by the close, however long the callback takes. */
static void closing_beside_a_batch_drops_the_rest_at_once(void)
{
    pthread_t thread;
    struct scene scene;
    latch_init(&held.entered);
    latch_init(&held.leave);
    set_up(&scene, 0);
    scene.act = hold;
    scene.acts_at = 2;
    submit_and_await(&scene, MANY);
    pthread_create(&thread, NULL, run_all, scene.queue);
    latch_wait(&held.entered, 1);
    UNIT_SUCCEEDS(asyr_queue_close(scene.queue, &error));
    CU_ASSERT_FALSE(asyr_result_is_ready(scene.results[2]));
    for (int i = 3; i < MANY; i++)
        CU_ASSERT_TRUE(asyr_result_is_ready(scene.results[i]));
    latch_open(&held.leave);
    pthread_join(thread, NULL);
    expect_order(&scene, 3);
    tear_down(&scene);
}

static void end_thread(struct scene *scene)
{
    (void)scene;
    pthread_exit(NULL);
}

/* B25 */
static void after_a_callback_that_ends_its_thread_the_rest_runs_in_order(void)
{
    pthread_t thread;
    struct scene scene;
    set_up(&scene, 0);
    scene.act = end_thread;
    scene.acts_at = 4;
    submit_and_await(&scene, MANY);
    pthread_create(&thread, NULL, run_all, scene.queue);
    pthread_join(thread, NULL);
    CU_ASSERT_EQUAL(scene.count, 5);
    CU_ASSERT_EQUAL(asyr_queue_get_count(scene.queue), MANY - 5);
    CU_ASSERT_EQUAL(scene.queue->promised, MANY - 5);
    CU_ASSERT_EQUAL(support_take_outcome(scene.results[4]), ASYR_E_WORKER_LOST);
    CU_ASSERT_EQUAL(run_up_to(&scene, 0), MANY - 5);
    expect_order(&scene, MANY);
    scene.results[4] = asyr_result_ref(scene.results[3]);
    tear_down(&scene);
}

/* Who has seen the result ready finds its place free, also inside a batch. */
static asyr_status refilled;

static void refill(struct scene *scene)
{
    asyr_result *result = NULL;
    asyr_function *function = NULL;
    asyr_function_new_native(NULL, run_echo, NULL, NULL, &function, NULL);
    asyr_task_options_set_callback(scene->options, NULL, NULL, NULL, NULL);
    asyr_task_options_set_event(scene->options, ASYR_EVENT_DONE, NULL);
    refilled = asyr_pool_apply_async(scene->pool, function, NULL, scene->options,
                                     &result, NULL);
    asyr_result_unref(result);
    asyr_function_unref(function);
}

static void places_of_a_limited_queue_are_exact_inside_a_batch(void)
{
    for (int acts_at = 0; acts_at < 2; acts_at++) {
        struct scene scene;
        set_up(&scene, 3);
        scene.act = refill;
        scene.acts_at = acts_at;
        submit_and_await(&scene, 3);
        CU_ASSERT_EQUAL(scene.queue->promised, 3);
        CU_ASSERT_EQUAL(run_up_to(&scene, 3), 3);
        CU_ASSERT_EQUAL(refilled, acts_at ? ASYR_OK : ASYR_E_QUEUE_FULL);
        CU_ASSERT_EQUAL(scene.queue->promised, acts_at);
        tear_down(&scene);
    }
}

static void several_places_are_promised_or_none(void)
{
    asyr_queue *queue = support_queue(10), *endless = support_queue(0);
    CU_ASSERT_EQUAL(asyri_queue_promise(queue, 6, NULL), ASYR_OK);
    UNIT_FAILS(ASYR_E_QUEUE_FULL, asyri_queue_promise(queue, 5, &error));
    UNIT_FAILS(ASYR_E_QUEUE_FULL, asyri_queue_promise(queue, INT64_MAX, &error));
    CU_ASSERT_EQUAL(asyri_queue_promise(queue, 4, NULL), ASYR_OK);
    UNIT_FAILS(ASYR_E_QUEUE_FULL, asyri_queue_promise(queue, 1, &error));
    asyri_queue_give_up(queue, 7);
    CU_ASSERT_EQUAL(queue->promised, 3);
    CU_ASSERT_EQUAL(asyri_queue_promise(endless, 1000000, NULL), ASYR_OK);
    UNIT_SUCCEEDS(asyr_queue_close(endless, &error));
    UNIT_FAILS(ASYR_E_STATE, asyri_queue_promise(endless, 1, &error));
    asyri_queue_give_up(endless, 1000000);
    CU_ASSERT_EQUAL(endless->promised, ASYRI_QUEUE_REFUSES);
    asyr_queue_unref(queue);
    asyr_queue_unref(endless);
}

static bool polls_readable(int64_t descriptor, int timeout)
{
    struct pollfd entry = {.fd = (int)descriptor, .events = POLLIN};
    return poll(&entry, 1, timeout) == 1 && (entry.revents & POLLIN);
}

/* B12: the first of many posts raises it, and the drain lowers it. */
static void a_burst_of_posts_is_one_write_to_the_descriptor(void)
{
    int64_t descriptor = -1;
    struct scene scene;
    set_up(&scene, 0);
    UNIT_SUCCEEDS(asyr_queue_get_descriptor(scene.queue, &descriptor, &error));
    for (int round = 0; round < 2; round++) {
        uint64_t writes = 0;
        scene.count = scene.submitted = 0;
        submit_and_await(&scene, MANY);
        CU_ASSERT_TRUE(polls_readable(descriptor, 0));
        CU_ASSERT_EQUAL(run_up_to(&scene, MANY - 1), MANY - 1);
        CU_ASSERT_TRUE(polls_readable(descriptor, 0));
#if defined(__linux__)
        CU_ASSERT_EQUAL(read((int)descriptor, &writes, sizeof writes),
                        sizeof writes);
        CU_ASSERT_EQUAL(writes, 1);
        CU_ASSERT_EQUAL(write((int)descriptor, &writes, sizeof writes),
                        sizeof writes);
#endif
        CU_ASSERT_EQUAL(run_up_to(&scene, 0), 1);
        CU_ASSERT_FALSE(polls_readable(descriptor, 0));
        expect_order(&scene, MANY);
        for (int i = 0; i < MANY; i++)
            CU_ASSERT_EQUAL(support_take_outcome(scene.results[i]), ASYR_OK);
    }
    scene.submitted = 0;
    tear_down(&scene);
}

static asyr_result *submit_event(struct scene *scene, int32_t kind, uint64_t tag)
{
    UNIT_SUCCEEDS(
        asyr_task_options_set_callback(scene->options, NULL, NULL, NULL, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_event(scene->options, kind, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_tag(scene->options, tag, &error));
    return support_submit(scene->pool, run_echo, NULL, scene->options);
}

/* B9: the event of a callback ends what is taken, and holds the rest back. */
static void many_events_end_with_the_first_callback(void)
{
    static const int32_t kinds[] = {ASYR_EVENT_DONE, ASYR_EVENT_DONE,
                                    ASYR_EVENT_CALLBACK, ASYR_EVENT_DONE};
    int64_t descriptor = -1, count = -1;
    asyr_event *events[8] = {NULL};
    struct scene scene;
    set_up(&scene, 0);
    UNIT_SUCCEEDS(asyr_queue_get_descriptor(scene.queue, &descriptor, &error));
    for (uint64_t i = 0; i < 4; i++)
        asyr_result_unref(submit_event(&scene, kinds[i], i));
    support_end(scene.pool);
    UNIT_SUCCEEDS(
        asyr_queue_next_many(scene.queue, 0, NULL, events, 8, &count, &error));
    CU_ASSERT_EQUAL(count, 3);
    for (uint64_t i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(asyr_event_get_tag(events[i]), i);
        CU_ASSERT_EQUAL(asyr_event_get_kind(events[i]), kinds[i]);
    }
    CU_ASSERT_TRUE(polls_readable(descriptor, 0));
    UNIT_FAILS(ASYR_E_TIMEOUT, asyr_queue_next_many(scene.queue, 0, NULL, &events[3],
                                                    1, &count, &error));
    CU_ASSERT_EQUAL(count, 0);
    UNIT_SUCCEEDS(asyr_event_finish_many(events, 3, &error));
    CU_ASSERT_EQUAL(scene.queue->promised, 1);
    UNIT_SUCCEEDS(
        asyr_queue_next_many(scene.queue, 0, NULL, events, 8, &count, &error));
    CU_ASSERT_EQUAL(count, 1);
    CU_ASSERT_FALSE(polls_readable(descriptor, 0));
    UNIT_SUCCEEDS(asyr_event_finish_many(events, 1, &error));
    CU_ASSERT_EQUAL(scene.queue->promised, 0);
    asyr_task_options_free(scene.options);
    asyr_queue_unref(scene.queue);
}

static void many_events_keep_to_the_limit(void)
{
    int64_t count = -1;
    asyr_event *events[3] = {NULL};
    struct scene scene;
    set_up(&scene, 5);
    for (uint64_t i = 0; i < 5; i++)
        asyr_result_unref(submit_event(&scene, ASYR_EVENT_DONE, i));
    support_end(scene.pool);
    for (uint64_t first = 0; first < 5; first += 3) {
        UNIT_SUCCEEDS(
            asyr_queue_next_many(scene.queue, 0, NULL, events, 3, &count, &error));
        CU_ASSERT_EQUAL(count, first ? 2 : 3);
        CU_ASSERT_EQUAL(asyr_event_get_tag(events[0]), first);
        UNIT_SUCCEEDS(asyr_event_finish_many(events, count, &error));
    }
    CU_ASSERT_EQUAL(scene.queue->promised, 0);
    asyr_task_options_free(scene.options);
    asyr_queue_unref(scene.queue);
}

/* Refused before the first is consumed. */
static void events_of_several_queues_are_finished_at_once_or_none(void)
{
    int64_t count = -1;
    asyr_event *events[4] = {NULL};
    struct scene scene;
    asyr_queue *other = support_queue(0);
    set_up(&scene, 0);
    asyr_result *result = submit_event(&scene, ASYR_EVENT_CALLBACK, 0);
    UNIT_SUCCEEDS(asyr_queue_next(scene.queue, A_MINUTE, NULL, &events[1], &error));
    UNIT_SUCCEEDS(asyr_result_notify(result, other, 1, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_event_finish_many(&events[1], 2, &error));
    CU_ASSERT_FALSE(asyr_result_is_ready(result));
    UNIT_SUCCEEDS(asyr_event_finish_many(&events[1], 1, &error));
    CU_ASSERT_EQUAL(support_outcome(result), ASYR_OK);
    UNIT_SUCCEEDS(asyr_result_notify(result, scene.queue, 2, &error));
    UNIT_SUCCEEDS(asyr_queue_next_many(other, 0, NULL, events, 4, &count, &error));
    UNIT_SUCCEEDS(
        asyr_queue_next_many(scene.queue, 0, NULL, &events[1], 3, &count, &error));
    UNIT_SUCCEEDS(asyr_event_finish_many(events, 2, &error));
    CU_ASSERT_EQUAL(scene.queue->promised, 0);
    CU_ASSERT_EQUAL(other->promised, 0);
    asyr_result_unref(result);
    asyr_queue_unref(other);
    tear_down(&scene);
}

CU_TestInfo batch_tests[] = {
    UNIT_TEST(batches_keep_the_order_of_completion),
    UNIT_TEST(a_post_during_a_batch_is_run_by_it),
    UNIT_TEST(what_a_batch_has_not_begun_still_waits),
    UNIT_TEST(a_callback_of_a_batch_is_handed_nothing),
    UNIT_TEST(closing_inside_a_batch_drops_the_rest),
    UNIT_TEST(closing_beside_a_batch_drops_the_rest_at_once),
    UNIT_TEST(after_a_callback_that_ends_its_thread_the_rest_runs_in_order),
    UNIT_TEST(places_of_a_limited_queue_are_exact_inside_a_batch),
    UNIT_TEST(several_places_are_promised_or_none),
    UNIT_TEST(a_burst_of_posts_is_one_write_to_the_descriptor),
    UNIT_TEST(many_events_end_with_the_first_callback),
    UNIT_TEST(many_events_keep_to_the_limit),
    UNIT_TEST(events_of_several_queues_are_finished_at_once_or_none),
    CU_TEST_INFO_NULL};

/*
 * asyncresult map: a call for each item.
 *
 * One thread, the main one, does everything but the calls: it waits for input,
 * for events of the completion queue and for signals in a single poll, begins
 * items while the window has room, and adds rows in the order of the items (or,
 * unordered, as the events come).
 *
 * Without a time limit the pool's queue is kept filled.  With one, no more items
 * are begun than workers are free, so that the limit counts the call alone.  A
 * call cannot be stopped from outside: its item fails, and its worker counts as
 * stuck until the call's event comes.  When all are stuck another pool takes
 * over; calls of an earlier pool are told by the index at which this one began.
 */
#include "commands.h"
#include "contents.h"
#include "input.h"
#include "rows.h"
#include "signals.h"
#include "window.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SLOTS_PER_WORKER = 64, BATCH = 64 * 1024, REDRAW_MS = 100 };
static const int64_t MAX_BYTES = 64 << 20;

struct map {
    const struct options *options;
    struct signature signature;
    struct template template;
    struct input input;
    struct window window;
    struct rows rows;
    struct progress progress;
    asyr_function *function;
    asyr_pool *pool;
    asyr_queue *queue;
    asyr_task_options *task_options;
    size_t workers;
    size_t running;
    size_t stuck;
    uint64_t next_index;
    uint64_t pool_index; /* of the first item of this pool */
    int queue_fd;
    int signal_fd;
};

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool is_limited(const struct map *map)
{
    return map->options->timeout_ns != ASYR_FOREVER;
}

static bool has_room(const struct map *map)
{
    if (!map->window.free)
        return false;
    if (is_limited(map))
        return map->running < map->workers - map->stuck;
    return map->running < map->workers || map->window.bytes < MAX_BYTES;
}

static bool is_finished(const struct map *map)
{
    return map->window.used == 0 && input_is_exhausted(&map->input);
}

static void add_row(struct map *map, struct slot *slot)
{
    struct outcome outcome = {&slot->item, slot->value, slot->failure};

    rows_add(&map->rows, &outcome, &map->progress);
    window_remove(&map->window, slot);
}

/* The slot has its value or failure: add every row whose turn has come. */
static void settle(struct map *map, struct slot *slot)
{
    slot->settled = true;
    slot->waiting = false;
    window_drop_contents(&map->window, slot);
    if (map->options->unordered) {
        add_row(map, slot);
        return;
    }
    while (map->window.first && map->window.first->settled)
        add_row(map, map->window.first);
}

static asyr_status read_contents(struct map *map, struct slot *slot)
{
    struct item *item = &slot->item;
    asyr_status status = contents_read(item->text, &item->contents, &slot->failure);

    if (status == ASYR_OK) {
        item->size = asyr_value_get_count(item->contents);
        map->window.bytes += item->size;
    }
    return status;
}

static int64_t deadline_of(const struct map *map)
{
    int64_t limit_ms = map->options->timeout_ns / 1000000;

    return limit_ms > INT64_MAX / 2 ? INT64_MAX : now_ms() + limit_ms + 1;
}

static asyr_status submit(struct map *map, struct slot *slot)
{
    asyr_value *arguments = NULL;
    asyr_status status =
        template_build(&map->template, &slot->item, &arguments, &slot->failure);

    if (status == ASYR_OK)
        status = asyr_task_options_set_tag(
            map->task_options, window_tag(&map->window, slot), &slot->failure);
    if (status == ASYR_OK)
        status =
            asyr_pool_apply_async(map->pool, map->function, arguments,
                                  map->task_options, &slot->result, &slot->failure);
    asyr_value_unref(arguments);
    return status;
}

static void begin_item(struct map *map, const char *text, size_t length)
{
    struct slot *slot = window_add(&map->window);
    asyr_status status = ASYR_OK;

    slot->item.index = map->next_index++;
    slot->item.text = copy_text(text, length);
    slot->item.length = length;
    if (map->options->files)
        status = read_contents(map, slot);
    if (status == ASYR_OK)
        status = submit(map, slot);
    if (status != ASYR_OK) {
        settle(map, slot);
        return;
    }
    slot->waiting = true;
    slot->deadline_ms = deadline_of(map);
    map->running++;
}

static void begin_items(struct map *map)
{
    const char *text;
    size_t length;

    while (!signals_caught() && has_room(map) &&
           input_next(&map->input, &text, &length))
        begin_item(map, text, length);
}

static void take_event(struct map *map, asyr_event *event)
{
    uint64_t tag = asyr_event_get_tag(event);
    struct slot *slot = window_find(&map->window, tag);

    if (slot) {
        asyr_event_get_outcome(event, &slot->value, &slot->failure);
        map->running--;
        settle(map, slot);
    } else if (window_index_of_tag(&map->window, tag) >= map->pool_index) {
        map->stuck--;
    }
    asyr_event_finish(event, NULL, NULL);
}

static void take_events(struct map *map)
{
    asyr_event *event = NULL;

    while (asyr_queue_next(map->queue, 0, NULL, &event, NULL) == ASYR_OK)
        take_event(map, event);
}

static void replace_pool(struct map *map)
{
    end_pool(map->pool, true);
    map->pool = open_pool((int64_t)map->workers);
    map->pool_index = map->next_index;
    map->stuck = 0;
}

static void expire(struct map *map, struct slot *slot)
{
    char message[80];

    snprintf(message, sizeof(message), "the call took longer than %g s",
             (double)map->options->timeout_ns / 1e9);
    slot->failure = asyr_error_new(ASYR_E_TIMEOUT, NULL, message);
    asyr_result_cancel(slot->result, NULL, NULL);
    map->running--;
    map->stuck++;
    settle(map, slot);
}

static void expire_calls(struct map *map)
{
    int64_t now = now_ms();

    for (size_t i = 0; is_limited(map) && i < map->window.count; i++) {
        struct slot *slot = &map->window.slots[i];

        if (slot->waiting && slot->deadline_ms <= now)
            expire(map, slot);
    }
    if (map->stuck == map->workers)
        replace_pool(map);
}

static void read_input(struct map *map)
{
    int problem = input_fill(&map->input);

    if (!problem)
        return;
    progress_erase(&map->progress);
    complain("standard input: %s", strerror(problem));
    map->input.ended = true;
    map->rows.failed = true;
}

static int wait_ms(const struct map *map)
{
    int64_t wait = map->progress.shown ? REDRAW_MS : -1;

    for (size_t i = 0; is_limited(map) && i < map->window.count; i++) {
        const struct slot *slot = &map->window.slots[i];
        int64_t left = slot->deadline_ms - now_ms();

        if (slot->waiting && (wait < 0 || left < wait))
            wait = left < 0 ? 0 : left;
    }
    return wait > INT32_MAX ? INT32_MAX : (int)wait;
}

static void show_progress(struct map *map)
{
    struct progress *progress = &map->progress;

    if (input_is_exhausted(&map->input))
        progress->total = map->next_index;
    if (map->input.size > 0)
        progress->part = map->input.handed_out / map->input.size;
    progress_draw(progress);
}

/* Wait for input, events or a signal, and take what is there. */
static void wait_and_take(struct map *map)
{
    bool wants_input = !map->input.operands && !map->input.ended && has_room(map);
    struct pollfd fds[] = {{map->signal_fd, POLLIN, 0},
                           {map->queue_fd, POLLIN, 0},
                           {wants_input ? STDIN_FILENO : -1, POLLIN, 0}};
    int ready = poll(fds, 3, 0);

    if (ready == 0 || map->rows.pending.length >= BATCH)
        rows_flush(&map->rows, &map->progress);
    show_progress(map);
    if (ready == 0)
        poll(fds, 3, wait_ms(map));
    if (fds[1].revents)
        take_events(map);
    if (fds[2].revents)
        read_input(map);
    expire_calls(map);
}

static void run(struct map *map)
{
    begin_items(map);
    while (!is_finished(map) && !signals_caught()) {
        wait_and_take(map);
        begin_items(map);
    }
    rows_flush(&map->rows, &map->progress);
    if (signals_caught()) {
        progress_erase(&map->progress);
        end_by_signal(signals_caught());
    }
    show_progress(map);
    progress_finish(&map->progress);
}

static void open_queue(struct map *map)
{
    asyr_error *error = NULL;
    int64_t descriptor = -1;

    must(asyr_queue_new(0, &map->queue, &error), error);
    must(asyr_queue_get_descriptor(map->queue, &descriptor, &error), error);
    map->queue_fd = (int)descriptor;
    must(asyr_task_options_new(&map->task_options, &error), error);
    must(asyr_task_options_set_queue(map->task_options, map->queue, &error), error);
    must(asyr_task_options_set_event(map->task_options, ASYR_EVENT_DONE, &error),
         error);
}

static void map_init(struct map *map, const struct options *options)
{
    int64_t workers =
        options->workers ? options->workers : asyr_default_worker_count();

    *map = (struct map){.options = options, .workers = (size_t)workers};
    rows_init(&map->rows, options);
    map->function = open_function(options);
    signature_init(&map->signature, options->prototype);
    template_init(&map->template, options->words, &map->signature, options->files);
    input_init(&map->input, options->operands, options->separator);
    window_init(&map->window, map->workers * SLOTS_PER_WORKER);
    progress_init(&map->progress);
    open_queue(map);
    map->pool = open_pool(workers);
    map->signal_fd = signals_catch();
    for (char **item = options->operands; item && *item; item++)
        map->progress.total++;
}

static void map_free(struct map *map)
{
    end_pool(map->pool, map->stuck > 0);
    asyr_task_options_free(map->task_options);
    asyr_queue_unref(map->queue);
    asyr_function_unref(map->function);
    window_free(&map->window);
    template_free(&map->template);
    signature_free(&map->signature);
    input_free(&map->input);
    rows_free(&map->rows);
}

int map_command(int argc, char **argv)
{
    struct options options;
    struct map map;
    bool failed;

    options_parse_map(&options, argc, argv);
    map_init(&map, &options);
    run(&map);
    failed = map.rows.failed;
    map_free(&map);
    return failed ? STATUS_FAILED : STATUS_FINE;
}

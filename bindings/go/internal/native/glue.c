//go:build cgo

#include "glue.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* In the place of a type: a value of its own. */
#define ASYR_GO_VALUE UINT64_MAX

static uint64_t bits_of_double(double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

static uint64_t address_of(const void *content)
{
    return (uint64_t)(uintptr_t)content;
}

static void read_number(const asyr_value *value, int32_t type, uint64_t *slot)
{
    bool truth = false;
    int64_t integer = 0;
    double number = 0;
    switch (type) {
    case ASYR_VALUE_BOOL:
        asyr_value_get_bool(value, &truth, NULL);
        slot[0] = truth;
        break;
    case ASYR_VALUE_INT64:
        asyr_value_get_int64(value, &integer, NULL);
        slot[0] = (uint64_t)integer;
        break;
    case ASYR_VALUE_UINT64:
        asyr_value_get_uint64(value, &slot[0], NULL);
        break;
    case ASYR_VALUE_DOUBLE:
        asyr_value_get_double(value, &number, NULL);
        slot[0] = bits_of_double(number);
        break;
    }
}

static void read_content(const asyr_value *value, int32_t type, uint64_t *slot)
{
    const char *text = NULL;
    const void *bytes = NULL;
    void *data = NULL;
    int32_t element = 0;
    switch (type) {
    case ASYR_VALUE_STRING:
        asyr_value_get_string(value, &text, NULL, NULL);
        slot[0] = address_of(text);
        break;
    case ASYR_VALUE_BYTES:
        asyr_value_get_bytes(value, &bytes, NULL, NULL);
        slot[0] = address_of(bytes);
        break;
    case ASYR_VALUE_POINTER:
        asyr_value_get_pointer(value, &data, NULL);
        slot[0] = address_of(data);
        break;
    case ASYR_VALUE_ARRAY:
        asyr_value_get_array(value, &element, &data, NULL, NULL);
        slot[0] = address_of(data);
        slot[2] = (uint64_t)element;
        break;
    }
}

int32_t asyr_go_read(const asyr_value *value, uint64_t *slot)
{
    int32_t type = asyr_value_get_type(value);
    slot[0] = slot[2] = 0;
    slot[1] = (uint64_t)asyr_value_get_count(value);
    read_number(value, type, slot);
    read_content(value, type, slot);
    return type;
}

int32_t asyr_go_read_item(const asyr_value *list, int64_t index, uint64_t *slot,
                          asyr_value **item)
{
    if (asyr_value_get_item(list, index, item, NULL))
        return -1;
    int32_t type = asyr_go_read(*item, slot);
    if (type >= ASYR_VALUE_STRING)
        return type;
    asyr_value_unref(*item);
    *item = NULL;
    return type;
}

void asyr_go_copy(void *data, uint64_t address, int64_t size)
{
    if (size > 0)
        memcpy(data, (const void *)(uintptr_t)address, (size_t)size);
}

asyr_status asyr_go_new_scalar(int32_t type, uint64_t bits, asyr_value **value,
                               asyr_error **error)
{
    double number;
    switch (type) {
    case ASYR_VALUE_BOOL:
        return asyr_value_new_bool(bits != 0, value, error);
    case ASYR_VALUE_INT64:
        return asyr_value_new_int64((int64_t)bits, value, error);
    case ASYR_VALUE_UINT64:
        return asyr_value_new_uint64(bits, value, error);
    case ASYR_VALUE_DOUBLE:
        memcpy(&number, &bits, sizeof number);
        return asyr_value_new_double(number, value, error);
    default:
        return asyr_value_new_nil(value, error);
    }
}

asyr_status asyr_go_new_pointer(uint64_t address, asyr_value **value,
                                asyr_error **error)
{
    return asyr_value_new_pointer((void *)(uintptr_t)address, NULL, value, error);
}

asyr_status asyr_go_append_scalar(asyr_value *list, int32_t type, uint64_t bits,
                                  asyr_error **error)
{
    asyr_value *item = NULL;
    asyr_status status = asyr_go_new_scalar(type, bits, &item, error);
    return status ? status : asyr_go_append(list, item, error);
}

asyr_status asyr_go_append(asyr_value *list, asyr_value *item, asyr_error **error)
{
    asyr_status status = asyr_value_append(list, item, error);
    asyr_value_unref(item);
    return status;
}

uint64_t asyr_go_take(asyr_queue *queue, asyr_event **event)
{
    if (asyr_queue_next(queue, 0, NULL, event, NULL))
        return 0;
    uint64_t tag = asyr_event_get_tag(*event);
    if (asyr_event_get_kind(*event) == ASYR_EVENT_CALLBACK || tag == 0)
        return tag;
    asyr_event_finish(*event, NULL, NULL);
    *event = NULL;
    return tag;
}

/* The list of arguments that begins at `slots`, which goes on behind them. */
static asyr_status read_arguments(const uint64_t **slots, asyr_value **list,
                                  asyr_error **error)
{
    int64_t count = (int64_t) * (*slots)++;
    asyr_status status = asyr_value_new_list(count, list, error);
    for (; count > 0; count--, *slots += 2) {
        uint64_t type = (*slots)[0], bits = (*slots)[1];
        asyr_value *item = (asyr_value *)(uintptr_t)bits;
        if (type == ASYR_GO_VALUE && !status)
            status = asyr_go_append(*list, item, error);
        else if (type == ASYR_GO_VALUE)
            asyr_value_unref(item);
        else if (!status)
            status = asyr_go_append_scalar(*list, (int32_t)type, bits, error);
    }
    return status;
}

static asyr_status apply(asyr_pool *pool, asyr_function *function,
                         const uint64_t **slots, uint64_t *result,
                         asyr_error **error)
{
    asyr_value *list = NULL;
    asyr_result *made = NULL;
    asyr_status status = read_arguments(slots, &list, error);
    if (!status)
        status = asyr_pool_apply_async(pool, function, list, NULL, &made, error);
    asyr_value_unref(list);
    *result = address_of(made);
    return status;
}

asyr_status asyr_go_apply(asyr_pool *pool, asyr_function *function, uint64_t *slots)
{
    const uint64_t *from = slots;
    asyr_error *error = NULL;
    asyr_status status = apply(pool, function, &from, slots, &error);
    if (status)
        slots[0] = address_of(error);
    return status;
}

/* The lists of arguments; what is left of the slots is consumed after a failure. */
static asyr_status read_calls(const uint64_t *slots, int64_t count,
                              asyr_value **lists, asyr_error **error)
{
    asyr_status status = ASYR_OK;
    for (int64_t i = 0; i < count; i++) {
        asyr_error **first = status ? NULL : error;
        asyr_status read = read_arguments(&slots, &lists[i], first);
        status = status ? status : read;
    }
    return status;
}

asyr_status asyr_go_apply_many(asyr_pool *pool, asyr_function *function,
                               uint64_t *slots, int64_t count, uint64_t *results,
                               asyr_error **error)
{
    asyr_value **lists = calloc((size_t)count, sizeof(asyr_value *));
    asyr_result **made = calloc((size_t)count, sizeof(asyr_result *));
    if (!lists || !made)
        abort();
    asyr_status status = read_calls(slots, count, lists, error);
    if (!status)
        status = asyr_pool_apply_many_async(pool, function, lists, count, NULL, made,
                                            error);
    for (int64_t i = 0; i < count; i++) {
        asyr_value_unref(lists[i]);
        results[i] = address_of(made[i]);
    }
    free(lists);
    free(made);
    return status;
}

/* Consumes the value; answers its type if it is plain, and -1 otherwise. */
static uint64_t take_plain(asyr_value *value, uint64_t *bits)
{
    uint64_t slot[3] = {0};
    int32_t type = asyr_value_get_type(value);
    if (type < ASYR_VALUE_STRING)
        read_number(value, type, slot);
    asyr_value_unref(value);
    *bits = slot[0];
    return type < ASYR_VALUE_STRING ? (uint64_t)type : ASYR_GO_VALUE;
}

static void look(uint64_t *slot)
{
    bool ready = asyr_result_is_ready((asyr_result *)(uintptr_t)*slot);
    *slot = (uint64_t)(ready ? -1 : -2);
}

static void collect(uint64_t *slots)
{
    asyr_result *result = (asyr_result *)(uintptr_t)slots[0];
    asyr_value *value = NULL;
    look(slots);
    if (slots[0] != ASYR_GO_VALUE || asyr_result_get(result, 0, NULL, &value, NULL))
        return;
    slots[0] = take_plain(value, &slots[1]);
    if (slots[0] != ASYR_GO_VALUE)
        asyr_result_unref(result);
}

void asyr_go_collect(uint64_t *slots, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        collect(slots + 2 * i);
}

void asyr_go_look(uint64_t *slots, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        look(slots + 2 * i);
}

void asyr_go_wait(asyr_result *result, int64_t timeout_ns, asyr_interrupt *interrupt)
{
    asyr_result_wait(result, timeout_ns, interrupt, NULL);
    asyr_result_unref(result);
}

enum { TAKEN_AT_ONCE = 256 };

/* Without its error, as for a result. */
static void read_done(const asyr_event *event, uint64_t *described)
{
    asyr_value *value = NULL;
    described[0] = asyr_event_get_tag(event);
    described[1] = ASYR_GO_VALUE;
    if (asyr_event_get_kind(event) == ASYR_EVENT_DONE &&
        !asyr_event_get_outcome(event, &value, NULL))
        described[1] = take_plain(value, &described[2]);
}

int64_t asyr_go_take_done(asyr_queue *queue, uint64_t *released,
                          int64_t release_count, uint64_t *events, int64_t capacity)
{
    asyr_event *taken[TAKEN_AT_ONCE];
    int64_t count = 0, limit = capacity < TAKEN_AT_ONCE ? capacity : TAKEN_AT_ONCE;
    for (int64_t i = 0; i < release_count; i++)
        asyr_result_unref((asyr_result *)(uintptr_t)released[i]);
    if (asyr_queue_next_many(queue, 0, NULL, taken, limit, &count, NULL))
        return 0;
    for (int64_t i = 0; i < count; i++)
        read_done(taken[i], events + 3 * i);
    asyr_event_finish_many(taken, count, NULL);
    return count;
}

asyr_status asyr_go_next(asyr_iterator *iterator, uint64_t *slot, asyr_value **value,
                         asyr_error **error)
{
    asyr_status status = asyr_iterator_next(iterator, 0, NULL, value, error);
    if (status == ASYR_E_TIMEOUT || status == ASYR_E_STOP) {
        asyr_error_unref(*error);
        *error = NULL;
    }
    if (status)
        return status;
    int32_t type = asyr_go_read(*value, slot);
    slot[3] = (uint64_t)type;
    if (type < ASYR_VALUE_STRING) {
        asyr_value_unref(*value);
        *value = NULL;
    }
    return status;
}

asyr_status asyr_go_put_scalar(asyr_iterator *iterator, int32_t type, uint64_t bits,
                               asyr_error **error)
{
    asyr_value *item = NULL;
    asyr_status status = asyr_go_new_scalar(type, bits, &item, error);
    if (status)
        return status;
    status = asyr_iterator_put(iterator, item, ASYR_FOREVER, NULL, error);
    asyr_value_unref(item);
    return status;
}

/* The event itself has the error: asyr_event_get_outcome(). */
static void reported_as_event(asyr_error *failure, void *arg)
{
    (void)failure;
    (void)arg;
}

asyr_status asyr_go_report_unread(asyr_pool_options *options, asyr_error **error)
{
    return asyr_pool_options_set_unread_error_hook(options, reported_as_event, NULL,
                                                   NULL, error);
}

char *asyr_go_text(const char *text, int64_t length)
{
    if (length <= 0)
        return NULL;
    char *copy = malloc((size_t)length + 1);
    if (!copy)
        abort();
    memcpy(copy, text, (size_t)length);
    copy[length] = '\0';
    return copy;
}

uint64_t asyr_go_thread(void)
{
    return (uint64_t)(uintptr_t)pthread_self();
}

/*
 * Packets: what crosses between Lua states, as one value of the library.
 *
 * A packet does not change.  It is the memory of an array of bytes, so that the library
 * counts it, and begins with the address of a variable of this file: no other array of
 * this process does by accident.
 */
#include "crossing.h"

#include <stdlib.h>
#include <string.h>

static const char packet_tag = 'p';

static void free_packet(void *arg)
{
    struct packet *packet = arg;
    for (int64_t i = 0; i < packet->held_count; i++) {
        const struct held *held = &packet->held[i];
        if (held->kind)
            release_object(held->kind, held->object);
        else
            asyr_value_unref(held->object);
    }
    free(packet->held);
    free(packet);
}

static struct held *hold(const struct held *borrowed, size_t count)
{
    struct held *held = malloc(count * sizeof *held);
    if (!held)
        return NULL;
    memcpy(held, borrowed, count * sizeof *held);
    for (size_t i = 0; i < count; i++) {
        if (held[i].kind)
            retain_object(held[i].kind, held[i].object);
        else
            asyr_value_ref(held[i].object);
    }
    return held;
}

static struct packet *allocate(const void *bytes, size_t length,
                               const struct held *held, size_t held_count)
{
    struct packet *packet = malloc(sizeof *packet + length);
    if (!packet)
        return NULL;
    packet->tag = &packet_tag;
    packet->length = length;
    packet->held_count = (int64_t)held_count;
    packet->held = held_count ? hold(held, held_count) : NULL;
    memcpy(packet->bytes, bytes, length);
    if (!held_count || packet->held)
        return packet;
    free(packet);
    return NULL;
}

asyr_value *new_packet(enum packet_kind kind, int32_t count, const void *bytes,
                       size_t length, const struct held *held, size_t held_count,
                       asyr_error **error)
{
    asyr_value *value = NULL;
    struct packet *packet = allocate(bytes, length, held, held_count);
    if (!packet) {
        *error = asyr_error_new(ASYR_E_MEMORY, NULL, NULL);
        return NULL;
    }
    packet->kind = kind;
    packet->count = count;
    asyr_value_new_array_view(ASYR_ELEMENT_UINT8, packet,
                              (int64_t)(sizeof *packet + length), packet,
                              free_packet, &value, error);
    return value;
}

const struct packet *to_packet(asyr_value *value)
{
    int32_t type = 0;
    void *data = NULL;
    int64_t count = 0;
    if (asyr_value_get_type(value) != ASYR_VALUE_ARRAY)
        return NULL;
    asyr_value_get_array(value, &type, &data, &count, NULL);
    if (type != ASYR_ELEMENT_UINT8 || count < (int64_t)sizeof(struct packet))
        return NULL;
    const void *tag;
    memcpy(&tag, data, sizeof tag);
    return tag == &packet_tag ? data : NULL;
}

bool is_same_packet(asyr_value *a, asyr_value *b)
{
    const struct packet *first = to_packet(a), *second = to_packet(b);
    return first->length == second->length &&
           first->held_count == second->held_count &&
           memcmp(first->bytes, second->bytes, first->length) == 0 &&
           (first->held_count == 0 ||
            memcmp(first->held, second->held,
                   (size_t)first->held_count * sizeof *first->held) == 0);
}

/*
 * Which workloads there are, and which peers have what they need.
 */
#include "workloads.h"

static bool has_batches(const struct bench_peer *peer)
{
    return peer->submit && !peer->only_maps;
}

static bool has_outstanding(const struct bench_peer *peer)
{
    return has_batches(peer) && !peer->never_outstanding;
}

static bool has_squares(const struct bench_peer *peer)
{
    return peer->squares;
}

static bool has_even(const struct bench_peer *peer)
{
    return peer->spin_even;
}

static bool has_uneven(const struct bench_peer *peer)
{
    return peer->spin_uneven;
}

static bool has_tree(const struct bench_peer *peer)
{
    return peer->tree;
}

static bool has_poll(const struct bench_peer *peer)
{
    return peer->poll;
}

static bool has_callbacks(const struct bench_peer *peer)
{
    return peer->callbacks;
}

const struct bench_workload bench_workloads[] = {
    {"W1", has_batches, bench_w1},     {"W1M", has_outstanding, bench_w1m},
    {"W2h", has_batches, bench_w2h},   {"W2c", has_batches, bench_w2c},
    {"W3-2", has_batches, bench_w3_2}, {"W3-4", has_batches, bench_w3_4},
    {"W4a", has_squares, bench_w4a},   {"W4b", has_even, bench_w4b},
    {"W5", has_uneven, bench_w5},      {"W5s", has_uneven, bench_w5s},
    {"W6-16", has_tree, bench_w6_16},  {"W6-20", has_tree, bench_w6_20},
    {"W7", has_poll, bench_w7},        {"W8", has_callbacks, bench_w8},
    {"idle", has_batches, bench_idle}, {NULL, NULL, NULL},
};

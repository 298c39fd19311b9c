/*
 * Boost.Asio: functions posted to a thread_pool, with a std::future each.
 */
#include "bench.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <future>
#include <vector>

namespace asio = boost::asio;

static void *start(int workers)
{
    return new asio::thread_pool((size_t)workers);
}

static void stop(void *pool)
{
    asio::thread_pool *old = (asio::thread_pool *)pool;
    old->join();
    delete old;
}

struct batch {
    asio::thread_pool *pool;
    bench_work work;
    std::vector<std::future<int64_t>> futures;
};

static void *batch_new(void *pool, const bench_work *work, int64_t count)
{
    batch *made = new batch;
    made->pool = (asio::thread_pool *)pool;
    made->work = *work;
    made->futures.reserve((size_t)count);
    return made;
}

static void batch_free(void *arg)
{
    delete (batch *)arg;
}

static void submit(void *arg, int64_t count)
{
    batch *to = (batch *)arg;
    to->futures.clear();
    for (int64_t i = 0; i < count; i++) {
        auto task = [=] { return to->work.run(to->work.context, i); };
        to->futures.push_back(asio::post(*to->pool, asio::use_future(task)));
    }
}

static int64_t wait_for_all(void *arg, int64_t count)
{
    batch *of = (batch *)arg;
    int64_t sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += of->futures[(size_t)i].get();
    return sum;
}

static bool has_ended(batch *of, int64_t timeout_ns)
{
    auto timeout = std::chrono::nanoseconds(timeout_ns);
    return of->futures[0].wait_for(timeout) == std::future_status::ready;
}

static int64_t poll_first(void *arg, int64_t count)
{
    int64_t found = 0;
    for (int64_t i = 0; i < count; i++)
        found += has_ended((batch *)arg, 0);
    return found;
}

static bool wait_for(void *arg, int64_t timeout_ns)
{
    return has_ended((batch *)arg, timeout_ns);
}

/* The callbacks run on this thread, by a context of its own. */
static int64_t callbacks(void *arg, int64_t count)
{
    asio::thread_pool *pool = (asio::thread_pool *)arg;
    asio::io_context here;
    auto guard = asio::make_work_guard(here);
    int64_t called = 0;
    auto callback = [&](int64_t value) {
        called += value;
        if (called == count)
            here.stop();
    };
    auto task = [&] {
        int64_t value = bench_one(NULL, 0);
        asio::post(here, [&, value] { callback(value); });
    };
    for (int64_t i = 0; i < count; i++)
        asio::post(*pool, task);
    here.run();
    return called;
}

static const bench_peer boost_asio = {
    .variant = "asio",
    .start = start,
    .stop = stop,
    .batch_new = batch_new,
    .batch_free = batch_free,
    .submit = submit,
    .wait = wait_for_all,
    .poll = poll_first,
    .wait_for = wait_for,
    .callbacks = callbacks,
    .squares = bench_squares_by_chunk,
    .spin_even = bench_spin_by_chunk,
    .spin_uneven = bench_spin_by_item,
};

static const bench_peer *const peers[] = {&boost_asio, NULL};

static const char notes[] =
    "W4a asio: no parallel loop: a task per chunk, four chunks per worker; also "
    "W4b\n"
    "W5* asio: a task per item\n"
    "W6-* asio: left out: a task that waits keeps its thread, so the tree starves\n"
    "W8 asio: a task without a future posts its callback to an io_context that the"
    " submitter runs\n";

int main(int argc, char **argv)
{
    return bench_main(argc, argv, peers, notes);
}

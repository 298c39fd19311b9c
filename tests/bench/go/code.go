package main

import (
	"asyncresult"
	"context"
)

// Functions of Go as tasks of this library.

func codePool() *asyncresult.Pool {
	return must(asyncresult.NewPool(workers))
}

// submitCode submits a task that gets its number with it.
func submitCode(p *asyncresult.Pool, f task, number int64,
	options ...asyncresult.TaskOption) *asyncresult.Future[int64] {
	return must(asyncresult.Submit(forever, p, func(context.Context) (int64, error) {
		return f(number), nil
	}, options...))
}

func codePipelined(f task) benchmark {
	return func(count int) metrics {
		pool := codePool()
		defer pool.Close()
		return timed(count, "ns_per_task", func(count int) {
			futures := make([]*asyncresult.Future[int64], count)
			for i := range futures {
				futures[i] = submitCode(pool, f, int64(i))
			}
			var sum int64
			for _, future := range futures {
				sum += must(future.Get(forever))
			}
			check(sum, sumTo(count))
		})
	}
}

// codeMap has the tasks called as the items of a map.
func codeMap(f task) benchmark {
	return func(count int) metrics {
		pool := codePool()
		defer pool.Close()
		return timed(count, "ns_per_task", func(count int) {
			numbers := make([]int64, count)
			for i := range numbers {
				numbers[i] = int64(i)
			}
			var sum int64
			for _, value := range must(asyncresult.Map(forever, pool, numbers,
				func(_ context.Context, number int64) (int64, error) {
					return f(number), nil
				})) {
				sum += value
			}
			check(sum, sumTo(count))
		})
	}
}

func codeRoundTrips(count int) metrics {
	pool := codePool()
	defer pool.Close()
	return percentiles((count+9)/10, nothing, func(number int64) {
		check(must(submitCode(pool, same, number).Get(forever)), number)
	})
}

func codeCallbacks(count int) metrics {
	pool := codePool()
	defer pool.Close()
	return calledBack(count, func(number int64, callback asyncresult.TaskOption) {
		submitCode(pool, same, number, callback)
	})
}

// codeTree counts the nodes of a binary tree, as tree does with goroutines.
func codeTree(ctx context.Context, pool *asyncresult.Pool, depth int) (int, error) {
	if depth == 0 {
		return 1, nil
	}
	below := func(ctx context.Context) (int, error) { return codeTree(ctx, pool, depth-1) }
	left := must(asyncresult.Submit(ctx, pool, below))
	right := must(asyncresult.Submit(ctx, pool, below))
	return 1 + must(left.Get(ctx)) + must(right.Get(ctx)), nil
}

func codeGrow(nodes int) metrics {
	pool := codePool()
	defer pool.Close()
	depth, count := treeOf(nodes)
	grown := func(depth int) int {
		return must(asyncresult.Call(forever, pool, func(ctx context.Context) (int, error) {
			return codeTree(ctx, pool, depth)
		}))
	}
	check(grown(depth-3), 1<<(depth-2)-1)
	return timedOnce(count, "ns_per_node", func() { check(grown(depth), count) })
}

package main

import (
	"asyncresult"
	"context"
	"os"
)

var forever = context.Background()

func open(prototype string) (*asyncresult.Pool, *asyncresult.Function) {
	f := must(asyncresult.CFunction(os.Getenv("BENCH_TASKS"), prototype))
	return must(asyncresult.NewPool(workers)), f
}

func oursPipelined(name string) benchmark {
	return func(count int) metrics {
		pool, f := open("int64_t " + name + "(int64_t)")
		defer pool.Close()
		return timed(count, "ns_per_task", func(count int) {
			results := make([]*asyncresult.Result, count)
			for i := range results {
				results[i] = must(pool.ApplyAsync(f, i))
			}
			var sum int64
			for _, result := range results {
				sum += must(result.Get(forever)).(int64)
			}
			check(sum, sumTo(count))
		})
	}
}

const batch = 1000

func oursBatches(count int) metrics {
	pool, f := open("int64_t bench_same(int64_t)")
	defer pool.Close()
	return timed(count, "ns_per_task", func(count int) {
		var kept []asyncresult.Results
		for first := 0; first < count; first += batch {
			calls := make([][]any, 0, batch)
			for i := first; i < count && i < first+batch; i++ {
				calls = append(calls, []any{i})
			}
			kept = append(kept, must(pool.SubmitMany(f, calls)))
		}
		var sum int64
		for _, results := range kept {
			for _, value := range must(results.Get(forever)) {
				sum += value.(int64)
			}
		}
		check(sum, sumTo(count))
	})
}

func oursRoundTrips(count int) metrics {
	pool, f := open("int64_t bench_same(int64_t)")
	defer pool.Close()
	return percentiles((count+9)/10, nothing, func(number int64) {
		check(must(pool.Apply(forever, f, number)).(int64), number)
	})
}

func oursMap(count int) metrics {
	pool, f := open("double bench_square(double)")
	defer pool.Close()
	numbers := countUp(count)
	var squares []float64
	found := timed(count, "ns_per_item", func(count int) {
		squares = must(pool.Map(forever, f, numbers[:count])).([]float64)
	})
	checkSquares(squares, count)
	return found
}

func oursArrayMap(count int) metrics {
	pool, f := open("double bench_square(double)")
	defer pool.Close()
	few := must(asyncresult.NewArray(countUp(warmUp(count))))
	succeed(must(pool.MapAsync(f, few)).Wait(forever))
	numbers := must(asyncresult.NewArray(countUp(count)))
	var result *asyncresult.Result
	found := timedOnce(count, "ns_per_item", func() {
		result = must(pool.MapAsync(f, numbers))
		succeed(result.Wait(forever))
	})
	checkSquares(must(result.Get(forever)).([]float64), count)
	return found
}

// calledBack starts tasks that answer their number to a callback, and adds up what it gets.
func calledBack(count int, start func(number int64, callback asyncresult.TaskOption)) metrics {
	return timed(count, "ns_per_task", func(count int) {
		seen, sum := 0, int64(0)
		last := make(chan struct{})
		callback := asyncresult.OnValue(func(value any) {
			seen++
			sum += value.(int64)
			if seen == count {
				close(last)
			}
		})
		for i := 0; i < count; i++ {
			start(int64(i), callback)
		}
		<-last
		check(sum, sumTo(count))
	})
}

func oursCallbacks(count int) metrics {
	pool, f := open("int64_t bench_same(int64_t)")
	defer pool.Close()
	return calledBack(count, func(number int64, callback asyncresult.TaskOption) {
		must(pool.Submit(f, []any{number}, callback))
	})
}

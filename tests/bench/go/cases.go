package main

import (
	"math/bits"
	"math/rand"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

func pipelined(newPeer func() peer, f task) benchmark {
	return func(count int) metrics {
		p := newPeer()
		return timed(count, "ns_per_task", func(count int) {
			check(produce(p, f, count), sumTo(count))
		})
	}
}

// produce submits tasks, keeps every result, waits for each, and adds them up.
func produce(p peer, f task, count int) (sum int64) {
	results := make([]<-chan int64, count)
	for i := range results {
		results[i] = submit(p, f, int64(i))
	}
	for _, result := range results {
		sum += <-result
	}
	return sum
}

func grouped(f task) benchmark {
	return func(count int) metrics {
		return timed(count, "ns_per_task", func(count int) {
			var sum int64
			for _, value := range waitGroup(count, f) {
				sum += value
			}
			check(sum, sumTo(count))
		})
	}
}

func producers(newPeer func() peer, number int) benchmark {
	return func(count int) metrics {
		p := newPeer()
		return timed(count/number*number, "ns_per_task", func(count int) {
			each := count / number
			var group sync.WaitGroup
			for i := 0; i < number; i++ {
				group.Add(1)
				go func() {
					defer group.Done()
					check(produce(p, same, each), sumTo(each))
				}()
			}
			group.Wait()
		})
	}
}

// heldGoroutines is the memory of goroutines that wait to begin.
func heldGoroutines(count int) metrics {
	p := newGoroutines()
	begin := make(chan struct{})
	wait := func(number int64) int64 {
		<-begin
		return number
	}
	results := make([]<-chan int64, count)
	found := growth(count, func() {
		for i := range results {
			results[i] = submit(p, wait, int64(i))
		}
	})
	close(begin)
	for i, result := range results {
		check(<-result, int64(i))
	}
	return found
}

func roundTrips(newPeer func() peer, prepare func()) benchmark {
	return func(count int) metrics {
		p := newPeer()
		return percentiles(count, prepare, func(number int64) {
			check(<-submit(p, same, number), number)
		})
	}
}

// inParts has a pool work on four parts of a range for each worker.
func inParts(p peer, count int, body func(first, last int)) {
	size := (count + 4*workers - 1) / (4 * workers)
	var results []<-chan int64
	for first := 0; first < count; first += size {
		last := first + size
		if last > count {
			last = count
		}
		results = append(results, submit(p, func(begin int64) int64 {
			body(int(begin), last)
			return begin
		}, int64(first)))
	}
	for _, result := range results {
		<-result
	}
}

// mapSquares writes into memory that was touched before, as the programs of C do.
func mapSquares(count int) metrics {
	p := newWorkerPool()
	numbers, squares := countUp(count), countUp(count)
	found := timed(count, "ns_per_item", func(count int) {
		inParts(p, count, func(first, last int) {
			for i := first; i < last; i++ {
				squares[i] = square(numbers[i])
			}
		})
	})
	checkSquares(squares, count)
	return found
}

func checkSquares(squares []float64, count int) {
	check(len(squares), count)
	for i, found := range squares {
		check(found, float64(i)*float64(i))
	}
}

func mapMicroseconds(count int) metrics {
	p := newWorkerPool()
	loops := loopsPerMicrosecond()
	serial := func() time.Duration { return serialTime(count, func(int) { spin(loops) }) }
	return efficiency(count, serial, func(count int) {
		var calls atomic.Int64
		inParts(p, count, func(first, last int) {
			for i := first; i < last; i++ {
				spin(loops)
			}
			calls.Add(int64(last - first))
		})
		check(calls.Load(), int64(count))
	})
}

func serialTime(count int, body func(i int)) time.Duration {
	start := time.Now()
	for i := 0; i < count; i++ {
		body(i)
	}
	return time.Since(start)
}

// An order puts the loops of tasks, which are sorted, in the order of the tasks.
type order func(loops []int)

func keepSorted([]int) {}

func shuffle(loops []int) {
	rand.New(rand.NewSource(1)).Shuffle(len(loops), func(i, j int) {
		loops[i], loops[j] = loops[j], loops[i]
	})
}

func uneven(newPeer func() peer, put order) benchmark {
	return func(count int) metrics {
		loops := pareto(count)
		put(loops)
		serial := func() time.Duration {
			return serialTime(count, func(i int) { spin(loops[i]) })
		}
		work := func(i int64) int64 {
			spin(loops[i])
			return i
		}
		p := newPeer()
		return efficiency(count, serial, func(count int) {
			check(produce(p, work, count), sumTo(count))
		})
	}
}

// treeOf is the deepest tree with at most so many nodes, of a depth of 3 or more.
func treeOf(nodes int) (depth, count int) {
	depth = bits.Len(uint(nodes|16)) - 2
	return depth, 1<<(depth+1) - 1
}

func grow(nodes int) metrics {
	runtime.GOMAXPROCS(workers)
	depth, count := treeOf(nodes)
	check(tree(depth-3), 1<<(depth-2)-1)
	return timedOnce(count, "ns_per_node", func() { check(tree(depth), count) })
}

// waits polls for a result that does not come, and waits for it for a millisecond.
func waits(count int) metrics {
	result := make(chan int64)
	found := timed(count, "poll_ns", func(count int) {
		for i := 0; i < count; i++ {
			select {
			case <-result:
				check(i, -1)
			default:
			}
		}
	})
	late := make([]time.Duration, count/500+1)
	for i := range late {
		start := time.Now()
		select {
		case <-result:
		case <-time.After(time.Millisecond):
		}
		late[i] = time.Since(start) - time.Millisecond
	}
	found["late_p50_ns"] = float64(percentile(late, 50))
	found["late_p99_ns"] = float64(percentile(late, 99))
	return found
}

func callbacks(newPeer func() peer) benchmark {
	return func(count int) metrics {
		p := newPeer()
		return timed(count, "ns_per_task", func(count int) {
			seen, sum := 0, int64(0)
			last := make(chan struct{})
			results := startCalling(func(value int64) bool {
				seen++
				sum += value
				if seen == count {
					close(last)
				}
				return seen < count
			})
			for i := 0; i < count; i++ {
				p.start(same, int64(i), results)
			}
			<-last
			check(sum, sumTo(count))
		})
	}
}

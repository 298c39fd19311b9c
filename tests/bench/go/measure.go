package main

import (
	"log"
	"os"
	"runtime"
	"runtime/debug"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func check[T comparable](found, expected T) {
	if found != expected {
		log.Fatalf("bench: expected %v, found %v", expected, found)
	}
}

func succeed(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func must[T any](value T, err error) T {
	succeed(err)
	return value
}

func cpuTime() time.Duration {
	var usage syscall.Rusage
	succeed(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// warmUp is how many are done before time runs.
func warmUp(count int) int { return (count + 9) / 10 }

// timed is how long a body takes for each of so many, under the name of the metric.
func timed(count int, metric string, body func(count int)) metrics {
	body(warmUp(count))
	return timedOnce(count, metric, func() { body(count) })
}

func timedOnce(count int, metric string, body func()) metrics {
	cpu, start := cpuTime(), time.Now()
	body()
	elapsed := time.Since(start)
	return metrics{
		metric:            float64(elapsed) / float64(count),
		"cpu_ns_per_task": float64(cpuTime()-cpu) / float64(count),
	}
}

// efficiency is how near a body comes to the serial time of its work, which is
// measured before and after, over the workers.
func efficiency(count int, serial func() time.Duration, body func(count int)) metrics {
	before := serial()
	body(warmUp(count))
	cpu, start := cpuTime(), time.Now()
	body(count)
	elapsed := time.Since(start)
	used := cpuTime() - cpu
	ideal := float64(before+serial()) / 2 / float64(workers)
	return metrics{
		"efficiency":      ideal / float64(elapsed),
		"cpu_ns_per_task": float64(used) / float64(count),
	}
}

// percentiles times each of `count` calls; before each it does what `prepare` says.
func percentiles(count int, prepare func(), call func(number int64)) metrics {
	timeEach(warmUp(count), prepare, call)
	cpu := cpuTime()
	taken := timeEach(count, prepare, call)
	used := cpuTime() - cpu
	return metrics{
		"p50_ns":          float64(percentile(taken, 50)),
		"p99_ns":          float64(percentile(taken, 99)),
		"cpu_ns_per_task": float64(used) / float64(count),
	}
}

func timeEach(count int, prepare func(), call func(number int64)) []time.Duration {
	taken := make([]time.Duration, count)
	for i := range taken {
		prepare()
		start := time.Now()
		call(int64(i))
		taken[i] = time.Since(start)
	}
	return taken
}

func percentile(taken []time.Duration, percent int) time.Duration {
	sort.Slice(taken, func(i, j int) bool { return taken[i] < taken[j] })
	return taken[(len(taken)-1)*percent/100]
}

func nothing() {}

func sleepMillisecond() { time.Sleep(time.Millisecond) }

// residentBytes is the memory of this process that is in use.
func residentBytes() float64 {
	text := must(os.ReadFile("/proc/self/statm"))
	pages := must(strconv.Atoi(strings.Fields(string(text))[1]))
	return float64(pages * os.Getpagesize())
}

// growth is what each of `count` adds to the memory, without a collection meanwhile.
func growth(count int, body func()) metrics {
	runtime.GC()
	debug.SetGCPercent(-1)
	before := residentBytes()
	body()
	return metrics{"bytes_per_task": (residentBytes() - before) / float64(count)}
}

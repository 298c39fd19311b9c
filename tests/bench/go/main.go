// Bench runs the workloads through this library, and as Go's users write them:
// goroutines, a pool of goroutines fed by a channel, and a WaitGroup.
//
//	bench list | notes | run WORKLOAD VARIANT [SCALE]
//
// tests/bench/README.md describes the workloads and what is printed.  BENCH_TASKS is
// the library of the C functions that are called.
package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
)

// A benchmark runs so many tasks (round trips, items, nodes), checks them, and
// returns its metrics.
type benchmark func(count int) metrics

type metrics map[string]float64

var workers = workerCount()

func workerCount() int {
	if n, err := strconv.Atoi(os.Getenv("BENCH_WORKERS")); err == nil && n > 0 {
		return n
	}
	return 2
}

const notes = `* go:asyncresult: the task is a C function, through libffi
* go:asyncresult-code: the task is a function of Go, on a goroutine that pulls
* go:asyncresult-map: the same as the items of one map
* go:bounded: a goroutine for each task, as many at a time as there are workers, and a channel for its result
* go:worker-pool: one goroutine per worker takes functions of Go from a channel with 1,024 places; each task has a channel for its result
* go:goroutines: a goroutine for each task, and a channel for its result; GOMAXPROCS is the number of workers
* go:waitgroup: a goroutine for each task, one WaitGroup for all of them; GOMAXPROCS is the number of workers
W1M go:*: 100,000 tasks
W1 go:asyncresult-batch: submitted a thousand at a time, every result kept
W2h go:asyncresult: 5,000 round trips, the others 50,000
W4a go:asyncresult: from and to slices of Go, which are copied
W4a go:asyncresult-array: from an Array to a value of the library, in memory of C
W6-16 go:worker-pool: absent, it never ends: its workers wait for tasks that nobody takes
W8 go:worker-pool: the results go through one channel to a goroutine, which calls the callbacks
W8 go:goroutines: the results go through one channel to a goroutine, which calls the callbacks`

func main() {
	if !command(os.Args[1:]) {
		fmt.Fprintln(os.Stderr, "usage: bench list | notes | run WORKLOAD VARIANT [SCALE]")
		os.Exit(2)
	}
}

func command(arguments []string) bool {
	switch {
	case len(arguments) == 1 && arguments[0] == "list":
		list()
	case len(arguments) == 1 && arguments[0] == "notes":
		fmt.Println(notes)
	case len(arguments) > 2 && len(arguments) < 5 && arguments[0] == "run":
		return run(arguments[1], arguments[2], arguments[3:])
	default:
		return false
	}
	return true
}

func list() {
	for _, w := range workloads {
		var variants []string
		for variant := range w.variants {
			variants = append(variants, variant)
		}
		sort.Strings(variants)
		for _, variant := range variants {
			fmt.Println(w.name, "go:"+variant)
		}
	}
}

func run(name, variant string, rest []string) bool {
	scale := 1.0
	if len(rest) == 1 {
		var err error
		if scale, err = strconv.ParseFloat(rest[0], 64); err != nil {
			return false
		}
	}
	for _, w := range workloads {
		body := w.variants[strings.TrimPrefix(variant, "go:")]
		if w.name == name && body != nil {
			show(body(w.size(scale)))
			return true
		}
	}
	return false
}

func show(found metrics) {
	for name, value := range found {
		fmt.Printf("%s %.3f\n", name, value)
	}
}

package main

import "math"

// A workload has `count` tasks (round trips, items, nodes) at the scale 1.
type workload struct {
	name     string
	count    int
	variants map[string]benchmark
}

func (w workload) size(scale float64) int {
	return int(math.Max(8, float64(w.count)*scale))
}

var workloads = []workload{
	{"W1", 500_000, map[string]benchmark{
		"asyncresult":       oursPipelined("bench_same"),
		"asyncresult-batch": oursBatches,
		"asyncresult-code":  codePipelined(same),
		"asyncresult-map":   codeMap(same),
		"bounded":           pipelined(newBounded, same),
		"worker-pool":       pipelined(newWorkerPool, same),
		"goroutines":        pipelined(newGoroutines, same),
		"waitgroup":         grouped(same),
	}},
	{"W1u", 200_000, map[string]benchmark{
		"asyncresult":      oursPipelined("bench_microsecond"),
		"asyncresult-code": codePipelined(microsecond),
		"asyncresult-map":  codeMap(microsecond),
		"bounded":          pipelined(newBounded, microsecond),
		"worker-pool":      pipelined(newWorkerPool, microsecond),
		"goroutines":       pipelined(newGoroutines, microsecond),
		"waitgroup":        grouped(microsecond),
	}},
	{"W1M", 100_000, map[string]benchmark{
		"goroutines": heldGoroutines,
	}},
	{"W2h", 50_000, map[string]benchmark{
		"asyncresult":      oursRoundTrips,
		"asyncresult-code": codeRoundTrips,
		"bounded":          roundTrips(newBounded, nothing),
		"worker-pool":      roundTrips(newWorkerPool, nothing),
		"goroutines":       roundTrips(newGoroutines, nothing),
	}},
	{"W2c", 200, map[string]benchmark{
		"worker-pool": roundTrips(newWorkerPool, sleepMillisecond),
		"goroutines":  roundTrips(newGoroutines, sleepMillisecond),
	}},
	{"W3-2", 500_000, map[string]benchmark{
		"worker-pool": producers(newWorkerPool, 2),
		"goroutines":  producers(newGoroutines, 2),
	}},
	{"W3-4", 1_000_000, map[string]benchmark{
		"worker-pool": producers(newWorkerPool, 4),
		"goroutines":  producers(newGoroutines, 4),
	}},
	{"W4a", 10_000_000, map[string]benchmark{
		"asyncresult":       oursMap,
		"asyncresult-array": oursArrayMap,
		"worker-pool":       mapSquares,
	}},
	{"W4b", 200_000, map[string]benchmark{
		"worker-pool": mapMicroseconds,
	}},
	{"W5", 20_000, map[string]benchmark{
		"worker-pool": uneven(newWorkerPool, shuffle),
		"goroutines":  uneven(newGoroutines, shuffle),
	}},
	{"W5s", 20_000, map[string]benchmark{
		"worker-pool": uneven(newWorkerPool, keepSorted),
		"goroutines":  uneven(newGoroutines, keepSorted),
	}},
	{"W6-16", 1 << 17, map[string]benchmark{
		"asyncresult-code": codeGrow,
		"goroutines":       grow,
	}},
	{"W6-20", 1 << 21, map[string]benchmark{
		"goroutines": grow,
	}},
	{"W7", 100_000, map[string]benchmark{
		"goroutines": waits,
	}},
	{"W8", 500_000, map[string]benchmark{
		"asyncresult":      oursCallbacks,
		"asyncresult-code": codeCallbacks,
		"worker-pool":      callbacks(newWorkerPool),
		"goroutines":       callbacks(newGoroutines),
	}},
}

package main

import (
	"math"
	"time"
)

// A task takes and returns a number.
type task func(number int64) int64

func same(number int64) int64 { return number }

func microsecond(number int64) int64 {
	spin(time.Microsecond)
	return number
}

func spin(duration time.Duration) {
	for start := time.Now(); time.Since(start) < duration; {
	}
}

// square is called through a variable, so that it is not inlined.
var square = func(number float64) float64 { return number * number }

func countUp(count int) []float64 {
	numbers := make([]float64, count)
	for i := range numbers {
		numbers[i] = float64(i)
	}
	return numbers
}

func sumTo(count int) int64 {
	return int64(count) * int64(count-1) / 2
}

// pareto is what so many tasks take, sorted, from 1 us to 1 ms: most are short, and
// the few long ones have a large part of the time.
func pareto(count int) []time.Duration {
	const shape = 1.0
	durations := make([]time.Duration, count)
	for i := range durations {
		rest := 1 - float64(i)/float64(count)
		long := float64(time.Microsecond) * math.Pow(rest, -1/shape)
		durations[i] = time.Duration(math.Min(long, float64(time.Millisecond)))
	}
	return durations
}

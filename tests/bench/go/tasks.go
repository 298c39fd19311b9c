package main

import (
	"math"
	"time"
)

// A task takes and returns a number.
type task func(number int64) int64

func same(number int64) int64 { return number }

func microsecond(number int64) int64 {
	for start := time.Now(); time.Since(start) < time.Microsecond; {
	}
	return number
}

// spin counts loops, not time: a thread that loses its CPU does not get its work done
// meanwhile.  It is not inlined, so that it is not left out either.
//
//go:noinline
func spin(loops int) (state uint64) {
	for i := 0; i < loops; i++ {
		state = state*6364136223846793005 + 1442695040888963407
	}
	return state
}

// loopsPerMicrosecond is the best of several tries, the one that was disturbed least.
func loopsPerMicrosecond() int {
	const loops = 1_000_000
	best := time.Duration(math.MaxInt64)
	for i := 0; i < 7; i++ {
		start := time.Now()
		spin(loops)
		if taken := time.Since(start); taken < best {
			best = taken
		}
	}
	return int(loops * time.Microsecond / best)
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

// pareto is how many loops so many tasks take, sorted, Pareto with the shape 1 from 1 us to
// 1 ms: most are short, and the few long ones have a large part of the time.
func pareto(count int) []int {
	const shortest, longest = 1, 1000
	loops := make([]int, count)
	perMicrosecond := float64(loopsPerMicrosecond())
	for i := range loops {
		share := float64(i) / float64(count)
		loops[i] = int(perMicrosecond * shortest / (1 - share*(1-shortest/float64(longest))))
	}
	return loops
}

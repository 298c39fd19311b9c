package main

import (
	"runtime"
	"sync"
)

// A peer has a task run, which sends its result to a channel.
type peer interface {
	start(f task, number int64, result chan<- int64)
}

// submit gives a task a channel of its own.
func submit(p peer, f task, number int64) <-chan int64 {
	result := make(chan int64, 1)
	p.start(f, number, result)
	return result
}

// startCalling starts a goroutine that calls the callback with each result, one at a
// time, until it says that this was the last.
func startCalling(callback func(value int64) bool) chan<- int64 {
	results := make(chan int64, 1024)
	go func() {
		for callback(<-results) {
		}
	}()
	return results
}

// workerPool is one goroutine per worker, which take jobs from a channel.
type workerPool chan job

type job struct {
	run    task
	number int64
	result chan<- int64
}

func newWorkerPool() peer {
	jobs := make(workerPool, 1024)
	for i := 0; i < workers; i++ {
		go jobs.work()
	}
	return jobs
}

func (jobs workerPool) work() {
	for j := range jobs {
		j.result <- j.run(j.number)
	}
}

func (jobs workerPool) start(f task, number int64, result chan<- int64) {
	jobs <- job{f, number, result}
}

// goroutines is a goroutine for each task.
type goroutines struct{}

func newGoroutines() peer {
	runtime.GOMAXPROCS(workers)
	return goroutines{}
}

func (goroutines) start(f task, number int64, result chan<- int64) {
	go func() { result <- f(number) }()
}

// bounded is a goroutine for each task, as many at a time as there are workers: what a
// group of goroutines with a limit does.
type bounded chan struct{}

func newBounded() peer {
	return make(bounded, workers)
}

func (places bounded) start(f task, number int64, result chan<- int64) {
	places <- struct{}{}
	go func() {
		result <- f(number)
		<-places
	}()
}

// waitGroup runs a goroutine for each task and waits for all of them.
func waitGroup(count int, f task) []int64 {
	runtime.GOMAXPROCS(workers)
	values := make([]int64, count)
	var group sync.WaitGroup
	group.Add(count)
	for i := range values {
		go func(i int) {
			defer group.Done()
			values[i] = f(int64(i))
		}(i)
	}
	group.Wait()
	return values
}

// tree counts the nodes of a binary tree: each node submits two and waits for both.
func tree(depth int) int {
	if depth == 0 {
		return 1
	}
	left, right := make(chan int, 1), make(chan int, 1)
	go func() { left <- tree(depth - 1) }()
	go func() { right <- tree(depth - 1) }()
	return 1 + <-left + <-right
}

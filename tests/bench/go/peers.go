package main

import (
	"runtime"
	"sync"
)

// A peer has a task run and answers with a channel for its result.
type peer interface {
	submit(f task, number int64) <-chan int64
	// callBack has the callback called with the result, on any goroutine.
	callBack(f task, number int64, callback func(int64))
}

// workerPool is one goroutine per worker, which take jobs from a channel.
type workerPool chan job

type job struct {
	run    task
	number int64
	result chan<- int64
	after  func(int64) // instead of a result
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
		value := j.run(j.number)
		if j.after != nil {
			j.after(value)
		} else {
			j.result <- value
		}
	}
}

func (jobs workerPool) submit(f task, number int64) <-chan int64 {
	result := make(chan int64, 1)
	jobs <- job{run: f, number: number, result: result}
	return result
}

func (jobs workerPool) callBack(f task, number int64, callback func(int64)) {
	jobs <- job{run: f, number: number, after: callback}
}

// goroutines is a goroutine for each task.
type goroutines struct{}

func newGoroutines() peer {
	runtime.GOMAXPROCS(workers)
	return goroutines{}
}

func (goroutines) submit(f task, number int64) <-chan int64 {
	result := make(chan int64, 1)
	go func() { result <- f(number) }()
	return result
}

func (goroutines) callBack(f task, number int64, callback func(int64)) {
	go func() { callback(f(number)) }()
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

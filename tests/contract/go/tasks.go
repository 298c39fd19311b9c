package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"

	"asyncresult"
)

func init() {
	add(map[string]func(*T){
		// B20: workers that cannot be started
		"B20.1": func(t *T) { expectChild(t, "make a pool without room for threads", 6) },

		// B25: tasks that end their thread
		"B25.1": func(t *T) {
			t.getError(t.submit(t.pool(1), "exit_thread"), asyncresult.ErrWorkerLost)
		},
		"B25.2": func(t *T) {
			p := t.pool(1)
			lost := t.submit(p, "exit_thread")
			t.expect(t.get(t.submit(p, "square", 5)), int64(25))
			t.getError(lost, asyncresult.ErrWorkerLost)
		},

		// B26: a full queue
		"B26.1": func(t *T) {
			p, latch := t.pool(1, asyncresult.WithQueueLimit(1, asyncresult.FullFail)), t.latch()
			t.hold(p, latch)
			queued := t.submit(p, "square", 5)
			_, err := p.ApplyAsync(function("square"), 6)
			t.expectError(err, asyncresult.ErrQueueFull)
			call("latch_open", latch)
			t.expect(t.get(queued), int64(25))
		},
		"B26.2": func(t *T) {
			p, latch := t.pool(1, asyncresult.WithQueueLimit(1, asyncresult.FullBlock)), t.latch()
			t.hold(p, latch)
			t.submit(p, "square", 5)
			submitted := make(chan *asyncresult.Result)
			square := function("square")
			go func() {
				r, _ := p.ApplyAsync(square, 6)
				submitted <- r
			}()
			select {
			case <-submitted:
				t.fail("expected the submit to wait, found it over")
			default:
			}
			call("latch_open", latch)
			t.expect(t.get(<-submitted), int64(36))
		},
		"B26.3": func(t *T) {
			p := t.pool(1, asyncresult.WithQueueLimit(1, asyncresult.FullCallerRuns))
			t.hold(p, t.latch())
			t.submit(p, "square", 5)
			r := t.submit(p, "square", 6)
			t.expect(r.Ready(), true)
			t.expect(t.get(r), int64(36))
		},
		"B26.4": func(t *T) {
			p, latch := t.pool(1, asyncresult.WithQueueLimit(1, asyncresult.FullFail)), t.latch()
			t.hold(p, latch)
			r := t.mapping(p, "square", []int64{1, 2, 3, 4}, asyncresult.ChunkSize(1))
			call("latch_open", latch)
			t.expect(t.get(r), []int64{1, 4, 9, 16})
		},
		"B26.5": submitInCallback,
		"B26.6": func(t *T) {
			p, latch := t.pool(1, asyncresult.WithQueueLimit(1, asyncresult.FullBlock)), t.latch()
			t.hold(p, latch)
			t.submit(p, "square", 5)
			failure := make(chan error)
			square := function("square")
			for i := 0; i < 2; i++ {
				go func() {
					_, err := p.ApplyAsync(square, 6)
					failure <- err
				}()
			}
			t.expect(p.Terminate(), nil)
			t.expectError(<-failure, asyncresult.ErrTerminated)
			t.expectError(<-failure, asyncresult.ErrTerminated)
		},

		// B28: the end of the process
		"B28.1": func(t *T) { expectChild(t, "exit with a task that runs", 7) },
		"B28.2": func(t *T) { expectChild(t, "exit with an idle pool", 8) },
		"B28.3": func(t *T) { expectChild(t, "exec with a task that runs", 9) },

		// B29: cancel
		"B29.1": func(t *T) {
			p, latch, counter := t.pool(1), t.latch(), t.counter()
			t.hold(p, latch)
			var failures record
			queued := t.submitWith(p, "count", []any{counter}, failures.onError())
			t.expect(queued.Cancel(), asyncresult.Dequeued)
			t.getError(queued, asyncresult.ErrCancelled)
			t.expect(len(failures.all()), 1)
			call("latch_open", latch)
			t.expect(p.Close(), nil)
			t.expect(call("counter_get", counter), int64(0))
		},
		"B29.2": func(t *T) {
			p, latch := t.pool(1), t.latch()
			running := t.hold(p, latch)
			t.expect(running.Cancel(), asyncresult.Asked)
			call("latch_open", latch)
			t.expect(t.get(running), latch)
		},
		"B29.3": func(t *T) {
			r := t.submit(t.pool(1), "square", 5)
			t.get(r)
			t.expect(r.Cancel(), asyncresult.TooLate)
			t.expect(t.get(r), int64(25))
		},

		// S1: strands
		"S1.1": func(t *T) {
			p, meter, log := t.pool(4), call("meter_new"), t.log()
			strand := t.strand(p.NewStrand)
			var last *asyncresult.Result
			for i := 0; i < 20; i++ {
				t.submitWith(p, "together", []any{meter}, asyncresult.InStrand(strand))
				last = t.submitWith(p, "log_add", []any{log, i}, asyncresult.InStrand(strand))
			}
			t.get(last)
			t.expect(call("max_together", meter), int64(1))
			for i, number := range logged(log) {
				t.expect(number, int64(i))
			}
		},
		"S1.2": func(t *T) {
			p, latch, counter := t.pool(2), t.latch(), t.counter()
			strand := t.strand(p.NewStrand)
			first := t.submitWith(p, "latch_wait", []any{latch}, asyncresult.InStrand(strand))
			call("wait_for_waiters", latch, 1)
			second := t.submitWith(p, "count", []any{counter}, asyncresult.InStrand(strand))
			t.expect(t.get(t.submit(p, "square", 5)), int64(25))
			t.expect(call("counter_get", counter), int64(0))
			call("latch_open", latch)
			t.get(first)
			t.expect(t.get(second), int64(1))
		},
		"S1.3": func(t *T) {
			p := t.pool(2)
			strand := t.strand(p.NewPinnedStrand)
			own := t.get(t.submitWith(p, "thread_id", nil, asyncresult.InStrand(strand)))
			for i := 0; i < 10; i++ {
				r := t.submitWith(p, "thread_id", nil, asyncresult.InStrand(strand))
				t.expect(t.get(r), own)
				if other := t.get(t.submit(p, "thread_id")); other == own {
					t.fail("expected other threads than the strand's, found %v", other)
				}
			}
		},
		"S1.4": func(t *T) {
			p, latch := t.pool(1), t.latch()
			t.hold(p, latch)
			strand := t.strand(p.NewStrand)
			bad := t.submitWith(p, "byte", []any{300}, asyncresult.InStrand(strand))
			good := t.submitWith(p, "square", []any{5}, asyncresult.InStrand(strand))
			strand = nil // released by the collector
			runtime.GC()
			runtime.GC()
			call("latch_open", latch)
			t.getError(bad, asyncresult.ErrType)
			t.expect(t.get(good), int64(25))
		},
	})
}

func (t *T) strand(make func() (*asyncresult.Strand, error)) *asyncresult.Strand {
	s, err := make()
	if err != nil {
		t.fail("no strand: %v", err)
	}
	return s
}

// submitInCallback fills the queue inside a callback and submits once more.
func submitInCallback(t *T) {
	p, latch := t.pool(1, asyncresult.WithQueueLimit(1, asyncresult.FullBlock)), t.latch()
	ready := make(chan bool, 1)
	t.submitWith(p, "square", []any{5}, asyncresult.OnValue(func(any) {
		t.submit(p, "latch_wait", latch)
		call("wait_for_waiters", latch, 1)
		t.submit(p, "square", 6)
		ready <- t.submit(p, "square", 7).Ready()
	}))
	t.expect(<-ready, true)
}

// children are what this program does in a process of its own.
var children = map[string]func(){
	"make a pool without room for threads": makePoolWithoutRoom,
	"exit with a task that runs": func() {
		t := &T{}
		t.hold(t.pool(1), t.latch())
		os.Exit(7)
	},
	"exit with an idle pool": func() {
		t := &T{}
		t.get(t.submit(t.pool(1), "square", 5))
		os.Exit(8)
	},
	"exec with a task that runs": func() {
		t := &T{}
		t.hold(t.pool(1), t.latch())
		syscall.Exec("/bin/sh", []string{"sh", "-c", "exit 9"}, os.Environ())
	},
}

// makePoolWithoutRoom leaves address space for some of the workers' stacks, while
// Go itself wants no more of it.
func makePoolWithoutRoom() {
	debug.SetGCPercent(-1)
	t := &T{}
	before := t.status("Threads")
	var old syscall.Rlimit
	syscall.Getrlimit(syscall.RLIMIT_AS, &old)
	room := syscall.Rlimit{Cur: uint64(t.status("VmSize"))<<10 + 512<<20, Max: old.Max}
	syscall.Setrlimit(syscall.RLIMIT_AS, &room)
	_, err := asyncresult.NewPool(1000)
	syscall.Setrlimit(syscall.RLIMIT_AS, &old)
	t.expectError(err, asyncresult.ErrSystem)
	for t.status("Threads") > before+8 { // Go may want a few more itself
		runtime.Gosched()
	}
	os.Exit(6)
}

// status is a number of /proc/self/status.
func (t *T) status(name string) (number int) {
	content, err := os.ReadFile("/proc/self/status")
	t.expect(err, nil)
	_, after, _ := strings.Cut(string(content), "\n"+name+":")
	fmt.Sscan(after, &number)
	return number
}

func expectChild(t *T, name string, status int) {
	program, err := os.Executable()
	t.expect(err, nil)
	err = exec.Command(program, "--child", name).Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != status {
		t.fail("expected the status %d, found %v", status, err)
	}
}

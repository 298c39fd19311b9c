package main

import (
	"fmt"
	"runtime"

	"asyncresult"
)

func init() {
	add(map[string]func(*T){
		// B19: making a pool
		"B19.1": func(t *T) {
			workers := asyncresult.DefaultWorkers()
			if workers < 1 || workers > runtime.NumCPU() {
				t.fail("expected 1 to %d workers, found %d", runtime.NumCPU(), workers)
			}
			t.expect(t.pool(workers).Workers(), workers)
		},
		"B19.2": func(t *T) {
			p, latch := t.pool(3), t.latch()
			for i := 0; i < 4; i++ {
				t.submit(p, "latch_wait", latch)
			}
			call("wait_for_waiters", latch, 3)
			t.expect(call("latch_waiting", latch), int64(3))
		},
		"B19.3": func(t *T) {
			for _, n := range []int{0, -1} {
				_, err := asyncresult.NewPool(n)
				t.expectError(err, asyncresult.ErrArgument)
				_, err = asyncresult.NewPool(1, asyncresult.WithMaxTasksPerWorker(n))
				t.expectError(err, asyncresult.ErrArgument)
				_, err = asyncresult.NewPool(1, asyncresult.WithQueueLimit(n, asyncresult.FullFail))
				t.expectError(err, asyncresult.ErrArgument)
			}
		},
		"B19.4": func(t *T) {
			counter := t.counter()
			p := t.pool(3, asyncresult.WithInitializer(function("count"), counter))
			t.get(t.submit(p, "square", 5))
			if count := call("counter_get", counter); count < 1 || count > 3 {
				t.fail("expected 1 to 3 calls, found %d", count)
			}
			t.get(t.mapping(p, "square", make([]int64, 100), asyncresult.ChunkSize(1)))
			t.expect(p.Close(), nil)
			if count := call("counter_get", counter); count > 3 {
				t.fail("expected at most 3 calls, found %d", count)
			}
		},
		"B19.5": func(t *T) {
			latch := t.latch()
			p := t.pool(1, asyncresult.WithInitializer(function("latch_byte"), latch, 300))
			r, err := p.ApplyAsync(function("square"), 5)
			if err == nil {
				t.getError(r, asyncresult.ErrBroken)
			} else {
				t.expectError(err, asyncresult.ErrBroken)
			}
			_, err = p.ApplyAsync(function("square"), 5)
			t.expectError(err, asyncresult.ErrBroken)
		},
		"B19.6": func(t *T) {
			p := t.pool(2, asyncresult.WithInitializer(function("byte"), 300))
			p.ApplyAsync(function("square"), 5)
			t.expect(p.Close(), nil)
		},
		"B19.7": func(t *T) {
			counter := t.counter()
			p := t.pool(1, asyncresult.WithMaxTasksPerWorker(2),
				asyncresult.WithInitializer(function("count"), counter))
			for i := 0; i < 6; i++ {
				t.get(t.submit(p, "square", i))
			}
			if count := call("counter_get", counter); count < 3 {
				t.fail("expected 3 workers or more, found %d", count)
			}
		},
		"B19.8": func(t *T) {
			counter := t.counter()
			p := t.pool(1, asyncresult.WithMaxTasksPerWorker(2),
				asyncresult.WithInitializer(function("count"), counter))
			t.get(t.mapping(p, "square", make([]int64, 8), asyncresult.ChunkSize(4)))
			t.expect(p.Close(), nil)
			if count := call("counter_get", counter); count > 2 {
				t.fail("expected at most 2 workers, found %d", count)
			}
		},

		// B21: close
		"B21.1": func(t *T) {
			p := t.pool(1)
			t.expect(p.Stop(), nil)
			_, err := p.ApplyAsync(function("square"), 5)
			t.expectError(err, asyncresult.ErrPoolClosed)
			for _, items := range [][]any{{1}, {}} {
				_, err = p.MapAsync(function("square"), items)
				t.expectError(err, asyncresult.ErrPoolClosed)
			}
		},
		"B21.2": func(t *T) {
			p, latch := t.pool(1), t.latch()
			running, queued := t.hold(p, latch), t.submit(p, "square", 5)
			t.expect(p.Stop(), nil)
			call("latch_open", latch)
			t.expect(t.get(running), latch)
			t.expect(t.get(queued), int64(25))
		},
		"B21.3": func(t *T) {
			p := t.pool(1)
			t.expect(fmt.Sprint(p.Stop(), p.Stop(), p.Close(), p.Close()), "<nil> <nil> <nil> <nil>")
		},

		// B22: terminate
		"B22.1": func(t *T) {
			p, latch, counter := t.pool(1), t.latch(), t.counter()
			t.hold(p, latch)
			queued := t.submit(p, "count", counter)
			t.expect(p.Terminate(), nil)
			call("latch_open", latch)
			t.expect(p.Join(background), nil)
			t.getError(queued, asyncresult.ErrTerminated)
			t.expect(call("counter_get", counter), int64(0))
		},
		"B22.2": func(t *T) {
			p, latch := t.pool(1), t.latch()
			running, queued := t.hold(p, latch), t.submit(p, "square", 5)
			mapped := t.mapping(p, "square", []any{1, 2, 3})
			t.expect(p.Terminate(), nil)
			for _, r := range []*asyncresult.Result{running, queued, mapped} {
				t.expect(r.Ready(), true)
				t.getError(r, asyncresult.ErrTerminated)
			}
			t.expect(call("latch_waiting", latch), int64(1))
		},
		"B22.3": func(t *T) {
			p := t.pool(1)
			r := t.hold(p, t.latch())
			failure := make(chan error)
			go func() {
				_, err := r.Get(background)
				failure <- err
			}()
			t.expect(p.Terminate(), nil)
			t.expectError(<-failure, asyncresult.ErrTerminated)
		},
		"B22.4": func(t *T) {
			p, latch := t.pool(1), t.latch()
			var failures record
			running := t.submitWith(p, "latch_wait", []any{latch}, failures.onError())
			call("wait_for_waiters", latch, 1)
			queued := t.submitWith(p, "square", []any{5}, failures.onError())
			t.expect(p.Terminate(), nil)
			t.getError(running, asyncresult.ErrTerminated)
			t.getError(queued, asyncresult.ErrTerminated)
			call("latch_open", latch)
			t.expect(p.Join(background), nil)
			t.expect(len(failures.all()), 2)
		},
		"B22.6": func(t *T) {
			p, latch := t.pool(1), t.latch()
			t.hold(p, latch)
			t.expect(p.Terminate(), nil)
			t.expectError(p.Join(t.soon()), asyncresult.ErrTimeout)
			t.expect(call("latch_waiting", latch), int64(1))
			call("latch_open", latch)
			t.expect(p.Join(background), nil)
		},
		"B22.7": func(t *T) {
			p := t.pool(1)
			t.expect(p.Terminate(), nil)
			_, err := p.ApplyAsync(function("square"), 5)
			t.expectError(err, asyncresult.ErrTerminated)
		},
		"B22.8": func(t *T) {
			p := t.pool(1)
			t.expect(fmt.Sprint(p.Stop(), p.Terminate(), p.Terminate()), "<nil> <nil> <nil>")
		},

		// B23: join and the end of a pool
		"B23.1": func(t *T) {
			t.expectError(t.pool(1).Join(background), asyncresult.ErrPoolRunning)
		},
		"B23.2": func(t *T) {
			p, counter := t.pool(1), t.counter()
			for i := 0; i < 5; i++ {
				t.submit(p, "count", counter)
			}
			t.expect(p.Stop(), nil)
			t.expect(p.Join(background), nil)
			t.expect(call("counter_get", counter), int64(5))
			t.expect(p.Join(background), nil)
		},
		"B23.3": func(t *T) {
			p, latch := t.pool(1), t.latch()
			t.hold(p, latch)
			t.expect(p.Stop(), nil)
			t.expectError(p.Join(t.soon()), asyncresult.ErrTimeout)
			call("latch_open", latch)
			t.expect(p.Join(background), nil)
		},
		"B23.4": leaveScope,
		"B23.5": func(t *T) {
			latch := t.latch()
			collected := make(chan struct{})
			r := dropPool(t, latch, collected)
			collect(collected)
			call("latch_open", latch)
			t.expect(t.get(r), latch)
		},
		"B23.7": func(t *T) {
			collected, called := make(chan struct{}), make(chan struct{})
			dropPoolInCallback(t, collected, called)
			<-called
		},
		"B23.8": func(t *T) {
			p := t.pool(1)
			failure := make(chan error, 1)
			t.submitWith(p, "square", []any{5}, asyncresult.OnValue(func(any) {
				p.Stop()
				failure <- p.Join(background)
			}))
			t.expectError(<-failure, asyncresult.ErrDeadlock)
			t.expect(p.Join(background), nil)
		},
	})
}

// leaveScope has Go's form of a scope: a deferred call.
func leaveScope(t *T) {
	latch := t.latch()
	var running, queued *asyncresult.Result
	func() {
		p, err := asyncresult.NewPool(1)
		t.expect(err, nil)
		defer p.Terminate()
		running, queued = t.hold(p, latch), t.submit(p, "square", 5)
	}()
	t.getError(running, asyncresult.ErrTerminated)
	t.getError(queued, asyncresult.ErrTerminated)
}

// watched is a pool with a channel that is closed once both are garbage.
type watched struct {
	pool *asyncresult.Pool
}

func watch(t *T, collected chan struct{}) *watched {
	p, err := asyncresult.NewPool(1)
	t.expect(err, nil)
	w := &watched{pool: p}
	runtime.SetFinalizer(w, func(*watched) { close(collected) })
	return w
}

// dropPool leaves a pool behind that runs a task.
func dropPool(t *T, latch int64, collected chan struct{}) *asyncresult.Result {
	return t.hold(watch(t, collected).pool, latch)
}

// dropPoolInCallback leaves a pool behind whose callback collects it.
func dropPoolInCallback(t *T, collected, called chan struct{}) {
	w := watch(t, collected)
	t.submitWith(w.pool, "square", []any{5}, asyncresult.OnValue(func(any) {
		collect(collected)
		runtime.GC() // now the pool itself, which its watch referred to
		runtime.GC()
		close(called)
	}))
}

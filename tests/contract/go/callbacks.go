package main

import (
	"errors"
	"runtime"
	"sync"
	"syscall"

	"asyncresult"
)

// record keeps what callbacks saw; the zero value is empty.
type record struct {
	mu   sync.Mutex
	seen []any
}

func (r *record) add(v any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = append(r.seen, v)
}

func (r *record) all() []any {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]any{}, r.seen...)
}

func (r *record) onValue() asyncresult.TaskOption {
	return asyncresult.OnValue(func(v any) { r.add(v) })
}

func (r *record) onError() asyncresult.TaskOption {
	return asyncresult.OnError(func(err error) { r.add(err) })
}

func init() {
	add(map[string]func(*T){
		// B8: callbacks
		"B8.1": func(t *T) {
			var values, failures record
			r := t.submitWith(t.pool(1), "square", []any{5}, values.onValue(), failures.onError())
			t.get(r)
			t.expect(values.all(), []any{int64(25)})
			t.expect(failures.all(), []any{})
		},
		"B8.2": func(t *T) {
			var values, failures record
			r := t.submitWith(t.pool(1), "byte", []any{300}, values.onValue(), failures.onError())
			err := t.getError(r, asyncresult.ErrType)
			t.expect(values.all(), []any{})
			t.expect(failures.all(), []any{err})
		},

		// B9: their order
		"B9.1": func(t *T) {
			p, latch := t.pool(1), t.latch()
			var r *asyncresult.Result
			ready := make(chan bool, 1)
			r = t.submitWith(p, "latch_wait", []any{latch},
				asyncresult.OnValue(func(any) { ready <- r.Ready() }))
			call("latch_open", latch)
			t.expect(<-ready, false)
			t.get(r)
		},
		"B9.2": func(t *T) {
			inside, leave := make(chan struct{}), make(chan struct{})
			ended := make(chan struct{})
			r := t.submitWith(t.pool(1), "square", []any{5}, asyncresult.OnValue(func(any) {
				close(inside)
				<-leave
			}))
			go func() {
				r.Wait(background)
				close(ended)
			}()
			<-inside
			select {
			case <-ended:
				t.fail("expected get to wait for the callback, found it over")
			default:
			}
			close(leave)
			<-ended
		},
		"B9.3": func(t *T) {
			p := t.pool(1)
			var values record
			inside := 0
			var last *asyncresult.Result
			for i := 0; i < 10; i++ {
				last = t.submitWith(p, "square", []any{i}, asyncresult.OnValue(func(v any) {
					inside++
					values.add([]any{v, inside})
					inside--
				}))
			}
			t.get(last)
			for i, v := range values.all() {
				t.expect(v, []any{int64(i * i), 1})
			}
			t.expect(len(values.all()), 10)
		},

		// B10: callbacks that raise, submit or wait
		"B10.1": func(t *T) {
			r := t.submitWith(t.pool(1), "square", []any{5},
				asyncresult.OnValue(func(any) { panic("callback failed") }))
			err := t.getError(r, asyncresult.ErrTask)
			t.expect(err.Message, "callback failed")
			t.expect(err.Origin, "Go")
			t.expectText(err.Trace, "callbacks.go")
		},
		"B10.2": func(t *T) {
			r := t.submitWith(t.pool(1), "byte", []any{300},
				asyncresult.OnError(func(error) { panic(errors.New("callback failed")) }))
			err := t.getError(r, asyncresult.ErrTask)
			t.expect(err.Message, "callback failed")
			t.expectError(err.Cause, asyncresult.ErrType)
		},
		"B10.3": func(t *T) {
			p := t.pool(1)
			var values record
			bad := t.submitWith(p, "square", []any{5},
				asyncresult.OnValue(func(any) { panic("callback failed") }))
			good := t.submitWith(p, "square", []any{6}, values.onValue())
			plain := t.submit(p, "square", 7)
			t.getError(bad, asyncresult.ErrTask)
			t.expect(t.get(good), int64(36))
			t.expect(t.get(plain), int64(49))
			t.expect(values.all(), []any{int64(36)})
		},
		"B10.4": func(t *T) {
			p := t.pool(1)
			inner := make(chan *asyncresult.Result, 1)
			t.submitWith(p, "square", []any{5}, asyncresult.OnValue(func(any) {
				inner <- t.submit(p, "square", 6)
			}))
			t.expect(t.get(<-inner), int64(36))
		},
		"B10.5": deadlocks,
		"B10.6": func(t *T) {
			p := t.pool(1)
			value := make(chan any, 1)
			plain := t.submit(p, "square", 6)
			t.submitWith(p, "square", []any{5}, asyncresult.OnValue(func(any) {
				t.get(plain)
				v, _ := t.submit(p, "square", 7).Get(background)
				value <- v
			}))
			t.expect(<-value, int64(49))
		},

		// B11: slow callbacks
		"B11.1": func(t *T) {
			p := t.pool(1)
			inside, leave := make(chan struct{}), make(chan struct{})
			defer close(leave)
			t.submitWith(p, "square", []any{5}, asyncresult.OnValue(func(any) {
				close(inside)
				<-leave
			}))
			<-inside
			t.expect(t.get(t.submit(p, "square", 6)), int64(36))
		},
		"B11.2": func(t *T) {
			p, counter := t.pool(1), t.counter()
			var second *asyncresult.Result
			var values record
			first := t.submitWith(p, "square", []any{5}, asyncresult.OnValue(func(any) {
				second = t.submitWith(p, "count", []any{counter}, values.onValue())
				call("wait_for_count", counter, 1)
				values.add(second.Ready())
			}))
			t.get(first)
			t.get(second)
			t.expect(values.all(), []any{false, int64(1)})
		},

		// B12: where callbacks run
		"B12.1": func(t *T) {
			gettid, err := asyncresult.CFunction("libc.so.6", "int gettid(void)")
			t.expect(err, nil)
			here := make(chan int, 1)
			r, err := t.pool(1).Submit(gettid, nil,
				asyncresult.OnValue(func(any) { here <- syscall.Gettid() }))
			t.expect(err, nil)
			if worker := t.get(r); worker == int64(<-here) {
				t.fail("expected another thread than the worker's, found %v", worker)
			}
		},

		// B13: done-callbacks
		"B13.1": func(t *T) {
			p, latch := t.pool(1), t.latch()
			t.hold(p, latch)
			done := make(chan [2]any, 2)
			for _, number := range []int{5, 300} {
				t.expect(t.submit(p, "byte", number).OnDone(func(r *asyncresult.Result) {
					_, err := r.Get(passed())
					done <- [2]any{r.Ready(), err != nil}
				}), nil)
			}
			call("latch_open", latch)
			t.expect(<-done, [2]any{true, false})
			t.expect(<-done, [2]any{true, true})
			t.expect(len(done), 0)
		},
		"B13.2": func(t *T) {
			r := t.submit(t.pool(1), "square", 5)
			t.get(r)
			called := 0
			t.expect(r.OnDone(func(*asyncresult.Result) { called++ }), nil)
			t.expect(called, 1)
		},
		"B13.3": func(t *T) {
			p, latch := t.pool(1), t.latch()
			r := t.hold(p, latch)
			order := make(chan int, 5)
			for i := 0; i < 5; i++ {
				i := i
				t.expect(r.OnDone(func(*asyncresult.Result) { order <- i }), nil)
			}
			call("latch_open", latch)
			for i := 0; i < 5; i++ {
				t.expect(<-order, i)
			}
		},

		// B25: callbacks that leave in an unusual way
		"B25.3": func(t *T) {
			p := t.pool(1)
			for i, leave := range []func(any){
				func(any) { runtime.Goexit() },
				func(any) { var none map[string]int; none["x"] = 1 },
				func(v any) { _ = v.(string) },
				func(any) { panic(42) },
			} {
				var values record
				bad := t.submitWith(p, "square", []any{i}, asyncresult.OnValue(leave))
				good := t.submitWith(p, "square", []any{i}, values.onValue())
				t.getError(bad, asyncresult.ErrTask)
				t.expect(t.get(good), int64(i*i))
				t.expect(len(values.all()), 1)
			}
		},
	})
}

func deadlocks(t *T) {
	p, latch := t.pool(1), t.latch()
	var own, later *asyncresult.Result
	failures := make(chan error, 2)
	t.hold(p, latch)
	own = t.submitWith(p, "square", []any{5}, asyncresult.OnValue(func(any) {
		_, err := own.Get(background)
		failures <- err
		_, err = later.Get(background)
		failures <- err
	}))
	later = t.submitWith(p, "square", []any{6}, asyncresult.OnValue(func(any) {}))
	call("latch_open", latch)
	t.expectError(<-failures, asyncresult.ErrDeadlock)
	t.expectError(<-failures, asyncresult.ErrDeadlock)
	t.expect(t.get(own), int64(25))
	t.expect(t.get(later), int64(36))
}
